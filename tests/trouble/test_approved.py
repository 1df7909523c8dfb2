"""What was approved goes on, and nothing else begins, while registers, files and time change under it; each says so."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from custos.audit.events import What
from custos.bootstrap import Custos
from custos.clock import FixedClock
from custos.engine.ceilings import CeilingSizes
from custos.engine.dispatch import Dispatched
from custos.engine.run import RunState
from custos.errors import BadInput
from custos.jobs import evaluation, policies, runs
from custos.jobs.status import Overview, overview
from custos.model.plan import Plan
from custos.model.policy import HouseLimits
from custos.model.refusal import Code
from custos.model.state import State
from simulator.tenant.model import Item
from tests.running_stack import APPROVER, OPERATOR, Said, operator, wired
from tests.trouble.tiny_council import LIBRARY, SITE, World

POLICY = "labels-from-schedule"
ELSEWHERE = f"{SITE}/EHC plans"
SIZES = CeilingSizes(scope={f"{POLICY}/unlabelled-file": 1_000}, assets={"IA-003": 1_000})
MAPPED = "send-ehcp/Annual reviews,IA-003,"


@contextmanager
def edited(world: World, file: str, old: str, new: str) -> Iterator[None]:
    """Somebody edits a file of the policies; it is put back afterwards, and what waited for that is done."""
    path = Path(world.environment["CUSTOS_POLICIES"]) / file
    text = path.read_bytes()
    assert old.encode() in text
    path.write_bytes(text.replace(old.encode(), new.encode(), 1))
    try:
        yield
    finally:
        path.write_bytes(text)
        world.ask(evaluation.evaluate)
        world.work()


def labelled(world: World, item: Item) -> bool:
    return world.done(item)[What.ACTION_DONE] == 1


@asynccontextmanager
async def after(world: World, app: Custos, **span: float) -> AsyncIterator[Custos]:
    """An application of its own at a later time, on the same tenant and storage."""
    later = replace(wired(world.environment), clock=FixedClock(app.clock.now() + timedelta(**span)))
    try:
        yield later
    finally:
        await later.close()


async def saved(app: Custos) -> Plan:
    return await app.plans.save((await evaluation.look(app)).plan, by=await operator(app))


def test_another_label_of_the_schedule_waits_for_an_approval(world: World) -> None:
    """A register row that gives a library 60 days instead of its schedule's years (A10): nothing is done there, status, plan and
    explain name it, the library beside it goes on, and with the row put back the file gets its label.
    """
    with edited(world, "register/site_map.csv", f"{MAPPED}RS-EDU-01", f"{MAPPED}RS-GEN-01"):
        waiting, other = world.upload(), world.upload(ELSEWHERE)
        world.sync(LIBRARY, ELSEWHERE)
        assert labelled(world, other)
        assert not labelled(world, waiting)
        status = world.custos("status")
        assert f"{POLICY}, not approved yet: https://wrenbridge.sharepoint.example{LIBRARY}" in status.out
        grown = world.custos("status", "--json").json()["not_approved_yet"]
        assert {(one["policy"], one["asset"]) for one in grown} == {(POLICY, "IA-003")}
        assert "is now “GEN-01 Transitory 60d”" in grown[0]["why"]
        planned = world.custos("plan", POLICY, "--json", "--as", OPERATOR).json()
        refused = {one["refusal"] for one in planned["actions"] if waiting.id in one["subject"]}
        assert refused == {Code.NOT_APPROVED.value}
        told = world.custos("explain", f"https://wrenbridge.sharepoint.example{LIBRARY}/{waiting.name}")
        assert "not approved yet: Its label by the schedule was" in told.out
    assert labelled(world, waiting)


def test_an_asset_that_enters_by_the_register_waits_for_an_approval(world: World) -> None:
    """A library that the register moves to another asset of the policy's scope is not what was approved."""
    with edited(world, "register/site_map.csv", f"{MAPPED}RS-EDU-01", "send-ehcp/Annual reviews,IA-001,RS-EDU-01"):
        item = world.upload()
        world.sync()
        assert not labelled(world, item)
        assert "Its asset was “IA-003” when the policy was approved" in world.custos("status").out
    assert labelled(world, item)


def test_an_edited_policy_goes_on_as_it_was_approved(world: World) -> None:
    """The edit simulates beside it under its own name, and status, plan and explain say which is which and why (A9)."""
    with edited(world, f"{POLICY}.yaml", "title: ", "title: Edited "):
        item = world.upload()
        world.sync()
        assert labelled(world, item)
        because = "it was edited and is not approved yet; what was approved goes on"
        assert f"{POLICY} (edited): simulate, because {because}" in world.custos("status").out
        planned = world.custos("plan", POLICY, "--json", "--as", OPERATOR).json()["policies"]
        assert {name: one["state"] for name, one in planned.items()} == {
            POLICY: "pilot",
            f"{POLICY} (edited)": "simulate",
        }
        assert planned[f"{POLICY} (edited)"]["reason"] == because
        told = world.custos("explain", f"https://wrenbridge.sharepoint.example{LIBRARY}/{item.name}", "--all").out
        assert f"simulate, because {because}" in told
        assert "(pilot)" in told


@contextmanager
def approved_again(world: World, policy: str, to: State) -> Iterator[None]:
    """What a test has approved meanwhile ends: the file as it is now is approved in its turn."""
    try:
        yield
    finally:
        assert (told := promoted(world, policy, to)).code == 0, told.err
        world.ask(evaluation.evaluate)
        world.work()


