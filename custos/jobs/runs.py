"""Carrying out runs: a batch from the queue, a plan that a person applies, what is undone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from custos.engine.dispatch import Dispatched
from custos.engine.gate import Purpose
from custos.engine.promotion import age_of_plan, plan_age
from custos.engine.run_store import Progress, Run, RunState
from custos.engine.undo import UndoPlan, UndoScope
from custos.errors import BadInput, Mark, Problem
from custos.inventory.drive_state import DriveStates
from custos.jobs import approvals, ceiling_sizes, identity, label_drift, policies, run_incidents
from custos.notices import agreements
from custos.records.rights import Person, Right
from custos.storage.queues import NOTIFY
from custos.telemetry import logger
from custos.wording import day_words

if TYPE_CHECKING:
    from custos.bootstrap import Custos


_log = logger(__name__)
_STANDS: Mapping[RunState, str] = {
    RunState.PREPARING: "is being prepared",
    RunState.PARKED: "awaits approval",
    RunState.RUNNING: "is under way",
    RunState.FINISHED: "has ended",
    RunState.CANCELLED: "was cancelled",
}


async def work(app: Custos, message: Mapping[str, object]) -> Progress:
    """Do one batch of a run; a run that ended badly becomes an incident. Webhooks tell the mirror what was touched.

    Raises StorageTrouble: then the message stays in its queue.
    """
    bundle = (await policies.in_force(app)).bundle
    progress = await app.dispatcher.work(message, bundle)
    await app.m365.throttle.flush()
    _tell(app, message, progress)
    if progress.run.state is RunState.FINISHED:
        await label_drift.settle(app, bundle.records)
        await agreements.finished(progress, book=app.cases, queue=app.account.queue(NOTIFY))
        await run_incidents.finished(app, progress)
    await app.telemetry.send()
    return progress


def _tell(app: Custos, message: Mapping[str, object], progress: Progress) -> None:
    """A batch, and at the end what came of the whole run. A message that comes twice tells it twice: what is read goes by the run."""
    run, state = progress.run.id, progress.run.state
    _log.info("batch worked on", extra={"run": run, "batch": message.get("batch", ""), "state": state.value})
    app.telemetry.event("batch worked on", run=run, batch=message.get("batch", ""), state=state.value)
    if state is RunState.FINISHED:
        for outcome, count in progress.counts.items():
            app.telemetry.measure("writes", count, run=run, outcome=outcome.value)
        for policy in sorted(progress.run.hashes):
            app.telemetry.event("policy acted", run=run, policy=policy)


async def apply(app: Custos, plan_id: str, *, by: Person) -> Dispatched:
    """Start a run of exactly this plan. What no longer qualifies is skipped when its turn comes, and says why.

    Raises BadInput when there is no such plan, it is too old, or it was applied already.
    """
    plan = await app.plans.load(plan_id)
    async for run in app.runs.all():
        if run.plan == plan_id and run.state is not RunState.CANCELLED:
            what = (
                f"The plan {plan_id} was applied already: {run.id} of {day_words(run.started_at)} {_STANDS[run.state]}."
            )
            remedy = f"See `custos run {run.id}`; for what is left, make a new plan with `custos plan`."
            raise BadInput([Problem(Mark("plan"), what, remedy, code="applied")])
    bundle = (await policies.in_force(app)).bundle
    rules, now = bundle.settings.approval, app.clock.now()
    old = plan_age(plan, rules, now)
    if old:
        raise BadInput([Problem(Mark("plan"), old, "Make a new one with `custos plan`.", code="plan-age")])
    read = {state.drive_id: state.synced_at async for state in DriveStates.of(app.account).all()}
    stale = {drive for drive, moment in read.items() if moment is not None and rules.mirror_lasts.after(moment) <= now}
    return await app.dispatcher.dispatch(plan, bundle, by=by, sizes=await ceiling_sizes.last(app, bundle), stale=stale)


async def release(app: Custos, run_id: str, *, wanted: str, why: str) -> Run:
    """Let a parked run go over its ceilings, in the name of whoever is signed in. Raises BadInput when they may not, or its plan is too
    old; what puts something back is never too old.
    """
    by = await identity.require(app, Right.RELEASE, wanted)
    run = await app.runs.get(run_id)
    rules = (await policies.in_force(app)).bundle.settings.approval
    old = age_of_plan(run.plan, run.planned_at, rules, app.clock.now()) if run.purpose is Purpose.POLICY else ""
    if old:
        remedy = f"Cancel it with `custos run {run_id} --cancel`: what is still to do is planned again."
        raise BadInput([Problem(Mark("runs"), old, remedy, code="plan-age")])
    involved = await approvals.involved_in(app, sorted(run.hashes))
    return await app.dispatcher.release(run_id, by=by, why=why, involved=involved)


async def plan_undo(
    app: Custos, scope: UndoScope, target: str, within: Mapping[UndoScope, str] | None = None
) -> UndoPlan:
    """What would be put back, and what cannot be; `within` narrows it. Raises BadInput when nothing was done there."""
    bundle = (await policies.in_force(app)).bundle
    return await app.undoing.plan(scope, target, bundle, within)


async def undo(app: Custos, undo_plan: UndoPlan, *, by: Person, why: str) -> Dispatched:
    """Put back what can be put back, through the same gate and the same audit. `why` is told to whoever answers for it."""
    bundle = (await policies.in_force(app)).bundle
    plan = await app.plans.save(undo_plan.plan, by=by)
    sizes = await ceiling_sizes.last(app, bundle)
    return await app.dispatcher.dispatch(
        plan,
        bundle,
        by=by,
        sizes=sizes,
        purpose=Purpose.UNDO,
        target=undo_plan.words,
        reason=why,
    )
