"""Ceilings: on by default, zero means zero, checked for the whole plan and at every write."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as some

from custos.clock import FixedClock
from custos.engine.ceiling_usage import CeilingUsage
from custos.engine.ceilings import Ceilings, CeilingSizes, needs
from custos.model.action import Action
from custos.model.action_kind import ActionKind
from custos.model.policy import HouseLimits, Limits
from custos.model.refusal import Code
from custos.model.subject import Kind
from tests.azurite_account import account_on
from tests.engine.memory_store import MemoryTable
from tests.engine.planned import ASSET, NOW, bundle, finding, labelled, link_subject, plan_of, policy, sizes, step
from tests.limits import steady

ACTIONS = plan_of(bundle(), *labelled(10)).actions
PLENTY = Limits(percent_of_scope=100.0)


def budget(limits: Limits = PLENTY, *, house: HouseLimits | None = None, known: CeilingSizes | None = None) -> Ceilings:
    return Ceilings(
        house=house or HouseLimits(),
        policies={"labels": limits},
        owners={ASSET: "director.planning@wrenbridge.example"},
        sizes=known or sizes(),
    )


def ceiling_usage(clock: FixedClock | None = None) -> CeilingUsage:
    return CeilingUsage(MemoryTable(), clock or FixedClock(NOW))


async def granted(spend: CeilingUsage, wanted: Ceilings, *, run: str = "R-1", beyond: bool = False) -> int:
    answers = await spend.reserve(ACTIONS, wanted, run=run, beyond=beyond)
    assert {answer.code for answer in answers.values() if answer} <= {Code.BUDGET}
    return sum(answer is None for answer in answers.values())


def test_every_ceiling_is_on_by_default() -> None:
    """Without any setting an action is counted per run, day, site, owner, asset, policy and rule."""
    names = {(ceiling.name.split("|")[0], ceiling.span.value) for ceiling in budget(Limits()).ceilings(ACTIONS[0])}
    assert {
        ("tenant", "run"),
        ("tenant", "day"),
        ("site", "day"),
        ("owner", "day"),
        ("asset", "day"),
        ("policy", "run"),
        ("policy", "day"),
        ("rule", "run"),
    } <= names


@steady
@given(percent=some.floats(0, 100), size=some.one_of(some.none(), some.integers(0, 10_000)))
def test_a_percentage_of_nothing_known_is_nothing(percent: float, size: int | None) -> None:
    """0 % allows nothing, and so does any percentage of an unknown or empty scope; otherwise never more than its part."""
    known = CeilingSizes(scope={} if size is None else {"labels/rule": size}, assets={ASSET: 100})
    ceiling = next(
        one for one in budget(Limits(percent_of_scope=percent), known=known).ceilings(ACTIONS[0]) if "rule" in one.name
    )
    if not size or percent == 0:
        assert ceiling.most == 0
    else:
        assert 1 <= ceiling.most <= max(1, size * percent / 100 + 1)


async def test_zero_means_zero() -> None:
    """A ceiling of zero lets nothing through, not even when a person let the run go over its ceilings."""
    spend = ceiling_usage()
    assert await granted(spend, budget(Limits(actions_per_run=0, percent_of_scope=100.0))) == 0
    assert await granted(spend, budget(Limits(actions_per_run=0, percent_of_scope=100.0)), beyond=True) == 0


async def test_the_whole_plan_is_checked_before_the_first_write() -> None:
    """A plan of ten against a ceiling of four names that ceiling and spends nothing."""
    spend = ceiling_usage()
    wanted = budget(Limits(actions_per_run=4, percent_of_scope=100.0))
    over = await spend.check(ACTIONS, wanted, run="")
    assert [str(one) for one in over] == ["The policy labels allows 4 actions a run; this needs 10."]
    assert await granted(spend, wanted) == 4


async def test_a_day_adds_up_over_runs_and_ends() -> None:
    """What several runs spend in a day adds up; the next day begins anew."""
    clock = FixedClock(NOW)
    spend = ceiling_usage(clock)
    wanted = budget(Limits(actions_per_day=14, percent_of_scope=100.0))
    assert await granted(spend, wanted, run="R-1") == 10
    assert await granted(spend, wanted, run="R-2") == 4
    clock.advance(timedelta(days=1))
    assert await granted(spend, wanted, run="R-3") == 10


async def test_what_is_not_written_is_given_back() -> None:
    """Reservations that were not used are there again."""
    spend = ceiling_usage()
    wanted = budget(Limits(actions_per_day=10, percent_of_scope=100.0))
    assert await granted(spend, wanted) == 10
    await spend.release(ACTIONS[:3], wanted, run="R-1")
    assert await granted(spend, wanted) == 3


async def test_two_instances_never_spend_more_than_there_is(azurite: str) -> None:
    """Two instances that reserve at the same time get no more together than the ceiling."""
    table = f"budgets{uuid4().hex}"
    accounts = [account_on(azurite), account_on(azurite)]
    spends = [CeilingUsage(account.rows(table), FixedClock(NOW)) for account in accounts]
    wanted = budget(Limits(actions_per_day=33, percent_of_scope=100.0))
    got = await asyncio.gather(*(granted(spends[turn % 2], wanted, run=f"R-{turn}") for turn in range(6)))
    for account in accounts:
        await account.close()
    assert sum(got) == 33


async def test_a_batch_may_touch_more_counters_than_a_transaction_takes() -> None:
    """Actions in 150 sites are counted part by part, in their order; what was reserved is given back to the last."""
    plan = plan_of(bundle(), *labelled(150)).actions
    many = [
        replace(one, finding=replace(one.finding, subject=replace(one.finding.subject, site_id=f"site-{number}")))
        for number, one in enumerate(plan)
    ]
    spend = ceiling_usage()
    plenty = Limits(percent_of_scope=100.0, actions_per_run=120, actions_per_owner_per_day=200)
    wanted = budget(plenty, house=HouseLimits(percent_of_asset_per_day=None))
    for _ in range(2):
        answers = await spend.reserve(many, wanted, run="R-1")
        assert [answers[one.key] is None for one in many] == [True] * 120 + [False] * 30
        await spend.release(many[:120], wanted, run="R-1")
    assert await spend.check(many[:120], wanted, run="R-1") == ()


async def test_irreversible_actions_have_their_own_ceiling() -> None:
    """Of what cannot be undone much less is allowed than of the rest."""
    cut = policy(step(ActionKind.REMOVE_LINK), kind=Kind.LINK, fact="link_scope")
    links = [finding(link_subject(number)) for number in range(1, 6)]
    actions = plan_of(bundle(cut), *links).actions
    spend = ceiling_usage()
    wanted = budget(Limits(irreversible_per_day=2, percent_of_scope=100.0))
    answers = await spend.reserve(actions, wanted, run="R-1")
    assert sum(answer is None for answer in answers.values()) == 2


def test_words_to_people_are_not_counted() -> None:
    """Telling and asking change nothing, and neither do refused actions."""
    tell = policy(step(ActionKind.TELL))
    actions: tuple[Action, ...] = plan_of(bundle(tell), finding()).actions
    assert needs(actions, budget()) == {}
