"""The arithmetic of a shared budget: pure, in epoch seconds."""

from __future__ import annotations

import pytest

from custos.m365.budget import BudgetState, Granted, UnitLimits, Wait, pause, take

MINUTE = UnitLimits(units=100)
NOON = 20_000.5 * 86_400


def granted(outcome: Granted | Wait) -> Granted:
    assert isinstance(outcome, Granted)
    return outcome


def waiting(outcome: Granted | Wait) -> float:
    assert isinstance(outcome, Wait)
    return outcome.seconds


def test_units_are_reserved_in_blocks() -> None:
    """A twentieth of the window is reserved at a time, or what is needed when that is more."""
    first = granted(take(BudgetState(), NOON, 2, MINUTE))
    assert (first.units, first.until, first.standing.reserved) == (5, NOON + 60, 5)
    assert granted(take(first.standing, NOON + 1, 40, MINUTE)).units == 40


def test_a_spent_window_waits_for_the_next() -> None:
    """When the window's units are reserved, the wait lasts to its end, and then the next begins."""
    spent = BudgetState(began=NOON, reserved=100, day=int(NOON // 86_400), reserved_today=100)
    assert waiting(take(spent, NOON + 20, 1, MINUTE)) == 40
    fresh = granted(take(spent, NOON + 60, 1, MINUTE))
    assert (fresh.standing.began, fresh.standing.reserved) == (NOON + 60, 5)


def test_the_last_units_of_a_window_are_a_smaller_block() -> None:
    """A block never goes beyond the window's units."""
    nearly = BudgetState(began=NOON, reserved=98, day=int(NOON // 86_400), reserved_today=98)
    assert granted(take(nearly, NOON + 1, 1, MINUTE)).units == 2


def test_a_need_beyond_a_window_is_granted_and_paid_for_by_time() -> None:
    """A request dearer than a whole window is granted at its beginning, and the window lasts that much longer."""
    big = granted(take(BudgetState(), NOON, 250, MINUTE))
    assert (big.units, big.until) == (250, NOON + 150)
    assert waiting(take(big.standing, NOON + 60, 1, MINUTE)) == 90


def test_a_pause_holds_everybody() -> None:
    """Before its end nothing is granted."""
    paused = pause(BudgetState(), NOON + 300, easing=True)
    assert waiting(take(paused, NOON, 1, MINUTE)) == 300


def test_a_shorter_pause_does_not_shorten_a_longer_one() -> None:
    """The longest pause that Microsoft asked for stands."""
    paused = pause(BudgetState(), NOON + 300, easing=True)
    assert pause(paused, NOON + 10, easing=True) == paused


def test_after_a_pause_the_window_opens_slowly() -> None:
    """A tenth at once, then in proportion to the time, and no blocks."""
    paused = pause(BudgetState(day=int(NOON // 86_400)), NOON, easing=True)
    first = granted(take(paused, NOON, 6, MINUTE))
    assert first.units == 6
    assert waiting(take(first.standing, NOON + 1, 6, MINUTE)) == pytest.approx(60 * 12 / 100 - 1)
    assert granted(take(first.standing, NOON + 30, 6, MINUTE)).units == 6


def test_the_day_has_a_limit_of_its_own() -> None:
    """When the day's units are reserved, the wait lasts to midnight UTC."""
    limits = UnitLimits(units=100, units_a_day=1_000)
    spent = BudgetState(began=NOON, reserved=10, day=int(NOON // 86_400), reserved_today=1_000)
    midnight = (int(NOON // 86_400) + 1) * 86_400
    assert waiting(take(spent, NOON + 1, 1, limits)) == midnight - NOON - 1
    assert granted(take(spent, midnight, 1, limits)).standing.reserved_today == 5


def test_a_machine_whose_clock_is_behind_does_not_start_a_new_window() -> None:
    """A window that began some seconds in our future is the window."""
    ahead = BudgetState(began=NOON + 3, reserved=100, day=int(NOON // 86_400), reserved_today=100)
    assert waiting(take(ahead, NOON, 1, MINUTE)) == 63
