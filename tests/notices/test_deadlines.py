"""The clock of a question: working days, reminders, deadlines, and what a case waits for. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from custos.notices.case_progress import Need, progress
from custos.notices.deadlines import dates_for, is_overdue, is_reminder_due
from custos.notices.model import Case, CaseState, Line
from tests.notices.small_council import NOW, ZONE
from tests.notices.test_cards import case, line

CHRISTMAS = frozenset({date(2026, 12, day) for day in (25, 28)})


def asks(within: str, *remind: int) -> Line:
    return replace(line(), within=within, remind=remind)


@pytest.mark.parametrize(
    ("asked", "told", "due", "reminders"),
    [
        (asks("10 working days"), NOW, date(2026, 12, 7), [date(2026, 11, 30), date(2026, 12, 3)]),
        (asks("5 working days"), NOW, date(2026, 11, 30), [date(2026, 11, 26)]),
        (asks("3 working days"), NOW, date(2026, 11, 26), [date(2026, 11, 25)]),
        (asks("10 working days", 4), NOW, date(2026, 12, 7), [date(2026, 11, 27)]),
        (asks("14 days"), NOW, date(2026, 12, 7), [date(2026, 11, 30), date(2026, 12, 3)]),
        (
            asks("10 working days"),
            datetime(2026, 12, 18, 9, tzinfo=UTC),
            date(2027, 1, 5),
            [date(2026, 12, 29), date(2027, 1, 1)],
        ),
    ],
)
def test_dates_are_counted_in_working_days(asked: Line, told: datetime, due: date, reminders: list[date]) -> None:
    """Ten working days and words on the fifth and eighth; other spans alike; weekends and the council's holidays count for nothing."""
    dates = dates_for([asked], told, ZONE, CHRISTMAS)
    assert dates is not None
    assert dates.deadline == datetime(due.year, due.month, due.day, 23, 59, 59, tzinfo=ZONE)
    assert list(dates.remind_on) == reminders


def test_the_end_of_summer_time_moves_no_deadline() -> None:
    """A question of the last week of summer time is due at the end of its day in council time, an hour later in UTC."""
    dates = dates_for([asks("10 working days")], datetime(2026, 10, 19, 8, 15, tzinfo=UTC), ZONE, frozenset())
    assert dates is not None
    assert dates.deadline.astimezone(UTC) == datetime(2026, 11, 2, 23, 59, 59, tzinfo=UTC)


def test_what_only_tells_has_no_deadline() -> None:
    """A rule that tells and asks nothing awaits no answer; beside one that asks, the other's dates count."""
    tells = replace(line(), asks=False)
    assert dates_for([tells], NOW, ZONE, frozenset()) is None
    both = dates_for([tells, asks("5 working days")], NOW, ZONE, frozenset())
    assert both is not None
    assert both.deadline.date() == date(2026, 11, 30)


def told(**changes: object) -> Case:
    dates = dates_for([asks("10 working days")], NOW, ZONE, frozenset())
    assert dates is not None
    dated = replace(case(1), deadline=dates.deadline, remind_on=dates.remind_on)
    return replace(dated, **changes)  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize(
    ("today", "reminded", "due"),
    [
        (date(2026, 11, 27), None, False),
        (date(2026, 11, 30), None, True),
        (date(2026, 12, 1), None, True),  # a day late
        (date(2026, 11, 30), datetime(2026, 11, 30, 9, tzinfo=UTC), False),  # fired twice
        (date(2026, 12, 4), None, True),  # both days went by: one word
        (date(2026, 12, 4), datetime(2026, 12, 4, 9, tzinfo=UTC), False),
        (date(2026, 11, 26), datetime(2026, 11, 30, 9, tzinfo=UTC), False),  # the clock went back
        (date(2026, 12, 8), None, False),  # now it goes up instead
    ],
)
def test_a_reminder_is_due_once(today: date, reminded: datetime | None, due: bool) -> None:
    """However often, late or early somebody looks, each day for a reminder makes one at most, and days that went by together one."""
    assert is_reminder_due(told(reminded_at=reminded), today, ZONE) is due


def test_a_case_says_what_it_waits_for() -> None:
    """From whom, until when and what comes next, in each state; what needs somebody comes first."""
    waits = progress(told(), NOW, ZONE)
    assert (waits.waits_for, waits.whom) == ("an answer", "Priya Nair, Information Asset Owner")
    assert waits.until == told().deadline
    assert waits.then == "a reminder on 30 November 2026; then it goes to Ruth Adler, Strategic Director, Place"
    late = NOW + timedelta(days=20)
    stages = [
        replace(told(), assignee=replace(told().assignee, who=replace(told().assignee.who, user_id=""))),
        told(state=CaseState.DUE),
        told(),
        told(state=CaseState.FOUND, asked_at=None, deadline=None),
        told(state=CaseState.RELEASED, released_why="it is no longer found"),
    ]
    found = [progress(one, late, ZONE) for one in stages]
    assert [one.need for one in found] == [Need.SOMEBODY, Need.GROUP, Need.LATE_ANSWER, Need.WORD, Need.NOTHING]
    assert [is_overdue(one, late) for one in stages] == [True, True, True, False, False]
