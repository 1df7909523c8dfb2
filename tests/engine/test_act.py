"""Writing: through the gate, once, read back, and audited."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from custos.audit.events import What
from custos.engine.case_facts import CaseFacts, Decision
from custos.engine.run_store import RunResult, RunState
from custos.engine.undo import UndoScope
from custos.errors import BadInput
from custos.model.action import Outcome
from custos.model.action_kind import ActionKind
from custos.model.duration import Duration
from custos.model.live import Failure
from custos.model.policy import HouseLimits, Limits, OnlyIf, Recipient
from custos.model.subject import Kind
from custos.records.address import read_address
from tests.engine.memory_store import MemoryStore
from tests.engine.memory_tenant import MemoryTenant, with_files
from tests.engine.planned import (
    ADMIN,
    GOVERNANCE,
    LABEL,
    NOW,
    bundle,
    exemption,
    file_subject,
    finding,
    grant_subject,
    hold,
    labelled,
    link_subject,
    plan_of,
    policy,
    records,
    sizes,
    step,
)
from tests.engine.started_runs import results, started
from tests.engine.wired_engine import AzureStore, office


async def test_a_run_writes_reads_back_and_says_so(azure: AzureStore) -> None:
    """Every file gets its label; the run is ok; each action is audited before and after, in a chain that holds."""
    at = office(azure, with_files(MemoryTenant(), 3))
    run = await started(at, bundle())
    await at.drain(bundle())
    progress = await at.runs.progress(run)
    assert (progress.verdict, dict(progress.counts)) == (RunResult.OK, {Outcome.DONE: 3})
    assert progress.run.state is RunState.FINISHED
    assert [at.tenant.label_of(number) for number in (1, 2, 3)] == [LABEL] * 3
    said = [recorded.event.what async for recorded in at.chain.read(run=run)]
    assert said == [
        What.RUN_STARTED,
        *[What.ACTION_INTENDED] * 3,
        *[What.ACTION_DONE] * 3,
        What.RUN_FINISHED,
    ]
    assert (await at.chain.verify()).holds


async def test_a_message_that_comes_twice_does_nothing_twice(memory: MemoryStore) -> None:
    """The queue may deliver a batch again: nothing is written again and the counts stay."""
    at = office(memory, with_files(MemoryTenant(), 3))
    run = await started(at, bundle())
    message = at.queue.messages[0]
    await at.drain(bundle())
    await at.dispatcher.work(message, bundle())
    assert len(at.tenant.writes) == 3
    assert dict((await at.runs.progress(run)).counts) == {Outcome.DONE: 3}


async def test_the_same_plan_twice_writes_once(memory: MemoryStore) -> None:
    """Applying a plan again finds everything done already."""
    at = office(memory, with_files(MemoryTenant(), 3))
    plan = await at.plans.save(plan_of(bundle(), *labelled(3)), by=ADMIN)
    await at.enforce(bundle(), plan)
    for _ in range(2):
        dispatched = await at.dispatcher.dispatch(plan, bundle(), by=ADMIN, sizes=sizes())
        await at.drain(bundle())
    assert dispatched.run is not None
    assert dict((await at.runs.progress(dispatched.run.id)).counts) == {Outcome.ALREADY: 3}
    assert len(at.tenant.writes) == 3


CHANGES = {
    "somebody chose another label": ({"label": "Other", "label_explicit": True}, Outcome.REFUSED, "explicit"),
    "another label came by default": ({"label": "Other"}, Outcome.SKIPPED, "changed"),
    "it became a record": ({"is_record": True}, Outcome.REFUSED, "record"),
    "it carries a regulatory label": ({"is_regulatory": True}, Outcome.REFUSED, "regulatory"),
    "it is a folder": ({"is_folder": True}, Outcome.REFUSED, "folder"),
    "it is gone": ({"found": False}, Outcome.SKIPPED, "gone"),
    "it carries the label": ({"label": LABEL}, Outcome.ALREADY, ""),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_what_changed_since_the_plan_is_decided_anew(memory: MemoryStore, change: str) -> None:
    """An item that is no longer as the plan saw it is not written, and the result says why."""
    fields, outcome, code = CHANGES[change]
    at = office(memory)
    at.tenant.file(1, **fields)  # type: ignore[arg-type]  # fields of Live
    run = await started(at, bundle(), 1)
    await at.drain(bundle())
    found = await results(at, run)
    assert [(result.outcome, result.code) for result in found] == [(outcome, code)]
    assert found[0].detail
    assert at.tenant.writes == []


async def test_a_file_edited_meanwhile_is_left_when_the_rule_is_about_its_age(memory: MemoryStore) -> None:
    """A rule that names the day of the last change does not act on a file changed after the plan."""
    aged = bundle(policy(fact="file_modified"))
    at = office(memory)
    at.tenant.file(1, modified=NOW)
    found = finding(file_modified=datetime(2020, 1, 1, tzinfo=UTC))
    plan = await at.plans.save(plan_of(aged, found), by=ADMIN)
    await at.enforce(aged, plan)
    run = (await at.dispatcher.dispatch(plan, aged, by=ADMIN, sizes=sizes())).run
    await at.drain(aged)
    assert run is not None
    assert [result.code for result in await results(at, run.id)] == ["changed"]


@pytest.mark.parametrize(
    ("registers", "code"),
    [
        (records(holds=[hold()]), "hold"),
        (records(holds=[hold(locations=(read_address(file_subject().url),))]), "hold"),
        (records(exemptions=[exemption()]), "exempt"),
    ],
)
async def test_holds_and_exemptions_are_asked_again(memory: MemoryStore, registers: object, code: str) -> None:
    """A hold or exemption that was declared after the plan stops the write."""
    at = office(memory, with_files(MemoryTenant(), 1))
    run = await started(at, bundle(), 1)
    await at.drain(bundle(registers=registers))  # type: ignore[arg-type]  # registers
    assert [(result.outcome, result.code) for result in await results(at, run)] == [(Outcome.REFUSED, code)]
    assert at.tenant.writes == []


async def test_a_policy_edited_after_the_plan_does_not_act(memory: MemoryStore) -> None:
    """The batch finds the policy's text changed: nothing is written until it is planned and approved again."""
    at = office(memory, with_files(MemoryTenant(), 1))
    run = await started(at, bundle(), 1)
    await at.drain(bundle(policy(text="edited")))
    assert [result.code for result in await results(at, run)] == ["edited"]
    assert at.tenant.writes == []


