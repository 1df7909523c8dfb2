"""Spans of time follow the calendar, and the council's working days."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from custos.model.duration import Duration, duration_from

FRIDAY = datetime(2026, 12, 24, 9, tzinfo=UTC)
HOLIDAYS = frozenset({date(2026, 12, 25), date(2026, 12, 28)})


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2 years", Duration(2, "year")),
        ("1 working day", Duration(1, "working day")),
        ("  10   Working  Days ", Duration(10, "working day")),
        ("6 months", Duration(6, "month")),
        ("48 hours", Duration(48, "hour")),
    ],
)
def test_spans_are_read_as_people_write_them(written: str, meant: Duration) -> None:
    """A number and a unit, in any spacing."""
    assert duration_from(written) == meant


@pytest.mark.parametrize("written", ["", "2", "years", "-2 days", "2y", "1.5 years", "99999 years", "2 fortnights"])
def test_what_is_no_span_is_none(written: str) -> None:
    """Nothing is guessed, and nothing is longer than a century or so."""
    assert duration_from(written) is None


def test_working_days_leave_out_weekends_and_holidays() -> None:
    """Three working days after Christmas Eve 2026 are 31 December."""
    assert Duration(3, "working day").after(FRIDAY, HOLIDAYS).date() == date(2026, 12, 31)
    assert Duration(1, "working day").before(datetime(2026, 12, 29, tzinfo=UTC), HOLIDAYS).date() == date(2026, 12, 24)


def test_months_end_where_the_month_ends() -> None:
    """A month after 31 January is the last day of February; a leap day has its day a year later."""
    assert Duration(1, "month").after(datetime(2027, 1, 31, tzinfo=UTC)).date() == date(2027, 2, 28)
    assert Duration(1, "year").after(datetime(2028, 2, 29, tzinfo=UTC)).date() == date(2029, 2, 28)
    assert Duration(2, "year").before(datetime(2026, 11, 22, tzinfo=UTC)).date() == date(2024, 11, 22)
