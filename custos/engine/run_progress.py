"""What a run has done so far, action by action: from its results where a batch is finished, from the ledger where a worker may have
died over one. So nothing that was written is ever left out, whoever was killed when.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from custos.engine.ledger import Ledger
from custos.engine.run_store import Batch, RunStore
from custos.model.action import Action, Outcome

WRITTEN = (Outcome.DONE, Outcome.UNKNOWN)
"""Outcomes after which the tenant is changed, or may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A write that was done, or, `perhaps`, that nobody can tell of yet."""

    action: Action
    at: datetime
    perhaps: bool


async def done_by(run_id: str, runs: RunStore, ledger: Ledger, *, place: str = "") -> AsyncIterator[Done]:
    """Every write of a run so far; only those in one library or site (`ledger.partition_of`) when `place` is given.

    Raises StorageTrouble when storage cannot be reached.
    """
    for batch in await runs.batches(run_id):
        if not place or batch.place == place:
            for done in await _of_batch(batch, runs, ledger):
                yield done


async def _of_batch(batch: Batch, runs: RunStore, ledger: Ledger) -> list[Done]:
    actions = {action.key: action for action in await runs.actions(batch.run, batch.number)}
    if batch.done:
        results = [result async for result in runs.results_of(batch)]
    else:
        entries = await ledger.find(list(actions.values()))
        results = [entry.result for entry in entries.values() if entry.run == batch.run and entry.result is not None]
    return [
        Done(action=actions[result.key], at=result.at, perhaps=result.outcome is Outcome.UNKNOWN)
        for result in results
        if result.outcome in WRITTEN and result.key in actions
    ]