def promoted(world: World, policy: str, to: State) -> Said:
    """Have a plan made by one person and approved by another, as they type it."""
    plan = world.custos("plan", policy, "--json", "--as", OPERATOR).json()["id"]
    return world.custos("promote", policy, "--to", to.value, "--plan", plan, "--author", OPERATOR, "--as", APPROVER)


def test_an_edited_policy_is_approved_in_its_turn(world: World) -> None:
    """On a plan that shows it as edited, under either name; then it acts, and what was approved before is the edit that waits."""
    with approved_again(world, POLICY, State.PILOT), edited(world, f"{POLICY}.yaml", "title: ", "title: Again "):
        assert f"{POLICY} may go as far as pilot" in promoted(world, f"{POLICY} (edited)", State.PILOT).out
        assert "(edited)" not in world.custos("status").out
        item = world.upload()
        world.sync()
        assert labelled(world, item)


@contextmanager
def served(world: World) -> Iterator[None]:
    """The function app has loaded these files: they go on serving while others are broken."""

    async def load(app: Custos) -> None:
        await policies.in_force(replace(app, deployed=True))

    async def forget(app: Custos) -> None:
        await app.account.rows("control").delete("policies", "lastgood")

    world.ask(load)
    try:
        yield
    finally:
        world.ask(forget)


def test_taking_back_waits_for_nothing(world: World) -> None:
    """Neither for a broken row in another file nor for the policy's own file; only a reason is needed, and once is enough."""
    back = ("promote", POLICY, "--to", "simulate", "--as", OPERATOR)
    with approved_again(world, POLICY, State.PILOT), served(world):
        refused = world.custos(*back)
        assert (refused.code, "needs a reason. Write it behind --why" in refused.err) == (2, True)
        path = Path(world.environment["CUSTOS_POLICIES"]) / f"{POLICY}.yaml"
        text = path.read_bytes()
        with edited(world, "register/calendar.csv", "bank_holiday", "bank_holliday"):
            path.unlink()
            try:
                told = world.custos(*back, "--why", "too many questions")
                assert f"{POLICY} may go as far as simulate" in told.out
                assert "write  state: simulate  into it" in told.out
                again = world.custos(*back, "--why", "once more")
                assert (again.code, "was taken back already, by" in again.out) == (0, True)
            finally:
                path.write_bytes(text)
        item = world.upload()
        world.sync()
        assert not labelled(world, item)


def test_a_policy_past_its_review_says_so(world: World) -> None:
    """It falls back to simulate on the day, with the reason in status and plan (A9)."""

    async def look(app: Custos) -> tuple[Overview, Plan]:
        async with after(world, app, days=200) as later:
            return await overview(later), (await evaluation.look(later)).plan

    found, plan = world.ask(look)
    standing = found.policies[POLICY]
    assert (standing.state, standing.reason) == (State.SIMULATE, "its review was due on 31 May 2027")
    assert plan.reasons[POLICY] == standing.reason


def test_an_old_plan_is_not_applied(world: World) -> None:
    """Forty days later somebody applies it: refused with its age and what to do instead (A8)."""
    world.upload()
    world.read()

    async def apply(app: Custos) -> None:
        plan = await saved(app)
        async with after(world, app, days=40) as later:
            await runs.apply(later, plan.id, by=await operator(app))

    with pytest.raises(BadInput, match=r"older than 14 days\. Make a new one with `custos plan`"):
        world.ask(apply)
    world.work()


def test_an_old_run_is_not_released(world: World) -> None:
    """A run that waited for somebody's word for six weeks is what was true then: it is cancelled, and planned anew (A8)."""
    item, _ = world.upload(), world.upload()
    world.read()

    async def park(app: Custos) -> str:
        none = replace(app.dispatcher, house=HouseLimits(per_day=1, percent_of_asset_per_day=None))
        plan = await saved(app)
        dispatched = await none.dispatch(
            plan, (await policies.in_force(app)).bundle, by=await operator(app), sizes=SIZES
        )
        assert dispatched.run is not None
        assert dispatched.run.state is RunState.PARKED
        return dispatched.run.id

    async def release(app: Custos) -> None:
        async with after(world, app, days=42) as later:
            await runs.release(later, run, wanted=APPROVER, why="x")

    run = world.ask(park)
    with pytest.raises(BadInput, match=rf"older than 14 days\. Cancel it with `custos run {run} --cancel`"):
        world.ask(release)
    world.custos("run", run, "--cancel", "--why", "too old", "--as", OPERATOR)
    world.ask(evaluation.evaluate)
    world.work()
    assert labelled(world, item)


def test_nothing_is_done_where_the_mirror_is_old(world: World) -> None:
    """A plan that is still good, on libraries that were last read five days ago (A8): left out, counted, told in status and plan."""
    item = world.upload()
    world.read()

    async def apply(app: Custos) -> tuple[Dispatched, Overview, Plan]:
        plan = await saved(app)
        async with after(world, app, days=5) as later:
            dispatched = await runs.apply(later, plan.id, by=await operator(app))
            return dispatched, await overview(later), (await evaluation.look(later)).plan

    dispatched, found, plan = world.ask(apply)
    assert dispatched.run is None
    assert Code.STALE.value in dispatched.left_out
    assert found.aged > 0
    assert any("last read too long ago" in note for note in plan.notes)
    refused = {one.refusal for one in plan.actions if one.finding.subject.item_id == item.id and one.kind.writes}
    assert refused == {Code.STALE.value}
    world.work()
    assert labelled(world, item)
