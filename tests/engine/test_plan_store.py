"""Plans in storage."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from custos.engine.codec import action_from_line, action_to_line, facts_to_json
from custos.engine.plan_store import PlanStore
from custos.errors import BadInput
from custos.model.action_kind import ActionKind
from custos.model.duration import Duration
from custos.model.subject import Fact, Kind
from tests.engine.memory_store import MemoryStore
from tests.engine.planned import ADMIN, NOW, bundle, finding, labelled, link_subject, plan_of, policy, step
from tests.engine.wired_engine import AzureStore
from tests.limits import steady

values: some.SearchStrategy[Fact] = some.one_of(
    some.none(),
    some.booleans(),
    some.integers(-(2**53), 2**53),
    some.floats(allow_nan=False, allow_infinity=False),
    some.text(),
    some.integers(0, 10**6).map(lambda hours: NOW + timedelta(hours=hours)),
)


@steady
@given(some.dictionaries(some.text(max_size=12), values, max_size=6))
def test_facts_come_back_as_they_were(facts: dict[str, Fact]) -> None:
    """Texts, numbers, flags and moments survive storage; equal facts give equal bytes."""
    action = replace(plan_of(bundle(), *labelled(1)).actions[0], before=facts)
    assert action_from_line(action_to_line(action)).before == facts
    assert facts_to_json(dict(reversed(facts.items()))) == facts_to_json(facts)


def test_an_action_comes_back_as_it_was() -> None:
    """A stored action is the same action, moments included."""
    wanted = policy(step(ActionKind.SET_EXPIRY, expiry=Duration(2, "day")), name="links", kind=Kind.LINK)
    action = plan_of(bundle(wanted), finding(link_subject(), of="links")).actions[0]
    assert action_from_line(action_to_line(action)) == action
    assert isinstance(action.after["expires"], datetime)


async def test_a_plan_comes_back_as_it_was(azure: AzureStore) -> None:
    """A plan of many actions is stored and read whole; its header can be read alone."""
    plans = PlanStore(azure.blobs, azure.audit)
    saved = await plans.save(plan_of(bundle(), *labelled(1_200)), by=ADMIN)
    assert saved.id == "P-2026-1123-01"
    assert await plans.load(saved.id) == saved
    header = await plans.header(saved.id)
    assert (header.policies, header.actions) == (saved.policies, ())


async def test_two_instances_never_share_an_id(azure: AzureStore) -> None:
    """Plans saved at the same time get numbers of their own."""
    plans = [PlanStore(azure.blobs, azure.audit) for _ in range(4)]
    saved = await asyncio.gather(*(one.save(plan_of(bundle(), finding()), by=ADMIN) for one in plans))
    assert sorted(plan.id for plan in saved) == [f"P-2026-1123-0{number}" for number in range(1, 5)]
    assert [name async for name in plans[0].ids()] == sorted(plan.id for plan in saved)


async def test_a_plan_that_is_cut_short_is_refused(memory: MemoryStore) -> None:
    """Half a plan is no plan: it is refused, and so is one that never was."""
    plans = PlanStore(memory.blobs, memory.audit)
    saved = await plans.save(plan_of(bundle(), *labelled(3)), by=ADMIN)
    name = f"{saved.id}.jsonl"
    memory.blobs.contents[name] = b"\n".join(memory.blobs.contents[name].splitlines()[:-1])
    with pytest.raises(BadInput, match="incomplete"):
        await plans.load(saved.id)
    with pytest.raises(BadInput, match="no plan"):
        await plans.load("P-2026-1123-99")
