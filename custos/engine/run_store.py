"""Runs: a plan on its way into the tenant, in batches. Table `runs`, and the batches' actions as blobs.

A run's row: partition `run`, key its id (`R-2026-1123-01`). A batch's row: partition the run's id, key its number, with
what came of its actions so far, and whose it is (`custos.engine.batch_claims`).
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec

from custos.engine.ceilings import CeilingSizes
from custos.engine.codec import action_from_line, action_to_line
from custos.engine.gate import Purpose
from custos.engine.ids import is_run_id
from custos.engine.ledger import partition_of
from custos.engine.ports import Blobs
from custos.engine.run import Batch, Progress, Run, RunResult, RunState, into_batches, new_run
from custos.errors import BadInput, Mark, Problem, RowExists
from custos.model.action import Action, Outcome, Result
from custos.row_conflicts import first_or_again
from custos.table import Row, Table, Value, Write
from custos.untrusted import plain

__all__ = ["Batch", "Progress", "Run", "RunResult", "RunState", "RunStore", "into_batches", "new_run"]

_encode = msgspec.json.Encoder().encode
_decode_result = msgspec.json.Decoder(Result).decode
_decode_sizes = msgspec.json.Decoder(CeilingSizes).decode

_OPEN_AT_MOST = timedelta(days=60)  # what has waited longer than this is planned anew
_WRITES_TOGETHER = 16
_RUNS = "run"
_UNTOLD = "untold"
"""The partition that names again the runs of whose writes somebody may still have to be told."""


@dataclass
class RunStore:
    """The runs of one tenant. Every method raises StorageTrouble when storage cannot be reached.

    `machine` tells the machine's time in epoch seconds, which claims go by.
    """

    table: Table
    blobs: Blobs
    machine: Callable[[], float] = time.time

    async def create(self, run: Run, batches: Sequence[Sequence[Action]], sizes: CeilingSizes) -> Run:
        """Write a new run down, under the first free id of its day, with its batches and what percentages are of.

        It stays *preparing* until all of it stands; whoever finds it so for long ends it (`custos.engine.abandoned_runs`), and
        then it is returned as cancelled.
        """
        named = await self._named(run)
        await self.table.upsert(Row(_UNTOLD, named.id))
        await self.blobs.put(_sizes_blob(named.id), _encode(sizes))
        keys = (action.key for actions in batches for action in actions)
        await self.blobs.put(_keys_blob(named.id), "\n".join(keys).encode())
        for start in range(0, len(batches), _WRITES_TOGETHER):
            some = enumerate(batches[start : start + _WRITES_TOGETHER], start)
            await asyncio.gather(*(self._keep_batch(named.id, number, actions) for number, actions in some))
        return await self.change(named.id, lambda now: _ready(now, run.state, len(batches)))

    async def _keep_batch(self, run_id: str, number: int, actions: Sequence[Action]) -> None:
        await self.blobs.put(_blob(run_id, number), [action_to_line(action) + b"\n" for action in actions])
        await self.table.upsert(_batch_row(_batch(run_id, number, actions, self.machine())))

    async def _named(self, run: Run) -> Run:
        day = f"{'R' if run.purpose is Purpose.POLICY else 'U'}-{run.started_at:%Y-%m%d}-"
        taken = [row.key async for row in self.table.query(_RUNS, first=day, last=day + "~")]
        number = len(taken) + 1
        while True:
            named = replace(run, id=f"{day}{number:02d}", state=RunState.PREPARING, made_at=self.machine())
            try:
                await self.table.insert(_run_row(named))
            except RowExists:
                number += 1
            else:
                return named

    async def get(self, run_id: str) -> Run:
        """One run. Raises BadInput when there is none of this id."""
        row = await self.table.get(_RUNS, run_id) if is_run_id(run_id) else None
        if row is None:
            what = f"There is no run {plain(run_id, 40)}."
            raise BadInput([Problem(Mark("runs"), what, "See `custos status`.", code="run")])
        return _run(row)

    async def is_open(self, run_id: str) -> bool:
        """Whether a run may still write: it is there and has not ended."""
        row = await self.table.get(_RUNS, run_id)
        return row is not None and _run(row).state in _OPEN

    async def all(self) -> AsyncIterator[Run]:
        """Every run, oldest first."""
        async for row in self.table.query(_RUNS):
            yield _run(row)

    async def open(self, now: datetime) -> AsyncIterator[Run]:
        """The runs that have not ended, of policies and of undoing, started within two months before `now`."""
        for kind in _KINDS:
            first = f"{kind}-{now - _OPEN_AT_MOST:%Y-%m%d}"
            async for row in self.table.query(_RUNS, first=first, last=f"{kind}-~"):
                run = _run(row)
                if run.state in _OPEN:
                    yield run

    async def untold(self) -> list[Run]:
        """The runs of whose writes somebody may still have to be told, oldest first: all that can write are among them, from before
        their first write on."""
        return [await self.get(row.key) async for row in self.table.query(_UNTOLD)]

    async def all_told(self, run_id: str) -> None:
        """Everybody was told of everything that this run did, and it has ended."""
        row = await self.table.get(_UNTOLD, run_id)
        if row is not None:
            await self.table.transact([Write("delete", row)])

    async def open_keys(self, now: datetime) -> Mapping[str, str]:
        """Keys of the actions that open runs have in hand or in suspense, and which run."""
        found: dict[str, str] = {}
        async for run in self.open(now):
            if run.state is not RunState.PREPARING:
                content = await self.blobs.get(_keys_blob(run.id)) or b""
                found |= dict.fromkeys(content.decode().split(), run.id)
        return found

    async def change(self, run_id: str, how: Change) -> Run:
        """Change a run as `how` says of what stands, again when somebody was faster. Returns it as it then stands."""

        async def turn() -> Run:
            before = await self.get(run_id)
            after = how(before)
            if after == before:
                return before
            await self.table.replace(_run_row(after))
            return await self.get(run_id)

        return await first_or_again(turn)

    async def batches(self, run_id: str) -> list[Batch]:
        """The batches of a run, in order."""
        return [_batch_of(row) async for row in self.table.query(run_id)]

    async def actions(self, run_id: str, number: int) -> list[Action]:
        """The actions of one batch."""
        return [action_from_line(line) async for line in self.blobs.lines(_blob(run_id, number))]

    async def progress(self, run_id: str) -> Progress:
        """A run with what came of it so far."""
        run = await self.get(run_id)
        batches = await self.batches(run_id)
        counts = {
            outcome: total
            for outcome in Outcome
            if (total := sum(batch.counts.get(outcome.value, 0) for batch in batches))
        }
        return Progress(run=run, counts=counts, batches_done=sum(batch.done for batch in batches))

    async def sizes(self, run_id: str) -> CeilingSizes:
        """What the percentages of a run's ceilings are of; nothing is known when nothing was written down."""
        content = await self.blobs.get(_sizes_blob(run_id))
        return _decode_sizes(content) if content else CeilingSizes()

    async def keep_results(self, run_id: str, number: int, results: Sequence[Result]) -> None:
        """Write down what came of each action of a batch, over what was written down before."""
        lines = [_encode(result) + b"\n" for result in results]
        await self.blobs.put(_blob(run_id, number, "results"), lines)

    async def results(self, run_id: str) -> AsyncIterator[Result]:
        """What came of each action of a run so far, batch by batch."""
        for batch in await self.batches(run_id):
            async for result in self.results_of(batch):
                yield result

    async def results_of(self, batch: Batch) -> AsyncIterator[Result]:
        """What came of each action of a batch so far."""
        async for line in self.blobs.lines(_blob(batch.run, batch.number, "results")):
            yield _decode_result(line)

    async def batch(self, run_id: str, number: int) -> Batch:
        """One batch. Raises BadInput when the run has none of this number."""
        row = await self.table.get(run_id, _number(number))
        if row is None:
            raise BadInput([Problem(Mark("runs"), f"The run {run_id} has no batch {number}.", code="run")])
        return _batch_of(row)

    async def put(self, batch: Batch) -> Batch:
        """Write a batch over what was read. Raises RowChanged when it is no longer so."""
        return replace(batch, etag=await self.table.replace(_batch_row(batch)))


