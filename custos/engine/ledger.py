"""What was intended and what came of it: table `actions`, one row an action key, written before anything is sent.

Partition: the library, or the site where there is none; key: the action's key. Inserting the row is what makes an
action happen once: a second worker, or the same one after it was killed, finds it and looks at the tenant instead of
writing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from custos.engine.action_keys import effect_key
from custos.engine.codec import action_from_line, action_to_line
from custos.errors import RowChanged, RowExists
from custos.model.action import Action, Outcome, Result, TakenBack
from custos.model.refusal import Code
from custos.model.subject import Subject
from custos.table import TRANSACTION_ROWS, Row, Table, Value, Write, key_part


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One action, when it was intended by which run, and its end. `outcome` None: intended, and no more is known.

    `planned_at` is the moment of the plan it belongs to. `undone_by` names the run that has put it back. `token` is the
    worker's own mark on its intent: whoever finds another one there came second.
    """

    action: Action
    run: str
    plan: str
    planned_at: datetime
    intended_at: datetime
    outcome: Outcome | None = None
    detail: str = ""
    code: str = ""
    ended_at: datetime | None = None
    undone_by: str = ""
    token: str = ""
    etag: str = ""

    @property
    def result(self) -> Result | None:
        """The end in the engine's words, None while there is none."""
        if self.outcome is None or self.ended_at is None:
            return None
        return Result(
            action_id=self.action.id,
            key=self.action.key,
            outcome=self.outcome,
            detail=self.detail,
            code=self.code,
            at=self.ended_at,
        )


_TAKEN_BACK = "undone"
"""The partition that names, all in one place, what people took back: from the moment that they said so, and by its effect,
for no version of a policy does it again."""


@dataclass
class Ledger:
    """The actions of one tenant. Every method raises StorageTrouble when storage cannot be reached."""

    table: Table

    async def find(self, actions: Sequence[Action]) -> Mapping[str, Entry]:
        """What is written down about these actions, by key; nothing for those that were never intended."""
        keys: dict[str, list[str]] = {}
        for action in actions:
            keys.setdefault(partition_of(action.finding.subject), []).append(action.key)
        picked = [await self.table.pick(partition, wanted) for partition, wanted in keys.items()]
        return {row.key: _entry(row) for rows in picked for row in rows}

    async def intend(self, entries: Sequence[Entry]) -> Mapping[str, Entry]:
        """Write entries down before their writes; those that stand are returned by key, with their ETags.

        An entry that carries an ETag replaces the row of an earlier occurrence. One that somebody else wrote meanwhile
        is left out: then that somebody does the work.
        """
        for partition, together in _by_partition(entries).items():
            for start in range(0, len(together), TRANSACTION_ROWS):
                await self._write(partition, together[start : start + TRANSACTION_ROWS])
        stands = await self.find([entry.action for entry in entries])
        ours = {entry.action.key: entry.token for entry in entries}
        return {key: entry for key, entry in stands.items() if entry.token == ours[key]}

    async def settle(self, entries: Sequence[Entry]) -> None:
        """Write down how actions ended. An end that is known is never overwritten by `unknown`."""
        for partition, together in _by_partition(entries).items():
            for start in range(0, len(together), TRANSACTION_ROWS):
                await self._write(partition, together[start : start + TRANSACTION_ROWS], settling=True)

    async def withdraw(self, entries: Sequence[Entry]) -> None:
        """Write down how entries ended that are still as they were written; those that somebody took over are theirs."""
        for partition, together in _by_partition(entries).items():
            for start in range(0, len(together), TRANSACTION_ROWS):
                await self._write(partition, together[start : start + TRANSACTION_ROWS])

    async def take_back(self, undoing: Sequence[Action], *, by_run: str, at: datetime) -> None:
        """Write down what these actions of an undo that was started at `at` take back, before any of them is done: no policy does it
        again.

        Harmless when it is said twice.
        """
        done: dict[str, list[str]] = {}
        for action in undoing:
            done.setdefault(partition_of(action.finding.subject), []).append(action.finding.id)
        picked = [await self.table.pick(partition, keys) for partition, keys in done.items()]
        effects = sorted({effect_key(_entry(row).action) for rows in picked for row in rows})
        for start in range(0, len(effects), TRANSACTION_ROWS):
            some = effects[start : start + TRANSACTION_ROWS]
            said: dict[str, Value] = {"run": by_run, "at": at.isoformat()}
            await self.table.transact([Write("upsert", Row(_TAKEN_BACK, key, said)) for key in some])

    async def mark_undone(self, key: str, subject: Subject, *, by_run: str) -> None:
        """Write down that an action has been put back; harmless when nothing is written down about it."""
        partition = partition_of(subject)
        while True:
            row = await self.table.get(partition, key)
            if row is None or row.text("undone_by") == by_run:
                return
            entry = _entry(row)
            try:
                await self.table.replace(_row(partition, replace(entry, undone_by=by_run)))
            except RowChanged:
                continue
            return

    async def undone(self) -> Mapping[str, TakenBack]:
        """What was taken back, for plans: `effect_key` ► by which undo, and when. One request for 1,000."""
        return {
            row.key: TakenBack(run=row.text("run"), at=datetime.fromisoformat(row.text("at")))
            async for row in self.table.query(_TAKEN_BACK)
        }

    async def undone_among(self, actions: Sequence[Action]) -> Mapping[str, str]:
        """Which of these would do again what was taken back: key of the action ► the run that takes it back."""
        effects = {action.key: effect_key(action) for action in actions}
        runs = {row.key: row.text("run") for row in await self.table.pick(_TAKEN_BACK, sorted(set(effects.values())))}
        return {key: runs[effect] for key, effect in effects.items() if effect in runs}

    async def of_place(self, partition: str) -> AsyncIterator[Entry]:
        """Everything written down about one library or site (`partition_of`), in no useful order."""
        async for row in self.table.query(partition):
            yield _entry(row)

    async def _write(self, partition: str, entries: Sequence[Entry], *, settling: bool = False) -> None:
        """All in one transaction; one by one when a row is not as we knew it."""
        try:
            await self.table.transact([_write(partition, entry) for entry in entries])
        except (RowChanged, RowExists):
            for entry in entries:
                await self._write_one(partition, entry, settling=settling)

    async def _write_one(self, partition: str, entry: Entry, *, settling: bool) -> None:
        try:
            await self.table.transact([_write(partition, entry)])
        except (RowChanged, RowExists):
            if not settling or entry.outcome is Outcome.UNKNOWN:
                return
            row = await self.table.get(partition, entry.action.key)
            if row is not None and _is_open(row):
                await self.table.replace(_row(partition, replace(entry, etag=row.etag)))


