"""A backlog reaches owners in the waves of `settings.yaml`: nobody is asked before theirs, and who was asked is asked on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from custos.model.policy import Wave
from custos.notices.case_progress import progress
from custos.notices.case_update import refresh_cases
from custos.notices.delivery import DeliveryContext, deliver_digest
from custos.notices.model import Case, CaseState
from custos.notices.waves import Waves, preview, proposed
from tests.notices import small_council
from tests.notices.morning import prepare
from tests.notices.small_council import HERE, OWNER, SEND_OWNER

TODAY, LATER = date(2026, 11, 23), date(2026, 11, 24)


def wave(begins: date, *departments: str, assets: Sequence[str] = ()) -> Wave:
    return Wave(begins=begins, departments=frozenset(departments), assets=frozenset(assets), mark=HERE)


def waves(*steps: Wave) -> Waves:
    return Waves(waves=steps, records=small_council.records())


async def send(context: DeliveryContext, steps: Waves) -> list[str]:
    """The messages of a day: who got one."""
    await prepare(context, waves=steps)
    made = await context.digests.of_day(context.today)
    for one in made:
        await deliver_digest(one.digest.id, context=context)
    return sorted(one.digest.person.upn for one in made)


async def found(context: DeliveryContext) -> list[Case]:
    """A question to each of two owners."""
    situation = small_council.situation(now=context.now)
    asked = [small_council.link(1), small_council.stale(small_council.OTHER_LIBRARY, asset_id="IA-003")]
    await refresh_cases(asked, book=context.book, situation=situation)
    return [stored.case for stored in await context.book.all()]


def after(context: DeliveryContext, days: int) -> DeliveryContext:
    return replace(context, now=context.now + timedelta(days=days), machine_now=context.machine_now + days * 86_400)


async def test_nobody_is_asked_before_their_wave(context: DeliveryContext) -> None:
    """A department's owners hear nothing until its day; a single asset may come earlier."""
    steps = waves(wave(TODAY, assets=["IA-003"]), wave(LATER, "Place"))
    await found(context)
    assert await send(context, steps) == [SEND_OWNER.upn]
    assert await send(after(context, 1), steps) == [OWNER.upn]


async def test_who_is_in_no_wave_is_not_asked(context: DeliveryContext) -> None:
    """What no wave names waits, and `custos cases` says for what."""
    steps = waves(wave(TODAY, assets=["IA-003"]))
    cases = await found(context)
    assert await send(context, steps) == [SEND_OWNER.upn]
    (held,) = [case for case in cases if case.asset_id == "IA-004"]
    assert progress(held, context.now, context.zone, steps).waits_for == "a wave: its asset is in none"


async def test_without_waves_everybody_is_asked_at_once(context: DeliveryContext) -> None:
    """No wave holds nobody back."""
    await found(context)
    assert await send(context, waves()) == sorted([OWNER.upn, SEND_OWNER.upn])


async def test_who_was_asked_is_asked_on(context: DeliveryContext) -> None:
    """A wave that is put off later takes no question back."""
    await found(context)
    await send(context, waves(wave(TODAY, "Place")))
    cases = [stored.case for stored in await context.book.all()]
    put_off = waves(wave(LATER, "Place"))
    assert {case.state for case in cases} == {CaseState.TOLD}
    assert not any(put_off.holds_back(case, TODAY) for case in cases)


async def test_what_no_asset_covers_is_never_held_back(context: DeliveryContext) -> None:
    """Nobody but the head of information governance is asked about it."""
    (case, *_) = await found(context)
    assert not waves(wave(LATER, "Place")).holds_back(replace(case, asset_id=""), TODAY)


async def test_a_preview_says_what_each_wave_brings(context: DeliveryContext) -> None:
    """Questions, owners and how many working days their messages take."""
    cases = await found(context)
    first, rest = preview(waves(wave(LATER, assets=["IA-003"])), cases, per_message=10)
    assert (first.begins, first.owners, first.days) == (LATER, (("Lena Fox", 1),), 1)
    assert (rest.begins, rest.owners, rest.assets) == (None, (("Priya Nair", 1),), ("IA-004",))


@pytest.mark.parametrize("weeks", [1, 2, 3])
async def test_a_proposal_names_every_department_once(context: DeliveryContext, weeks: int) -> None:
    """However many weeks there are."""
    held = small_council.records(
        *(small_council.asset(f"IA-{number}", department=f"Department {number}") for number in range(5))
    )
    made = proposed(held, await found(context), [TODAY + timedelta(weeks=week) for week in range(weeks)])
    named = [department for _, departments in made for department in departments]
    assert (len(made), sorted(named)) == (weeks, [f"Department {number}" for number in range(5)])