type Change = Callable[[Run], Run]
_KINDS = ("R", "U")  # of policies, of undoing
_OPEN = (RunState.PREPARING, RunState.RUNNING, RunState.PARKED)


def _ready(run: Run, state: RunState, batches: int) -> Run:
    """All of it stands, unless somebody ended it meanwhile."""
    return replace(run, state=state, batches=batches) if run.state is RunState.PREPARING else run


def _blob(run_id: str, number: int, what: str = "actions") -> str:
    return f"runs/{run_id}/{_number(number)}.{what}.jsonl"


def _keys_blob(run_id: str) -> str:
    return f"runs/{run_id}/keys"


def _sizes_blob(run_id: str) -> str:
    return f"runs/{run_id}/sizes.json"


def _number(number: int) -> str:
    return f"{number:06d}"


def _batch(run_id: str, number: int, actions: Sequence[Action], now: float) -> Batch:
    subject = actions[0].finding.subject
    return Batch(
        run=run_id,
        number=number,
        size=len(actions),
        site_id=subject.site_id,
        place=partition_of(subject),
        policies=tuple(sorted({action.finding.policy for action in actions})),
        moved_at=now,
    )


def _run_row(run: Run) -> Row:
    values: dict[str, Value] = {
        "plan": run.plan,
        "planned_at": run.planned_at.isoformat(),
        "planned_by": run.planned_by,
        "planned_by_id": run.planned_by_id,
        "purpose": run.purpose.value,
        "started_by": run.started_by,
        "started_by_id": run.started_by_id,
        "started_at": run.started_at.isoformat(),
        "state": run.state.value,
        "actions": run.actions,
        "batches": run.batches,
        "hashes": json.dumps(dict(run.hashes), sort_keys=True),
        "over": json.dumps(run.over[:50]),
        "released_by": run.released_by,
        "why": run.why,
        "target": run.target,
        "reason": run.reason,
        "ended_at": run.ended_at.isoformat() if run.ended_at else "",
        "made_at": run.made_at,
    }
    return Row(_RUNS, run.id, values, run.etag)


