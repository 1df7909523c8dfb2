"""How an indicator moved, where, and what is missing to its aim."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from custos.kpi.catalogue import BY_ID
from custos.kpi.model import Sum, Value
from custos.kpi.movement import movement
from custos.kpi.quarters import Quarter, quarter_of


def value(kpi: str, **departments: tuple[int, int]) -> Value:
    """A published value with these parts."""
    parts = {name: Sum(met=met, of=of) for name, (met, of) in departments.items()}
    total = Sum(met=sum(part.met for part in parts.values()), of=sum(part.of for part in parts.values()))
    return Value(
        kpi=BY_ID[kpi],
        as_of=datetime(2026, 9, 30, 6, tzinfo=UTC),
        coverage=(65, 65),
        rows=(),
        total=total,
        by_department=parts,
        by_owner={},
    )


def test_quarters_follow_each_other_over_the_year() -> None:
    """The quarter after the fourth is the first of the next year; each begins where the one before ended."""
    third = Quarter(2026, 3)
    assert (third.first, third.last) == (date(2026, 7, 1), date(2026, 9, 30))
    assert third.after(2) == Quarter(2027, 1)
    assert third.after(-3) == Quarter(2025, 4)
    assert quarter_of(date(2026, 12, 31)).name == "2026-Q4"


@pytest.mark.parametrize(
    ("kpi", "before", "now", "better"),
    [
        ("KPI-02", (1, 3), (2, 3), True),
        ("KPI-02", (2, 3), (1, 3), False),
        ("KPI-14", (1, 300), (2, 300), False),
        ("KPI-02", (2, 4), (1, 2), None),
        ("KPI-02", (0, 0), (1, 2), None),
    ],
)
def test_better_is_what_the_indicator_says_is_up(
    kpi: str, before: tuple[int, int], now: tuple[int, int], better: bool | None
) -> None:
    """More of a good thing and less of a bad one is better; what has no share moved nowhere."""
    moved = movement(BY_ID[kpi], [value(kpi, Place=now)], [value(kpi, Place=before)], {})
    assert moved.better is better


def test_where_it_moved_is_told_by_department() -> None:
    """The part that moved most comes first, one that did not move is left out, and a new one has nothing before."""
    old = value("KPI-02", Place=(1, 3), Adults=(1, 1), Housing=(1, 2))
    new = value("KPI-02", Place=(3, 3), Adults=(1, 1), Housing=(1, 2), Finance=(0, 1))
    assert movement(BY_ID["KPI-02"], [new], [old], {}).where == "Place 1 of 3 ► 3 of 3; Finance 0 of 0 ► 0 of 1"


def test_what_is_missing_to_the_aim() -> None:
    """So many more, and in which departments; nothing where the aim is met, or is no share."""
    short = value("KPI-03", Place=(9, 10), Housing=(9, 10), Adults=(20, 20))
    assert (
        movement(BY_ID["KPI-03"], [value("KPI-03", Place=(8, 10), Adults=(10, 10))], [], {}).wanted
        == "1 more of 20: Place"
    )
    assert movement(BY_ID["KPI-03"], [short], [], {}).wanted == ""
    assert movement(BY_ID["KPI-14"], [value("KPI-14", Place=(5, 1000))], [], {}).wanted == "1 fewer of 1,000: Place"
    assert movement(BY_ID["KPI-11"], [value("KPI-11", Place=(5, 1000))], [], {}).wanted == ""


def test_what_was_not_published_moved_nowhere() -> None:
    """Without a value of the quarter before nothing is said of a movement."""
    moved = movement(BY_ID["KPI-02"], [value("KPI-02", Place=(1, 3))], [], {})
    assert (moved.before, moved.better, moved.where) == (None, None, "")
