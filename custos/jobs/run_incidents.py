"""Incidents about runs: raised when something of a run failed, ended when that has been done or is no longer wanted.

What the gate refused (a stop, a hold, an exemption) is no failure, and no incident. A label that the tenant lacks is told
once for all files, as label drift.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from custos.engine.gate import Purpose
from custos.engine.ledger import Ledger
from custos.engine.run import WENT_WRONG
from custos.engine.run_store import Progress, RunState, RunStore
from custos.errors import BadInput
from custos.jobs import incidents
from custos.jobs.incidents import Incident
from custos.model.action import Action, Result
from custos.model.refusal import Code

if TYPE_CHECKING:
    from custos.bootstrap import Custos

_TOLD_ELSEWHERE = (Code.LABEL_REFUSED, Code.LABEL_DELETES, Code.REFUSED_BEFORE)


async def finished(app: Custos, progress: Progress) -> None:
    """Say that something of a run failed, and end what this run has mended of others."""
    run, wrong = progress.run.id, []
    if WENT_WRONG & progress.counts.keys():
        wrong = [one async for one in app.runs.results(run) if _failed(one)]
    if wrong or progress.waiting:
        counts = ", ".join(f"{outcome.value} {count}" for outcome, count in progress.counts.items())
        why = f" For instance: {wrong[0].detail}" if wrong else ""
        await incidents.note_news(app, Incident.FAILED_RUN, run, f"{progress.verdict.value}: {counts}.{why}")
    await settle(app)


async def settle(app: Custos, wanted: Collection[str] | None = None) -> None:
    """End the incidents whose cause is gone: what failed has been done since, or a parked run was decided on.

    `wanted` are the keys of everything that policies still want done, when everything was evaluated just now: what
    failed and is not among them needs nobody any more.
    """
    for noted in [
        one async for one in incidents.standing(app.account) if one.kind in (Incident.FAILED_RUN, Incident.OVER_BUDGET)
    ]:
        try:
            run = await app.runs.get(noted.subject)
        except BadInput:
            continue
        if noted.kind is Incident.OVER_BUDGET:
            gone = run.state is not RunState.PARKED
        else:
            left = await _still_failed(app.ledger, app.runs, run.id)
            known = wanted is not None and run.purpose is Purpose.POLICY
            gone = not (left.intersection(wanted or ()) if known else left)
        if gone:
            await incidents.end(app, noted.kind, noted.subject)


async def _still_failed(ledger: Ledger, runs: RunStore, run_id: str) -> frozenset[str]:
    """Keys of the actions of a run that failed, and that nobody has done, or taken back, since."""
    failed: dict[str, Action] = {}
    wrong = {one.key async for one in runs.results(run_id) if _failed(one)}
    for batch in await runs.batches(run_id) if wrong else ():
        failed |= {one.key: one for one in await runs.actions(run_id, batch.number) if one.key in wrong}
    actions = list(failed.values())
    entries = await ledger.find(actions)
    taken_back = await ledger.undone_among(actions)
    mended = {key for key, entry in entries.items() if entry.outcome not in (None, *WENT_WRONG)}
    return frozenset(failed.keys() - mended - taken_back.keys())


def _failed(result: Result) -> bool:
    return result.outcome in WENT_WRONG and result.code not in _TOLD_ELSEWHERE