def _is_open(row: Row) -> bool:
    """Whether a row has no end that is known; a late hand that withdrew knew none."""
    outcome = row.text("outcome")
    return outcome in ("", Outcome.UNKNOWN) or (outcome == Outcome.SKIPPED and row.text("code") == Code.BUSY)


def partition_of(subject: Subject) -> str:
    """The partition that holds the actions on a subject: its library's, or its site's."""
    return key_part(subject.drive_id or subject.site_id)


def _by_partition(entries: Iterable[Entry]) -> Mapping[str, list[Entry]]:
    grouped: dict[str, list[Entry]] = {}
    for entry in entries:
        grouped.setdefault(partition_of(entry.action.finding.subject), []).append(entry)
    return grouped


def _write(partition: str, entry: Entry) -> Write:
    return Write("replace" if entry.etag else "insert", _row(partition, entry))


def _row(partition: str, entry: Entry) -> Row:
    values: dict[str, Value] = {
        "action": action_to_line(entry.action).decode(),
        "run": entry.run,
        "plan": entry.plan,
        "planned_at": entry.planned_at.isoformat(),
        "intended_at": entry.intended_at.isoformat(),
        "outcome": entry.outcome or "",
        "detail": entry.detail[:4000],
        "code": entry.code,
        "ended_at": entry.ended_at.isoformat() if entry.ended_at else "",
        "undone_by": entry.undone_by,
        "token": entry.token,
    }
    return Row(partition, entry.action.key, values, entry.etag)


def _entry(row: Row) -> Entry:
    outcome, ended = row.text("outcome"), row.text("ended_at")
    return Entry(
        action=action_from_line(row.text("action").encode()),
        run=row.text("run"),
        plan=row.text("plan"),
        planned_at=datetime.fromisoformat(row.text("planned_at")),
        intended_at=datetime.fromisoformat(row.text("intended_at")),
        outcome=Outcome(outcome) if outcome else None,
        detail=row.text("detail"),
        code=row.text("code"),
        ended_at=datetime.fromisoformat(ended) if ended else None,
        undone_by=row.text("undone_by"),
        token=row.text("token"),
        etag=row.etag,
    )
