"""Promotion: exactly one version, step by step, by somebody else, and gone with the next edit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from custos.audit.events import What
from custos.engine.approvals import Approvals, effective_state
from custos.engine.model import Plan, State
from custos.errors import BadInput
from custos.policy.model import Policy
from tests.engine.memory import MemoryStore
from tests.engine.office import office
from tests.engine.world import NOW, bundle, finding, plan_of, policy

POLICY = policy()
APPROVER = "records.manager@wrenbridge.example"


def plan(of: Policy = POLICY) -> Plan:
    return replace(plan_of(bundle(of), finding()), id="P-2026-1123-01")


async def promoted(approvals: Approvals, to: State, **changes: str) -> None:
    wanted = {"approver": APPROVER, "author": "admin@wrenbridge.example", "reference": "CIG 2026-11/2", **changes}
    await approvals.promote(POLICY, to, plan=plan(), **wanted)


async def state(approvals: Approvals, of: Policy = POLICY) -> State:
    return (await approvals.standing([of]))[of.id].state


async def test_a_policy_begins_in_simulate_whatever_its_file_says(memory: MemoryStore) -> None:
    """Without an approval an enforcing policy only simulates."""
    assert await state(office(memory).approvals) is State.SIMULATE


async def test_it_rises_step_by_step(memory: MemoryStore) -> None:
    """Pilot first, then enforce, each recorded with who, what plan and which reference."""
    approvals = office(memory).approvals
    with pytest.raises(BadInput, match="has not been in pilot"):
        await promoted(approvals, State.ENFORCE)
    await promoted(approvals, State.PILOT)
    assert await state(approvals) is State.PILOT
    await promoted(approvals, State.ENFORCE)
    assert await state(approvals) is State.ENFORCE
    event = memory.audit.events[-1]
    assert (event.what, event.by, event.plan, event.policy_hash) == (
        What.POLICY_PROMOTED,
        APPROVER,
        "P-2026-1123-01",
        POLICY.hash,
    )
    assert event.details["reference"] == "CIG 2026-11/2"


async def test_the_file_may_ask_for_less(memory: MemoryStore) -> None:
    """The lower of what the file asks for and what was approved counts; lowering the file needs no approval."""
    approvals = office(memory).approvals
    await promoted(approvals, State.PILOT)
    await promoted(approvals, State.ENFORCE)
    assert await state(approvals, policy(state=State.PILOT)) is State.PILOT
    assert await state(approvals, policy(state=State.SIMULATE)) is State.SIMULATE
    assert await state(approvals, policy(state=State.DRAFT)) is State.DRAFT


async def test_an_edit_falls_back_to_simulate(memory: MemoryStore) -> None:
    """Another version of the text has no approval; the earlier version's stays where it is."""
    approvals = office(memory).approvals
    await promoted(approvals, State.PILOT)
    assert await state(approvals, policy(text="edited")) is State.SIMULATE
    assert await state(approvals) is State.PILOT


async def test_an_overdue_review_falls_back_to_simulate(memory: MemoryStore) -> None:
    """An approved policy past its review date only simulates, until it is reviewed."""
    at = office(memory)
    await promoted(at.approvals, State.PILOT)
    approvals = await at.approvals.all()
    due = policy(review_due=date(2026, 11, 30))
    assert effective_state(due, approvals, NOW) is State.PILOT
    assert effective_state(due, approvals, NOW + timedelta(days=9)) is State.SIMULATE


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"approver": "Head.InfoGov@wrenbridge.example"}, "owns the policy"),
        ({"approver": "ADMIN@wrenbridge.example"}, "wrote this version"),
        ({"approver": ""}, "Nobody is named"),
        ({"reference": " "}, "Corporate Information Group"),
    ],
)
async def test_who_may_not_approve(memory: MemoryStore, changes: dict[str, str], why: str) -> None:
    """Neither owner nor author nor nobody approves, and enforcing needs the group's reference."""
    approvals = office(memory).approvals
    await promoted(approvals, State.PILOT)
    with pytest.raises(BadInput, match=why):
        await promoted(approvals, State.ENFORCE, **changes)


async def test_the_plan_must_be_of_that_version_and_fresh(memory: MemoryStore) -> None:
    """A plan of another version, or one older than a fortnight, approves nothing."""
    at = office(memory)
    named = {"approver": APPROVER, "author": "admin@wrenbridge.example"}
    with pytest.raises(BadInput, match="not made from this version"):
        await at.approvals.promote(POLICY, State.PILOT, plan=plan(policy(text="edited")), **named)
    at.clock.advance(timedelta(days=15))
    with pytest.raises(BadInput, match="older than 14 days"):
        await at.approvals.promote(POLICY, State.PILOT, plan=plan(), **named)


async def test_all_reasons_are_told_at_once(memory: MemoryStore) -> None:
    """Whoever asks wrongly in three ways hears of all three."""
    with pytest.raises(BadInput) as told:
        await promoted(office(memory).approvals, State.ENFORCE, approver="admin@wrenbridge.example", reference="")
    assert len(told.value.problems) == 3


async def test_a_demotion_counts_at_once(memory: MemoryStore) -> None:
    """Back to simulate with a reason; enforcing again begins at pilot."""
    approvals = office(memory).approvals
    await promoted(approvals, State.PILOT)
    await approvals.demote(POLICY, by="admin@wrenbridge.example", why="too many questions")
    assert await state(approvals) is State.SIMULATE
    with pytest.raises(BadInput, match="has not been in pilot"):
        await promoted(approvals, State.ENFORCE)
