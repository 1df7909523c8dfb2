"""`custos cases`: one question, and a later day for its answer."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest

from custos.wording import day_words
from rehearsal.operators import APPROVER, OPERATOR
from tests.running_stack import Council

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def told(council: Council, governed: str) -> dict[str, Any]:
    """A question that somebody was told of, with its day, where policies may ask."""
    assert governed
    council.fire("evaluate_all")
    council.quiet()
    council.fire("digests")
    council.quiet()
    cases = council.custos("cases", "--json").json()["cases"]
    found: dict[str, Any] = next(case for case in cases if case["state"] == "told" and case["until"])
    return found


def later(case: dict[str, Any], days: int) -> str:
    """A working day at least so many days after the one that the question has."""
    day = date.fromisoformat(case["until"][:10]) + timedelta(days=days)
    while day.weekday() > 4 or day.isoformat()[5:] in ("12-25", "12-26", "12-28", "01-01"):
        day += timedelta(days=1)
    return day.isoformat()


def shown(council: Council) -> str:
    """Everything that stands in everybody's chats."""
    return json.dumps(council.control("GET", "chats.json"), ensure_ascii=False)


def test_somebody_gets_longer_for_a_reason(council: Council, told: dict[str, Any]) -> None:
    """The day moves on, the audit says from when to when, by whom and why, and the card of whoever is asked says the new day."""
    day = later(told, 33)
    words = day_words(date.fromisoformat(day), weekday=True)
    assert words not in shown(council)
    moved = council.custos(
        "cases", told["id"], "--until", day, "--why", "the programme board meets then", "--as", APPROVER
    )
    assert moved.code == 0, moved.err
    council.quiet()
    (case,) = council.custos("cases", told["id"], "--json").json()["cases"]
    assert case["until"].startswith(day)
    assert words in shown(council)
    events = council.custos("audit", "show", "--last", "40", "--json").json()["shown"]
    (said,) = (one for one in events if one["what"] == "case:deadline_moved" and one["details"]["case"] == told["id"])
    assert said["details"]["why"] == "the programme board meets then"
    assert said["details"]["deadline_was"][:10] < said["details"]["deadline"][:10] == day
    assert said["by"] == APPROVER


@pytest.mark.parametrize(
    ("days", "says"),
    [(-1, "A deadline can only be moved later."), (120, "keep it until then")],
)
def test_a_day_that_cannot_be_is_refused(council: Council, told: dict[str, Any], days: int, says: str) -> None:
    """Nobody's day is brought forward, or put off for ever."""
    refused = council.custos("cases", told["id"], "--until", later(told, days), "--why", "so", "--as", APPROVER)
    assert refused.code == 2
    assert says in refused.err


def test_it_needs_a_case_a_reason_and_the_right(council: Council, told: dict[str, Any]) -> None:
    """What is missing is said at once; who runs the platform gives nobody longer; an unknown case is told as unknown."""
    assert "Name the case and add --why" in council.custos("cases", "--until", "2026-12-18").err
    refused = council.custos("cases", told["id"], "--until", later(told, 7), "--why", "so", "--as", OPERATOR)
    assert refused.code == 2
    assert "give somebody longer" in refused.err
    assert 'There is no case "nonesuch"' in council.custos("cases", "nonesuch").err
    unknown = council.custos("cases", "nonesuch", "--until", "2026-12-18", "--why", "so", "--as", APPROVER)
    assert 'There is no case "nonesuch"' in unknown.err