def _run(row: Row) -> Run:
    ended = row.text("ended_at")
    return Run(
        id=row.key,
        plan=row.text("plan"),
        planned_at=datetime.fromisoformat(row.text("planned_at")),
        planned_by=row.text("planned_by"),
        planned_by_id=row.text("planned_by_id"),
        purpose=Purpose(row.text("purpose")),
        started_by=row.text("started_by"),
        started_by_id=row.text("started_by_id"),
        started_at=datetime.fromisoformat(row.text("started_at")),
        state=RunState(row.text("state")),
        actions=row.number("actions"),
        batches=row.number("batches"),
        hashes=json.loads(row.text("hashes")),
        over=tuple(json.loads(row.text("over"))),
        released_by=row.text("released_by"),
        why=row.text("why"),
        target=row.text("target"),
        reason=row.text("reason"),
        ended_at=datetime.fromisoformat(ended) if ended else None,
        made_at=float(row.text("made_at") or 0),
        etag=row.etag,
    )


def _batch_row(batch: Batch) -> Row:
    values: dict[str, Value] = {
        "size": batch.size,
        "site_id": batch.site_id,
        "place": batch.place,
        "policies": json.dumps(batch.policies),
        "done": batch.done,
        "attempt": batch.attempt,
        "claimed_by": batch.claimed_by,
        "claimed_until": batch.claimed_until,
        "moved_at": batch.moved_at,
        "counts": json.dumps(dict(batch.counts), sort_keys=True),
    }
    return Row(batch.run, _number(batch.number), values, batch.etag)


def _batch_of(row: Row) -> Batch:
    return Batch(
        run=row.partition,
        number=int(row.key),
        size=row.number("size"),
        site_id=row.text("site_id"),
        place=row.text("place"),
        policies=tuple(json.loads(row.text("policies"))),
        done=bool(row.values.get("done")),
        attempt=row.number("attempt"),
        claimed_by=row.text("claimed_by"),
        claimed_until=float(row.text("claimed_until") or 0),
        moved_at=float(row.text("moved_at") or 0),
        counts=json.loads(row.text("counts") or "{}"),
        etag=row.etag,
    )
