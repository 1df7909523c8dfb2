"""What is found again and again, for whoever plans training."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from custos.notices.found_again import found_again
from custos.notices.model import TAKEN_BACK, Case
from tests.engine.inventory_builder import day
from tests.notices.test_cards import case, line
from tests.policy.policies import shipped

ON = date(2026, 11, 22)


def lived(began: str, ended: str = "", **changes: object) -> Case:
    """A question of one rule in one asset, from a day to another."""
    opened = case(1, replace(line(), family="sharing"), opened_at=day(began))
    return replace(opened, released_at=day(ended) if ended else None, **changes)  # type: ignore[arg-type]


def times(*cases: Case) -> list[int]:
    return [one.times for one in found_again(cases, shipped().records, ON, UTC)]


def test_what_came_back_after_it_was_over_is_again() -> None:
    """Twice within a year, one after the other: the rule, the asset and how often."""
    (found,) = found_again(
        [lived("2026-02-01", "2026-02-10"), lived("2026-06-01", "2026-06-03"), lived("2026-11-01")],
        shipped().records,
        ON,
        UTC,
    )
    assert found.times == 3
    assert found.rule == line().key
    assert found.link is not None
    assert found.link.about == "sharing"


def test_what_is_found_in_several_places_at_once_is_once() -> None:
    """Questions that are open beside each other are one occasion, and so is one that is not over yet."""
    assert times(lived("2026-02-01", "2026-03-10"), lived("2026-02-05", "2026-02-06"), lived("2026-03-01")) == []
    assert times(lived("2026-02-01"), lived("2026-06-01")) == []


def test_old_ones_and_answers_taken_back_do_not_count() -> None:
    """More than a year ago is long ago; a question that ended because its answer was taken back is the same question; what is opened
    after the day is not known on it."""
    assert times(lived("2025-02-01", "2025-02-10"), lived("2026-06-01")) == []
    assert times(lived("2026-02-01", "2026-02-10", released_why=TAKEN_BACK), lived("2026-06-01")) == []
    later = replace(lived("2026-06-01"), opened_at=datetime(2026, 12, 1, tzinfo=UTC))
    assert times(lived("2026-02-01", "2026-02-10"), later) == []