async def test_a_policy_that_was_removed_stops_at_once(memory: MemoryStore) -> None:
    """With its file gone nothing of the policy is carried out, and each action says so."""
    at = office(memory, with_files(MemoryTenant(), 1))
    run = await started(at, bundle(), 1)
    await at.drain(bundle(policy(name="other")))
    assert [result.code for result in await results(at, run)] == ["removed"]


async def test_a_stop_ends_what_was_queued(memory: MemoryStore) -> None:
    """After `stop` nothing that was queued before is written; after `start` a new run may."""
    at = office(memory, with_files(MemoryTenant(), 2))
    run = await started(at, bundle(), 2)
    at.clock.advance(timedelta(minutes=1))
    await at.stop_switch.stop(by=ADMIN, why="mistake")
    await at.drain(bundle())
    assert [result.code for result in await results(at, run)] == ["stopped", "stopped"]
    assert at.tenant.writes == []
    at.clock.advance(timedelta(minutes=1))
    await at.stop_switch.start(by=ADMIN, why="mended")
    await started(at, bundle(), 2)
    await at.drain(bundle())
    assert len(at.tenant.writes) == 2


async def test_a_run_that_the_gate_kept_back_did_not_fail(memory: MemoryStore) -> None:
    """Refused as a whole by a stop, nothing went wrong: the verdict says so, and tells it from a failure (A14)."""
    at = office(memory, with_files(MemoryTenant(), 2))
    run = await started(at, bundle(), 2)
    await at.stop_switch.stop(by=ADMIN, why="mistake")
    await at.drain(bundle())
    assert (await at.runs.progress(run)).verdict is RunResult.REFUSED


async def test_a_ceiling_of_zero_asks_nobody_to_let_it_go(memory: MemoryStore) -> None:
    """What allows nothing is switched off: its actions are left out and counted, no run is parked for a release (A14)."""
    none = bundle(policy(limits=Limits(actions_per_day=0, percent_of_scope=100.0)))
    at = office(memory, with_files(MemoryTenant(), 3))
    plan = await at.plans.save(plan_of(none, *labelled(3)), by=ADMIN)
    await at.enforce(none, plan)
    dispatched = await at.dispatcher.dispatch(plan, none, by=ADMIN, sizes=sizes())
    assert (dispatched.run, dispatched.over, dict(dispatched.left_out)) == (None, (), {"ceiling of zero": 3})


