"""What became of what people agreed to: each agreement's card says what it waits for, and when it was done."""

from __future__ import annotations

from dataclasses import replace

from custos.engine.case_facts import Cases
from custos.engine.dispatch import Dispatched
from custos.engine.remaining_steps import FOR_GOOD
from custos.engine.run import Progress, RunResult
from custos.errors import RowChanged
from custos.model.action import Action, Outcome
from custos.model.plan import Plan
from custos.model.refusal import Code
from custos.notices.case_store import CaseStore, Stored
from custos.notices.digest import Messages
from custos.notices.model import Case, CaseState, Verb

_SAID_ELSEWHERE = frozenset({Code.NOTICE, Code.AGREEMENT, Code.SUPERSEDED, *FOR_GOOD})
"""What an agreed step waits for that its card says already, or that another step of the same agreement stands in for."""


async def follow(plan: Plan, cases: Cases, dispatched: Dispatched | None, *, book: CaseStore, queue: Messages) -> None:
    """Write down, and on the cards, what agreements wait for after a plan was made and dispatched. Raises StorageTrouble.

    `cases`: what the plan knew of each finding. What is barred for good waits for nothing (`custos.notices.case_update` says it).
    """
    refused = {
        case_id: action.refused
        for action in plan.actions
        if action.refused and action.refusal not in _SAID_ELSEWHERE and (case_id := _agreed(action, cases))
    }
    agreed = dispatched.agreed if dispatched is not None else {}
    for stored in await book.all():
        case = stored.case
        if case.state is not CaseState.DECIDED or case.decision is not Verb.AGREE:
            continue
        if case.id in agreed:
            run, waits = _after(case, agreed[case.id])
        elif case.id in refused:
            run, waits = case.run, refused[case.id]
        else:
            continue
        await _change(book, queue, stored, state=case.state, run=run, waits=waits)


async def finished(progress: Progress, *, book: CaseStore, queue: Messages) -> None:
    """Write down, and on the cards, that a run has ended that carried an agreement out. Raises StorageTrouble."""
    run = progress.run
    for stored in await book.all():
        case = stored.case
        if case.run != run.id or case.state is not CaseState.DECIDED:
            continue
        stands = sum(progress.counts.get(outcome, 0) for outcome in (Outcome.DONE, Outcome.ALREADY))
        if progress.verdict is RunResult.OK and stands:
            await _change(book, queue, stored, state=CaseState.ACTED, run=run.id, waits="")
        else:
            waits = f"{run.actions - stands:,} of {run.actions:,} could not be done in {run.id}; it is tried again."
            await _change(book, queue, stored, state=case.state, run=run.id, waits=waits)


def _agreed(action: Action, cases: Cases) -> str:
    """The case in which the owner agreed to what a finding proposes, whether or not this step of it needed that; "" for none."""
    finding = action.finding
    known = cases.get((finding.policy, finding.rule, finding.subject.key)) if action.kind.writes else None
    return known.case_id if known is not None and known.agreed_at is not None else ""


def _after(case: Case, dispatched: Dispatched) -> tuple[str, str]:
    """The run that carries an agreement out, and what it waits for; "" when for nothing."""
    if dispatched.run is not None and dispatched.over:
        run = dispatched.run.id
        return run, f"it would break a ceiling ({dispatched.over[0]}), so {run} waits until somebody releases it."
    if dispatched.run is not None:
        return dispatched.run.id, ""
    if case.run in dispatched.busy:
        return case.run, case.waits
    return case.run, dispatched.why


async def _change(book: CaseStore, queue: Messages, stored: Stored, *, state: CaseState, run: str, waits: str) -> None:
    case = stored.case
    fresh = replace(case, state=state, run=run, waits=waits)
    if fresh == case:
        return
    try:
        changed = await book.put(stored, fresh)
    except RowChanged:
        return  # the next evaluation says it
    for digest_id in changed.case.behind:
        await queue.send({"update": digest_id})
