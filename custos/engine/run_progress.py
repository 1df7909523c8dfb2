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


async def done_by(run_id: str, runs: RunStore, ledger: Ledger) -> AsyncIterator[Done]:
    """Every write of a run so far. Raises StorageTrouble when storage cannot be reached."""
    for batch in await runs.batches(run_id):
        for done in await done_in(batch, runs, ledger):
            yield done


async def done_in(batch: Batch, runs: RunStore, ledger: Ledger) -> list[Done]:
    """Every write of a batch so far. Raises StorageTrouble when storage cannot be reached."""
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