async def test_an_unapproved_policy_is_left_out(memory: MemoryStore) -> None:
    """A plan of a policy that nobody approved starts no run, whatever its file says."""
    at = office(memory, with_files(MemoryTenant(), 2))
    plan = await at.plans.save(plan_of(bundle(), *labelled(2)), by=ADMIN)
    dispatched = await at.dispatcher.dispatch(plan, bundle(), by=ADMIN, sizes=sizes())
    assert dispatched.run is None
    assert dict(dispatched.left_out) == {"state": 2}


async def test_without_an_actor_nothing_is_written(memory: MemoryStore) -> None:
    """While no identity that may write is set every write is refused."""
    at = office(memory, with_files(MemoryTenant(), 1), writes_enabled=False)
    plan = await at.plans.save(plan_of(bundle(), *labelled(1)), by=ADMIN)
    await at.enforce(bundle(), plan)
    assert dict((await at.dispatcher.dispatch(plan, bundle(), by=ADMIN, sizes=sizes())).left_out) == {"no actor": 1}


async def test_a_plan_over_its_budget_is_parked_with_zero_writes(memory: MemoryStore) -> None:
    """Over a ceiling the run awaits approval; another person releases it; then exactly that plan is done."""
    small = bundle(policy(limits=Limits(actions_per_run=2, percent_of_scope=100.0)))
    at = office(memory, with_files(MemoryTenant(), 3))
    plan = await at.plans.save(plan_of(small, *labelled(3)), by=ADMIN)
    await at.enforce(small, plan)
    dispatched = await at.dispatcher.dispatch(plan, small, by=ADMIN, sizes=sizes())
    assert dispatched.run is not None
    assert dispatched.run.state is RunState.PARKED
    assert dispatched.run.over == ("The policy labels allows 2 actions a run; this needs 3.",)
    assert at.queue.messages == []
    with pytest.raises(BadInput, match="Somebody else"):
        await at.dispatcher.release(dispatched.run.id, by=replace(ADMIN, upn=f" {ADMIN.upn}."), why="I want it")
    await at.dispatcher.release(dispatched.run.id, by=GOVERNANCE, why="read and agreed")
    await at.drain(small)
    assert (await at.runs.progress(dispatched.run.id)).verdict is RunResult.OK
    assert len(at.tenant.writes) == 3


async def test_what_a_run_has_in_hand_is_not_started_again(memory: MemoryStore) -> None:
    """Planning again while a run waits or works starts no second one of the same actions; a cancelled one lets them go."""
    at = office(memory, with_files(MemoryTenant(), 3), house=HouseLimits(per_run=2, percent_of_asset_per_day=None))
    run = await started(at, bundle())
    again = await at.plans.save(plan_of(bundle(), *labelled(4)), by=ADMIN)
    second = await at.dispatcher.dispatch(again, bundle(), by=ADMIN, sizes=sizes())
    assert dict(second.left_out) == {"busy": 3}
    assert dict(second.busy) == {run: 3}
    assert second.run is not None
    assert (second.run.actions, second.run.state) == (1, RunState.RUNNING)
    await at.dispatcher.cancel(run, by=ADMIN, why="wrong library")
    third = await at.dispatcher.dispatch(again, bundle(), by=ADMIN, sizes=sizes(), only=["000001"])
    assert third.run is not None


async def test_a_parked_run_can_be_cancelled(memory: MemoryStore) -> None:
    """A run that nobody wants is closed with a record, and never written."""
    at = office(memory, with_files(MemoryTenant(), 3), house=HouseLimits(per_run=1, percent_of_asset_per_day=None))
    run = await started(at, bundle())
    cancelled = await at.dispatcher.cancel(run, by=ADMIN, why="wrong library")
    assert cancelled.state is RunState.CANCELLED
    with pytest.raises(BadInput, match="cancelled"):
        await at.dispatcher.release(run, by=GOVERNANCE, why="")
    assert at.tenant.writes == []


async def test_budgets_are_checked_at_every_write(memory: MemoryStore) -> None:
    """What another run spent in the meantime counts: the rest of the batch is refused, the run is partial."""
    limits = Limits(actions_per_day=4, percent_of_scope=100.0)
    tight = bundle(policy(limits=limits))
    at = office(memory, with_files(MemoryTenant(), 6))
    plan = await at.plans.save(plan_of(tight, *labelled(6)), by=ADMIN)
    await at.enforce(tight, plan)
    ids = [action.id for action in plan.actions]
    first = await at.dispatcher.dispatch(plan, tight, by=ADMIN, sizes=sizes(), only=ids[:3])
    second = await at.dispatcher.dispatch(plan, tight, by=ADMIN, sizes=sizes(), only=ids[3:])
    await at.drain(tight)
    assert first.run is not None
    assert second.run is not None
    progress = await at.runs.progress(second.run.id)
    assert dict(progress.counts) == {Outcome.DONE: 1, Outcome.REFUSED: 2}
    assert progress.verdict is RunResult.PARTIAL
    assert len(at.tenant.writes) == 4


