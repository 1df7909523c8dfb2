"""No date that anybody can write takes a command or a timer down."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from custos.dates import EARLIEST, LATEST, day_from, moved, moved_months, moved_working_days, on_working_day
from custos.model.duration import UNITS, Duration
from custos.records.load import load_records
from custos.records.review import review
from tests.records.registers import changed, only, problems, shipped

TODAY = date(2026, 11, 23)
H_090 = "H-090,foi,F,IA-006,,,2020-01-01,9999-12-31,2026-11-01,9999-12-31,,\n"
H_001 = "H-001,inquiry"


def test_a_hold_without_end_may_be_written_as_databases_do() -> None:
    """9999-12-31 means no end, and the hold is in force."""
    records, found = load_records(changed("holds", H_001, H_090 + H_001))
    assert found == []
    hold = next(row for row in records.holds if row.id == "H-090")
    assert (hold.items_to, hold.ends, hold.in_force(TODAY)) == (None, None, True)


@pytest.mark.parametrize(
    ("register", "old", "new"),
    [
        ("information_asset_register", "2026-02-10", "9999-12-31"),  # last_restore_test
        ("information_asset_register", "2027-03-16", "9999-12-31"),  # review_due
        ("exceptions", "2027-05-31", "9999-12-31"),
        ("sharing_agreements", "2027-06-30", "9999-12-31"),
        ("holds", "2015-07-02", "0001-01-01"),
        ("calendar", "2026-01-01", "9999-12-31"),
        ("delegations", "2027-03-31", "2200-01-01"),
    ],
)
def test_a_day_beyond_reason_is_refused_at_its_place(register: str, old: str, new: str) -> None:
    """Where an end is a promise, or a day is past, 9999 and year 1 are mistakes."""
    found = only(changed(register, old, new))
    assert found.code == "date"
    assert found.mark.line > 1
    assert "1800-01-01 to 2199-12-31" in found.remedy


@pytest.mark.parametrize(
    ("register", "old", "new", "said"),
    [
        ("holds", "2020-03-01,2022-06-30", "2022-06-30,2020-03-01", '"items_to" (2020-03-01) is before "items_from"'),
        ("holds", "2015-07-02,,", "2015-07-02,2015-07-01,", '"ends" (2015-07-01) is before "since" (2015-07-02)'),
        ("sharing_agreements", "2024-07-01,2027-06-30", "2027-07-01,2027-06-30", '"ends"'),
        ("exceptions", "2026-05-20,2027-05-31", "2027-06-01,2027-05-31", '"expires"'),
        ("delegations", "2026-04-01,2027-03-31", "2027-04-01,2027-03-31", '"valid_to"'),
        ("people_roles", "Chief Executive,Corporate,,2021-04-01,", "Chief Executive,Corporate,,2021-04-01,2020-01-01", '"valid_to"'),
    ],
)  # fmt: skip
def test_a_span_that_ends_before_it_begins_is_refused(register: str, old: str, new: str, said: str) -> None:
    """Such a row would never be in force, and nobody would know."""
    found = only(changed(register, old, new))
    assert said in found.what
    assert found.mark.column > 1


@pytest.mark.parametrize("moment", ["0001-01-01", "2026-11-23", "9999-12-31"])
@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("amount", [0, 1, 99_999])
def test_no_span_leaves_the_calendar(moment: str, unit: str, amount: int) -> None:
    """Any span from any moment ends within the bounds, where every time zone can still tell it."""
    span, start = Duration(amount, unit), datetime.fromisoformat(f"{moment}T23:59:59+00:00")
    for end in (span.after(start), span.before(start)):
        if amount:
            assert EARLIEST <= end.date() <= LATEST
            assert end.astimezone(timezone(timedelta(hours=14)))


def test_working_days_end_even_when_every_day_is_a_holiday() -> None:
    """A calendar full of holidays stops at the bound."""
    holidays = frozenset(moved(date(2199, 1, 1), number) for number in range(365))
    moment = datetime(2199, 6, 1, tzinfo=UTC)
    assert moved_working_days(moment, 3, holidays).date() == LATEST
    assert on_working_day(moment.date(), holidays) == LATEST
    assert moved_months(moment, 12).date() == LATEST


@pytest.mark.parametrize("today", [date.min, TODAY, date.max])
def test_the_review_of_the_registers_ends_on_any_day(today: date) -> None:
    """`custos register` answers for any day and any number of days ahead."""
    records = load_records(shipped())[0]
    assert review(records, today, timedelta(days=999_999_999)) is not None


@pytest.mark.parametrize("written", ["2026-11-3", "٢٠٢٦-١١-٢٣", "2026-02-30", "0001-01-01", "9999-12-31", "", "today"])
def test_what_is_no_day_is_none(written: str) -> None:
    """Arabic digits, impossible days and days beyond the bounds are no days."""
    assert day_from(written) is None


def test_excel_dates_keep_working() -> None:
    """The bounds leave the council's own days alone."""
    assert problems(shipped()) == []
