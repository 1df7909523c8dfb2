"""Putting back: first as a plan that is honest, then only where the tenant is still as it was left."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from custos.audit.events import What
from custos.engine.abandoned_runs import sweep_runs
from custos.engine.gate import Purpose
from custos.engine.run_store import RunState
from custos.engine.undo import UndoPlan, UndoScope
from custos.errors import BadInput
from custos.model.action import Outcome, Result
from custos.model.action_kind import ActionKind
from custos.model.duration import Duration
from custos.model.finding import Finding
from custos.model.policy import Bundle
from custos.model.refusal import Code
from custos.model.subject import Kind
from tests.engine.memory_store import MemoryStore
from tests.engine.memory_tenant import MemoryTenant, with_files
from tests.engine.planned import (
    ADMIN,
    LABEL,
    NOW,
    SITE,
    bundle,
    entry,
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
from tests.engine.wired_engine import Killed, MemoryQueue, Office, office

GRANTS = bundle(policy(step(ActionKind.REMOVE_GRANT), name="grants", kind=Kind.GRANT, fact="person"))
OTHER_LABEL = "GEN-01 Transitory 60d"
EXPIRY = bundle(
    policy(step(ActionKind.SET_EXPIRY, expiry=Duration(30, "day")), name="links", kind=Kind.LINK, fact="link_scope")
)


async def done(at: Office, wanted: Bundle, *found: Finding) -> str:
    plan = await at.plans.save(plan_of(wanted, *found, now=at.clock.now()), by=ADMIN)
    await at.enforce(wanted, plan)
    run = (await at.dispatcher.dispatch(plan, wanted, by=ADMIN, sizes=sizes(*wanted.policies))).run
    assert run is not None
    await at.drain(wanted)
    return run.id


async def carried_out(at: Office, wanted: Bundle, undo: UndoPlan) -> list[Result]:
    at.clock.advance(timedelta(minutes=1))
    plan = await at.plans.save(undo.plan, by=ADMIN)
    run = (
        await at.dispatcher.dispatch(
            plan, wanted, by=ADMIN, sizes=sizes(), purpose=Purpose.UNDO, target=f"{undo.scope} {undo.target}"
        )
    ).run
    assert run is not None
    await at.drain(wanted)
    return [result async for result in at.runs.results(run.id)]


async def test_a_run_is_put_back(memory: MemoryStore) -> None:
    """Labels that a run put on come off; the undo is audited like any run, under a number of its own."""
    at = office(memory, with_files(MemoryTenant(), 3))
    run = await done(at, bundle(), *labelled(3))
    undo = await at.undoing.plan(UndoScope.RUN, run, bundle())
    assert (len(undo.back), undo.at_a_price, undo.cannot) == (3, (), ())
    ended = await carried_out(at, bundle(), undo)
    assert [result.outcome for result in ended] == [Outcome.DONE] * 3
    assert [at.tenant.label_of(number) for number in (1, 2, 3)] == [""] * 3
    of_undo = [event.what for event in memory.events_of("U-2026-1123-01")]
    assert of_undo.count(What.ACTION_INTENDED) == of_undo.count(What.ACTION_DONE) == 3


async def test_only_what_is_still_as_it_was_left_is_put_back(memory: MemoryStore) -> None:
    """A file whose label somebody changed meanwhile is left to them, and the result says what stands there now."""
    at = office(memory, with_files(MemoryTenant(), 2))
    run = await done(at, bundle(), *labelled(2))
    at.tenant.file(1, label="Chosen by a person")
    ended = await carried_out(at, bundle(), await at.undoing.plan(UndoScope.RUN, run, bundle()))
    assert sorted((result.outcome.value, result.code) for result in ended) == [("done", ""), ("skipped", "changed")]
    assert "Chosen by a person" in next(result.detail for result in ended if result.code)
    assert at.tenant.label_of(1) == "Chosen by a person"


async def test_what_was_undone_is_not_done_again(memory: MemoryStore) -> None:
    """After an undo neither the same policy nor an edited and approved one puts the same label on; another label may come."""
    at = office(memory, with_files(MemoryTenant(), 1))
    run = await done(at, bundle(), finding())
    await carried_out(at, bundle(), await at.undoing.plan(UndoScope.RUN, run, bundle()))
    at.clock.advance(timedelta(hours=1))
    again = await done(at, bundle(), finding())
    assert [result.code async for result in at.runs.results(again)] == [Code.UNDONE]
    assert at.tenant.label_of(1) == ""
    edited = await done(at, bundle(policy(text="edited")), finding())
    assert [result.code async for result in at.runs.results(edited)] == [Code.UNDONE]
    assert at.tenant.label_of(1) == ""
    await done(at, bundle(policy(step(ActionKind.APPLY_LABEL, label=OTHER_LABEL), text="another label")), finding())
    assert at.tenant.label_of(1) == OTHER_LABEL


async def test_an_end_that_was_taken_off_a_link_is_not_set_again_on_another_day(memory: MemoryStore) -> None:
    """A policy that counts from today means another day each time; the end that a person undid stays away all the same."""
    at = office(memory)
    link = at.tenant.link(1)
    run = await done(at, EXPIRY, finding(link, of="links"))
    await carried_out(at, EXPIRY, await at.undoing.plan(UndoScope.RUN, run, bundle()))
    at.clock.advance(timedelta(days=3))
    again = await done(at, EXPIRY, finding(link, of="links"))
    assert [result.code async for result in at.runs.results(again)] == [Code.UNDONE]
    assert at.tenant.lives[link.key].values["expires"] is None


async def test_a_state_that_came_back_by_other_hands_is_dealt_with_again(memory: MemoryStore) -> None:
    """When a person takes the label off, a later plan may put it on again: only an undo binds the policy."""
    at = office(memory, with_files(MemoryTenant(), 1))
    await done(at, bundle(), finding())
    at.tenant.file(1, label="")
    at.clock.advance(timedelta(hours=1))
    await done(at, bundle(), finding())
    assert at.tenant.label_of(1) == LABEL


async def test_undone_twice_there_is_nothing_left(memory: MemoryStore) -> None:
    """A second undo of the same run finds nothing that still stands, and says so."""
    at = office(memory, with_files(MemoryTenant(), 1))
    run = await done(at, bundle(), finding())
    await carried_out(at, bundle(), await at.undoing.plan(UndoScope.RUN, run, bundle()))
    with pytest.raises(BadInput, match="nothing"):
        await at.undoing.plan(UndoScope.RUN, run, bundle())


async def test_by_policy_site_and_item(memory: MemoryStore) -> None:
    """The same actions are found by the policy that did them, the site, the item; and nothing of others."""
    at = office(memory, with_files(MemoryTenant(), 3))
    await done(at, bundle(), *labelled(3))
    for scope, target, count in (
        (UndoScope.POLICY, "labels", 3),
        (UndoScope.SITE, "site-1", 3),
        (UndoScope.SITE, "drive-1", 3),
        (UndoScope.SITE, f"{SITE}/SitePages/Home.aspx", 3),
        (UndoScope.SITE, f"{SITE}/Advice/Forms/AllItems.aspx", 3),
        (UndoScope.ASSET, "IA-004", 3),
        (UndoScope.ITEM, "item-2", 1),
        (UndoScope.ITEM, f"{SITE}/Advice/Advice 2.docx", 1),
        (UndoScope.ITEM, f"{SITE}/Advice/Forms/AllItems.aspx?id=/sites/planning-casework/Advice/Advice 2.docx", 1),
    ):
        assert len((await at.undoing.plan(scope, target, bundle())).back) == count, scope
    with pytest.raises(BadInput):
        await at.undoing.plan(UndoScope.POLICY, "another", bundle())
    for wrong, said in (
        (f"{SITE}-of-others", "No site or library is at"),
        ("https://wrenbridge.sharepoint.example/:f:/s/a/EkQ", "sharing link"),
    ):
        with pytest.raises(BadInput, match=said):
            await at.undoing.plan(UndoScope.SITE, wrong, bundle())


async def test_of_a_run_on_many_assets_exactly_one_goes_back(memory: MemoryStore) -> None:
    """An owner quotes run and asset: the actions of that run on that asset are put back, and nothing of another owner."""
    at = office(memory, with_files(MemoryTenant(), 3))
    theirs, *others = labelled(3)
    run = await done(at, bundle(), *others, replace(theirs, asset_id="IA-009"))
    undo = await at.undoing.plan(UndoScope.RUN, run, bundle(), {UndoScope.ASSET: "IA-009"})
    assert [action.finding.subject for action in undo.back] == [theirs.subject]
    assert undo.words == f"run {run}, asset IA-009"
    site = await at.undoing.plan(UndoScope.RUN, run, bundle(), {UndoScope.SITE: SITE, UndoScope.POLICY: "labels"})
    assert len(site.back) == 3
    with pytest.raises(BadInput, match="IA-010 that still stands"):
        await at.undoing.plan(UndoScope.RUN, run, bundle(), {UndoScope.ASSET: "IA-010"})


async def test_access_is_given_again_at_a_price(memory: MemoryStore) -> None:
    """A removed grant comes back as a new one for the same person: the plan says that people must be told."""
    at = office(memory)
    at.tenant.grant(1)
    run = await done(at, GRANTS, finding(grant_subject(), of="grants"))
    assert grant_subject().key not in at.tenant.lives
    undo = await at.undoing.plan(UndoScope.RUN, run, GRANTS)
    assert (undo.back, len(undo.at_a_price)) == ((), 1)
    ended = await carried_out(at, GRANTS, undo)
    assert [result.outcome for result in ended] == [Outcome.DONE]
    assert at.tenant.writes[-1][1] == "invite nurse@eastvale-nhs.example"


async def test_what_cannot_be_put_back_is_said(memory: MemoryStore) -> None:
    """Removed links, grants to nobody with a mail address, passed ends and record labels stay, each with its reason."""
    at = office(memory)
    at.tenant.link(1)
    cut = bundle(policy(step(ActionKind.REMOVE_LINK), name="links", kind=Kind.LINK, fact="link_scope"))
    run = await done(at, cut, finding(link_subject(), of="links"))
    undo = await at.undoing.plan(UndoScope.RUN, run, bundle())
    assert [(action.refusal, action.refused.split(":")[0]) for action in undo.cannot] == [
        (Code.IRREVERSIBLE, "The address is lost")
    ]

    at.tenant.file(2)
    labels = await done(at, bundle(), finding(replace(labelled(2)[1].subject)))
    declared = bundle(registers=replace(records(), schedule={"RS-PLN-02": entry("RS-PLN-02", LABEL, is_record=True)}))
    record = await at.undoing.plan(UndoScope.RUN, labels, declared)
    assert [action.refusal for action in record.cannot] == [Code.RECORD]


async def test_an_end_that_passed_cannot_be_put_back(memory: MemoryStore) -> None:
    """A link whose earlier end has passed meanwhile keeps the end that Custos gave it."""
    at = office(memory)
    earlier = NOW + timedelta(days=60)
    at.tenant.link(1, expires=earlier)
    found = finding(link_subject(), of="links", link_expires=earlier, link_expires__missing=False)
    run = await done(at, EXPIRY, found)
    assert len((await at.undoing.plan(UndoScope.RUN, run, bundle())).back) == 1
    at.clock.advance(timedelta(days=61))
    assert [action.refusal for action in (await at.undoing.plan(UndoScope.RUN, run, bundle())).cannot] == [
        Code.IRREVERSIBLE
    ]


async def test_a_hold_stops_an_undo_too(memory: MemoryStore) -> None:
    """A label is not taken off what has come under a hold meanwhile."""
    at = office(memory, with_files(MemoryTenant(), 1))
    run = await done(at, bundle(), finding())
    held = bundle(registers=records(holds=[hold()]))
    assert [action.refusal for action in (await at.undoing.plan(UndoScope.RUN, run, held)).cannot] == [Code.HOLD]
    undo = await at.undoing.plan(UndoScope.RUN, run, bundle())
    plan = await at.plans.save(undo.plan, by=ADMIN)
    late = await at.dispatcher.dispatch(plan, held, by=ADMIN, sizes=sizes(), purpose=Purpose.UNDO, target=run)
    assert (late.run, dict(late.left_out)) == (None, {"hold": 1})
    assert at.tenant.label_of(1) == LABEL


async def test_after_a_stop_an_undo_may_be_started(memory: MemoryStore) -> None:
    """Stop first, then put back: the undo runs while everything else stays stopped."""
    at = office(memory, with_files(MemoryTenant(), 1))
    run = await done(at, bundle(), finding())
    at.clock.advance(timedelta(minutes=1))
    await at.stop_switch.stop(by=ADMIN, why="mistake")
    ended = await carried_out(at, bundle(), await at.undoing.plan(UndoScope.RUN, run, bundle()))
    assert [result.outcome for result in ended] == [Outcome.DONE]


async def test_an_undo_can_be_undone(memory: MemoryStore) -> None:
    """Undoing the undo puts the label on again."""
    at = office(memory, with_files(MemoryTenant(), 1))
    run = await done(at, bundle(), finding())
    await carried_out(at, bundle(), await at.undoing.plan(UndoScope.RUN, run, bundle()))
    ended = await carried_out(at, bundle(), await at.undoing.plan(UndoScope.RUN, "U-2026-1123-01", bundle()))
    assert [result.outcome for result in ended] == [Outcome.DONE]
    assert at.tenant.label_of(1) == LABEL


async def taken_back(at: Office, life: int) -> bool:
    """Three labels are taken back by a command and a worker that die before call number `life`. True when they did."""
    run = await done(at, bundle(), *labelled(3))
    at.clock.advance(timedelta(minutes=1))
    plan = await at.plans.save((await at.undoing.plan(UndoScope.RUN, run, bundle())).plan, by=ADMIN)
    queue = MemoryQueue()  # its messages die with it
    mortal = office(at.store, at.tenant, queue=queue, clock=at.clock, machine=at.machine, life=life)
    try:
        await mortal.dispatcher.dispatch(plan, bundle(), by=ADMIN, sizes=sizes(), purpose=Purpose.UNDO, target=run)
        while queue.messages:
            await mortal.dispatcher.work(queue.messages.pop(0), bundle())
    except Killed:
        return True
    return False


async def test_what_was_taken_back_stays_back_whatever_dies(memory: MemoryStore) -> None:
    """Killed before any single call of an undo (K2): meanwhile no evaluation puts a label back on, and afterwards all are off.

    Only an undo that died before all of it was written down has not begun: then every label is still on.
    """
    for life in itertools.count(1):
        store = MemoryStore()
        at = office(store, with_files(MemoryTenant(), 3))
        killed = await taken_back(at, life)
        off = [number for number in (1, 2, 3) if at.tenant.label_of(number) == ""]
        at.clock.advance(timedelta(minutes=1))
        if off:
            again = await done(at, bundle(), *(finding(file_subject(number)) for number in off))
            assert {result.code async for result in at.runs.results(again)} == {Code.UNDONE}
        assert len(at.tenant.writes) == 3 + len(off)
        at.machine.advance(3_600)
        await sweep_runs(at.dispatcher, waiting=0)
        await at.drain(bundle())
        states = {run.id: run.state async for run in at.runs.all()}
        begun = states.get("U-2026-1123-01") is RunState.FINISHED
        assert {at.tenant.label_of(number) for number in (1, 2, 3)} == ({""} if begun else {LABEL})
        assert len(at.tenant.writes) == (6 if begun else 3)
        assert set(states.values()) <= {RunState.FINISHED, RunState.CANCELLED}
        if not killed:
            break
    assert life > 40, "the undo makes more calls than this: something was not counted"