async def test_one_failure_of_many_is_partial(memory: MemoryStore) -> None:
    """One file that Microsoft refuses fails by itself: the others are done, the run is partial, its plan offers it again."""
    at = office(memory, with_files(MemoryTenant(), 5))
    at.tenant.answers = [Failure(code="forbidden", detail="no")]
    run = await started(at, bundle(), 5)
    await at.drain(bundle())
    progress = await at.runs.progress(run)
    assert dict(progress.counts) == {Outcome.DONE: 4, Outcome.FAILED: 1}
    assert progress.verdict is RunResult.PARTIAL
    at.clock.advance(timedelta(hours=1))
    again = await at.plans.save(plan_of(bundle(), finding(), now=at.clock.now()), by=ADMIN)
    await at.dispatcher.dispatch(again, bundle(), by=ADMIN, sizes=sizes())
    await at.drain(bundle())
    assert at.tenant.label_of(1) == LABEL


async def test_a_busy_microsoft_is_tried_again(memory: MemoryStore) -> None:
    """What was throttled is tried again after as long as Microsoft asked, and the rest is not repeated."""
    at = office(memory, with_files(MemoryTenant(), 2))
    at.tenant.unreadable[file_subject(1).key] = Failure(
        code="throttled", detail="later", passing=True, retry_after=90.5
    )
    run = await started(at, bundle(), 2)
    await at.dispatcher.work(at.queue.messages.pop(0), bundle())
    assert (len(at.queue.messages), at.queue.delays[-1]) == (1, 91)
    at.tenant.unreadable.clear()
    await at.drain(bundle())
    assert dict((await at.runs.progress(run)).counts) == {Outcome.DONE: 2}
    assert len(at.tenant.writes) == 2


async def test_an_item_that_stays_unreadable_fails(memory: MemoryStore) -> None:
    """After the last attempt it is a failure that is counted, never silence and never a write."""
    at = office(memory, with_files(MemoryTenant(), 1))
    at.tenant.unreadable[file_subject(1).key] = Failure(code="unavailable", detail="away", passing=True)
    run = await started(at, bundle(), 1)
    await at.drain(bundle())
    progress = await at.runs.progress(run)
    assert dict(progress.counts) == {Outcome.FAILED: 1}
    assert progress.verdict is RunResult.FAILED
    assert at.tenant.writes == []


async def test_a_site_that_is_locked_is_skipped(memory: MemoryStore) -> None:
    """A locked site is no failure of the run: its items are skipped and counted."""
    at = office(memory, with_files(MemoryTenant(), 1))
    at.tenant.unreadable[file_subject(1).key] = Failure(code="locked", detail="The site is locked.")
    run = await started(at, bundle(), 1)
    await at.drain(bundle())
    assert [(result.outcome, result.code) for result in await results(at, run)] == [(Outcome.SKIPPED, "locked")]


async def test_links_are_given_an_end_and_inherited_ones_left(memory: MemoryStore) -> None:
    """An Anyone link gets its end; one that belongs to a folder above is refused and named as such."""
    links = bundle(policy(step(ActionKind.SET_EXPIRY, expiry=Duration(2, "day")), name="links", kind=Kind.LINK))
    at = office(memory)
    at.tenant.link(1)
    at.tenant.link(2, inherited=True)
    found = [finding(link_subject(number), of="links") for number in (1, 2)]
    plan = await at.plans.save(plan_of(links, *found), by=ADMIN)
    await at.enforce(links, plan)
    run = (await at.dispatcher.dispatch(plan, links, by=ADMIN, sizes=sizes("links"))).run
    assert run is not None
    await at.drain(links)
    assert sorted((result.outcome, result.code) for result in await results(at, run.id)) == [
        (Outcome.DONE, ""),
        (Outcome.REFUSED, "inherited"),
    ]
    assert at.tenant.lives[link_subject(1).key].values["expires"] == NOW + timedelta(days=2)


