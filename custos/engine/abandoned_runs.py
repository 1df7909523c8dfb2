"""Runs that were left behind by a worker that died: found from what is written down, and brought to their end.

| found | done |
|---|---|
| *preparing* for three claims (`custos.engine.batch_claims`) | ended: its maker died before anything was queued; its actions are free |
| fewer messages than batches that are not done | the open batches are queued again; a batch that comes twice is done once |
| every batch done, the run not closed | closed |
| nothing moved for an hour | said, so that a person looks |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from custos.engine.dispatch import Dispatcher
from custos.engine.run_store import Batch, Run, RunState
from custos.records.rights import CUSTOS

PREPARED_WITHIN_CLAIMS = 3
MOVES_WITHIN_SECONDS = 3_600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SweptRuns:
    """What was done about runs. `resumed`: run ► batches queued again; `stuck`: run ► what is the matter, a sentence."""

    resumed: Mapping[str, int] = field(default_factory=dict)
    abandoned: tuple[str, ...] = ()
    stuck: Mapping[str, str] = field(default_factory=dict)


async def sweep_runs(dispatcher: Dispatcher, *, waiting: int) -> SweptRuns:
    """Look at every run that has not ended. `waiting` is how many messages the queue of batches holds, seen and unseen.

    Raises StorageTrouble when storage cannot be reached: what was not done then is found the next time.
    """
    machine_now = dispatcher.runs.machine()
    abandoned: list[str] = []
    running: list[tuple[Run, list[Batch]]] = []
    async for run in dispatcher.runs.open(dispatcher.clock.now()):
        if (
            run.state is RunState.PREPARING
            and machine_now - run.made_at > PREPARED_WITHIN_CLAIMS * dispatcher.claim_seconds
        ):
            await dispatcher.abandon(run)
            abandoned.append(run.id)
        elif run.state is RunState.RUNNING:
            running.append((run, await dispatcher.runs.batches(run.id)))
    left = {run.id: sum(not batch.done for batch in batches) for run, batches in running}
    lost = sum(left.values()) > waiting
    resumed = {run.id: await dispatcher.requeue(run.id, by=CUSTOS) for run, _ in running if lost or not left[run.id]}
    stuck = {run.id: sentence for run, batches in running if (sentence := _stuck(run, batches, machine_now))}
    return SweptRuns(
        resumed={run: count for run, count in resumed.items() if count}, abandoned=tuple(abandoned), stuck=stuck
    )


def _stuck(run: Run, batches: list[Batch], now: float) -> str:
    left = [batch for batch in batches if not batch.done]
    moved = max((batch.moved_at for batch in batches), default=run.made_at)
    if not left or now - moved <= MOVES_WITHIN_SECONDS:
        return ""
    still = timedelta(seconds=int(now - moved))
    return f"{len(left)} of {len(batches)} batches are left, and nothing has moved for {still}."
