"""What Microsoft refused for good is remembered, shown in the plan with its reason, and tried again when there is cause."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from custos.engine.refusals import RefusalScope
from custos.model.action import Outcome, Result
from custos.model.finding import Finding
from custos.model.live import Failure
from custos.model.plan import Plan
from custos.model.policy import Bundle, Limits
from custos.model.refusal import Code
from custos.records.rights import CUSTOS
from tests.engine.memory_store import MemoryStore
from tests.engine.memory_tenant import MemoryTenant, with_files
from tests.engine.planned import ADMIN, LABEL, bundle, file_subject, finding, labelled, plan_of, policy, sizes
from tests.engine.wired_engine import Office, office

LACKED = Failure(code=Code.LABEL_REFUSED, detail="The tenant does not take the label.")


async def planned(at: Office, wanted: Bundle, *found: Finding) -> Plan:
    """The plan of this moment, with what is remembered."""
    refusals = await at.refusals.standing()
    return await at.plans.save(plan_of(wanted, *found, now=at.clock.now(), refusals=refusals), by=ADMIN)


async def evaluated(at: Office, wanted: Bundle, *found: Finding) -> list[Result]:
    """What an evaluation does with these findings: plan, approve, run. The results, none when nothing was offered."""
    plan = await planned(at, wanted, *found)
    await at.enforce(wanted, plan)
    run = (await at.dispatcher.dispatch(plan, wanted, by=CUSTOS, sizes=sizes())).run
    await at.drain(wanted)
    return [result async for result in at.runs.results(run.id)] if run else []


async def test_a_label_that_the_tenant_lacks_is_not_offered_again(memory: MemoryStore) -> None:
    """The next plan says of every file that the label is refused for now, since when, and starts no run."""
    at = office(memory, with_files(MemoryTenant(), 3))
    at.tenant.answers = [LACKED] * 3
    first = await evaluated(at, bundle(), *labelled(3))
    assert [result.outcome for result in first] == [Outcome.FAILED] * 3
    plan = await planned(at, bundle(), *labelled(3))
    assert {action.refusal for action in plan.actions} == {Code.REFUSED_BEFORE}
    assert "has not taken the label" in plan.actions[0].refused
    assert "tried again from 24 November 2026" in plan.actions[0].refused
    assert await evaluated(at, bundle(), *labelled(3)) == []


async def test_the_rest_of_a_run_is_spared_a_refused_label(memory: MemoryStore) -> None:
    """The second batch of the same run is not sent to Microsoft at all."""
    at = office(memory, with_files(MemoryTenant(), 101))
    at.tenant.answers = [LACKED] * 101
    generous = Limits(percent_of_scope=100.0, actions_per_site_per_day=500, actions_per_owner_per_day=500)
    results = await evaluated(at, bundle(policy(limits=generous)), *labelled(101))
    assert len(at.tenant.answers) == 1
    assert [result.code for result in results if result.outcome is Outcome.REFUSED] == [Code.REFUSED_BEFORE]


async def test_after_a_day_one_file_is_tried_first(memory: MemoryStore) -> None:
    """Only one is offered; when Microsoft refuses it again the pause is two days, when it takes it the rest follows."""
    at = office(memory, with_files(MemoryTenant(), 3))
    at.tenant.answers = [LACKED] * 3
    await evaluated(at, bundle(), *labelled(3))
    at.clock.advance(timedelta(days=1))
    at.tenant.answers = [LACKED]
    assert len(await evaluated(at, bundle(), *labelled(3))) == 1
    at.clock.advance(timedelta(days=1))
    assert await evaluated(at, bundle(), *labelled(3)) == []
    at.clock.advance(timedelta(days=1))
    assert [result.outcome for result in await evaluated(at, bundle(), *labelled(3))] == [Outcome.DONE]
    left = [finding(file_subject(number)) for number in (2, 3)]
    assert [result.outcome for result in await evaluated(at, bundle(), *left)] == [Outcome.DONE] * 2


async def test_a_label_that_turns_out_to_be_published_is_offered_at_once(memory: MemoryStore) -> None:
    """Whoever saw the label published takes the refusal back, and the next evaluation labels the files."""
    at = office(memory, with_files(MemoryTenant(), 2))
    at.tenant.answers = [LACKED] * 2
    await evaluated(at, bundle(), *labelled(2))
    await at.refusals.forget(RefusalScope.LABEL, LABEL)
    assert [result.outcome for result in await evaluated(at, bundle(), *labelled(2))] == [Outcome.DONE] * 2


async def test_a_refused_file_stops_no_other(memory: MemoryStore) -> None:
    """What was refused on one file is remembered of that file alone."""
    at = office(memory, with_files(MemoryTenant(), 2))
    at.tenant.answers = [Failure(code="forbidden", detail="403 accessDenied")]
    await evaluated(at, bundle(), *labelled(1))
    plan = await planned(at, bundle(), *labelled(2))
    assert [action.refusal for action in plan.actions] == [Code.REFUSED_BEFORE, ""]
    assert "forbidden" in plan.actions[0].refused


async def test_an_edited_policy_or_other_facts_are_another_action(memory: MemoryStore) -> None:
    """A refusal speaks of one version of the policy and one state of the file; either changed, it is offered again."""
    at = office(memory, with_files(MemoryTenant(), 1))
    at.tenant.answers = [Failure(code="forbidden", detail="403 accessDenied")]
    await evaluated(at, bundle(), *labelled(1))
    edited = bundle(policy(text="as edited"))
    assert [action.refused for action in (await planned(at, edited, *labelled(1))).actions] == [""]
    elsewise = finding(file_subject(1), label="Other")
    assert [action.refused for action in (await planned(at, bundle(), elsewise)).actions] == [""]


async def test_a_locked_site_is_left_alone_as_a_whole(memory: MemoryStore) -> None:
    """One file that met the lock speaks for every file of its site, and for no other site."""
    at = office(memory, with_files(MemoryTenant(), 2))
    at.tenant.unreadable[file_subject(1).key] = Failure(code=Code.SITE_LOCKED, detail="423 notAllowed")
    await evaluated(at, bundle(), *labelled(1))
    elsewhere = replace(file_subject(2), site_id="site-2")
    plan = await planned(at, bundle(), *labelled(2), finding(elsewhere))
    refused = {action.finding.subject.site_id: action.refused for action in plan.actions}
    assert refused == {
        "site-1": "The site has been locked since 23 November 2026. It is tried again from 24 November 2026.",
        "site-2": "",
    }


async def test_an_open_file_is_tried_again_within_the_day(memory: MemoryStore) -> None:
    """A file that somebody has open is offered again after an hour."""
    at = office(memory, with_files(MemoryTenant(), 1))
    at.tenant.answers = [Failure(code="locked", detail="423 resourceLocked")]
    await evaluated(at, bundle(), *labelled(1))
    assert await evaluated(at, bundle(), *labelled(1)) == []
    at.clock.advance(timedelta(hours=1))
    assert [result.outcome for result in await evaluated(at, bundle(), *labelled(1))] == [Outcome.DONE]


async def test_a_label_that_deletes_against_the_schedule_is_put_on_nothing(memory: MemoryStore) -> None:
    """The plan refuses it with the reason, whenever it is asked, until somebody mended it; so does a run that was planned before."""
    at = office(memory, with_files(MemoryTenant(), 101))
    generous = Limits(percent_of_scope=100.0, actions_per_site_per_day=500, actions_per_owner_per_day=500)
    wanted = bundle(policy(limits=generous))
    await at.refusals.withhold_label(LABEL)
    plan = await planned(at, wanted, *labelled(3))
    assert {action.refusal for action in plan.actions} == {Code.LABEL_DELETES}
    assert "deletes at the end of its period" in plan.actions[0].refused
    at.clock.advance(timedelta(days=60))
    assert await evaluated(at, wanted, *labelled(3)) == []
    await at.refusals.forget(RefusalScope.LABEL, LABEL)
    assert {result.outcome for result in await evaluated(at, wanted, *labelled(3))} == {Outcome.DONE}


async def test_a_run_that_was_planned_before_is_refused_such_a_label(memory: MemoryStore) -> None:
    """What discovery saw after the plan counts at the write."""
    at = office(memory, with_files(MemoryTenant(), 3))
    plan = await planned(at, bundle(), *labelled(3))
    await at.enforce(bundle(), plan)
    await at.refusals.withhold_label(LABEL)
    run = (await at.dispatcher.dispatch(plan, bundle(), by=CUSTOS, sizes=sizes())).run
    await at.drain(bundle())
    assert run is not None
    assert {result.code async for result in at.runs.results(run.id)} == {Code.LABEL_DELETES}