async def test_an_end_that_the_tenant_shortens_is_done_otherwise(memory: MemoryStore) -> None:
    """The tenant lets links live for a day: what stands there is done, said, audited, and what an undo expects."""
    links = bundle(policy(step(ActionKind.SET_EXPIRY, expiry=Duration(2, "day")), name="links", kind=Kind.LINK))
    at = office(memory)
    at.tenant.link(1)
    at.tenant.longest_link = NOW + timedelta(days=1)
    plan = await at.plans.save(plan_of(links, finding(link_subject(1), of="links")), by=ADMIN)
    await at.enforce(links, plan)
    run = (await at.dispatcher.dispatch(plan, links, by=ADMIN, sizes=sizes("links"))).run
    assert run is not None
    await at.drain(links)
    [result] = await results(at, run.id)
    assert (result.outcome, result.code) == (Outcome.DONE, "")
    said = "Done differently: its end is now 24 November 2026 09:00; Custos asked for 25 November 2026 09:00."
    assert result.detail == said
    [event] = [one for one in memory.audit.events if one.what is What.ACTION_DONE]
    assert event.details["after expires"] == NOW + timedelta(days=1)
    undo = await at.undoing.plan(UndoScope.RUN, run.id, links)
    assert [action.before for action in undo.back] == [{"expires": NOW + timedelta(days=1)}]
    assert len(at.tenant.writes) == 1


async def test_lost_messages_can_be_queued_again(memory: MemoryStore) -> None:
    """When the queue lost its messages the run's open batches are queued again, and only those."""
    at = office(memory, with_files(MemoryTenant(), 3))
    run = await started(at, bundle())
    at.queue.messages.clear()
    assert await at.dispatcher.requeue(run, by=ADMIN) == 1
    await at.drain(bundle())
    assert await at.dispatcher.requeue(run, by=ADMIN) == 0
    assert (await at.runs.progress(run)).verdict is RunResult.OK


async def test_sensitive_titles_stay_out_of_the_audit() -> None:
    """Files of a sensitive asset are told by their ids alone."""
    for data, told in (("personal", True), ("special_category", False)):
        registers = records(personal_data=data)
        memory = MemoryStore()
        at = office(memory, with_files(MemoryTenant(), 1))
        await started(at, bundle(registers=registers), 1)
        await at.drain(bundle(registers=registers))
        told_last = [one for one in memory.audit.events if one.what is What.ACTION_DONE][-1]
        assert ("url" in told_last.details) is told


AGREED = bundle(
    policy(
        step(ActionKind.ASK, to=Recipient.OWNER),
        step(ActionKind.REMOVE_GRANT, only_if=OnlyIf.OWNER_AGREES),
        name="grants", kind=Kind.GRANT, fact="person",
    )
)  # fmt: skip
_ACCESS = ("grants", "rule", grant_subject().key)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (CaseFacts(opened_at=NOW, told_at=NOW, decision=Decision.KEEP), "keep"),
        (CaseFacts(opened_at=NOW, told_at=NOW), "agreement"),
        (None, "agreement"),
    ],
)
async def test_what_the_owner_takes_back_after_the_plan_is_not_done(
    memory: MemoryStore, answer: CaseFacts | None, code: str
) -> None:
    """The gate asks for the owner's answer again: kept by now, or agreed no longer, the access stays."""
    at = office(memory)
    at.tenant.grant(1)
    agreed = {_ACCESS: CaseFacts(opened_at=NOW, told_at=NOW, decision=Decision.AGREE)}
    at.cases.known = dict(agreed)
    plan = await at.plans.save(plan_of(AGREED, finding(grant_subject(), of="grants"), cases=agreed), by=ADMIN)
    await at.enforce(AGREED, plan)
    run = (await at.dispatcher.dispatch(plan, AGREED, by=ADMIN, sizes=sizes("grants"))).run
    assert run is not None
    at.cases.known = {_ACCESS: answer} if answer is not None else {}
    await at.drain(AGREED)
    assert [(result.outcome, result.code) for result in await results(at, run.id)] == [(Outcome.REFUSED, code)]
    assert at.tenant.writes == []


async def test_what_the_owner_agreed_to_is_done(memory: MemoryStore) -> None:
    """While the answer stands, access ends."""
    at = office(memory)
    at.tenant.grant(1)
    agreed = {_ACCESS: CaseFacts(opened_at=NOW, told_at=NOW, decision=Decision.AGREE)}
    at.cases.known = dict(agreed)
    plan = await at.plans.save(plan_of(AGREED, finding(grant_subject(), of="grants"), cases=agreed), by=ADMIN)
    await at.enforce(AGREED, plan)
    run = (await at.dispatcher.dispatch(plan, AGREED, by=ADMIN, sizes=sizes("grants"))).run
    assert run is not None
    await at.drain(AGREED)
    assert [result.outcome for result in await results(at, run.id)] == [Outcome.DONE]
