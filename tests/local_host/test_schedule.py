"""Schedules mean what Azure takes them to mean, and what Azure would refuse is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local_host.errors import BadSchedule
from local_host.schedule import parse_schedule

_SUNDAY = datetime.fromisoformat("2026-11-22T18:30:15Z")


@pytest.mark.parametrize(
    ("written", "runs"),
    [
        ("*/20 * * * * *", ["2026-11-22T18:30:20Z", "2026-11-22T18:30:40Z", "2026-11-22T18:31:00Z"]),
        ("0 */5 * * * *", ["2026-11-22T18:35:00Z", "2026-11-22T18:40:00Z"]),
        ("*/5 * * * *", ["2026-11-22T18:35:00Z", "2026-11-22T18:40:00Z"]),
        ("0 30 7 * * Mon-Fri", ["2026-11-23T07:30:00Z", "2026-11-24T07:30:00Z"]),
        ("0 0 0 13 * 5", ["2027-08-13T00:00:00Z", "2028-10-13T00:00:00Z"]),
        ("0 0 9,17 * Jan,Dec *", ["2026-12-01T09:00:00Z", "2026-12-01T17:00:00Z"]),
        ("0 10/25 * * * 0", ["2026-11-22T18:35:00Z", "2026-11-22T19:10:00Z"]),
        ("01:00:00", ["2026-11-22T19:30:15Z", "2026-11-22T20:30:15Z"]),
        ("1.00:00:00", ["2026-11-23T18:30:15Z"]),
    ],
)
def test_runs_come_when_they_should(written: str, runs: list[str]) -> None:
    """Fields, steps, lists, ranges, names and timespans give the moments that Microsoft's page gives them."""
    schedule = parse_schedule(written, timer="sync")
    moment, found = _SUNDAY, []
    for _ in runs:
        moment = schedule.after(moment)
        found.append(moment)
    assert found == [datetime.fromisoformat(run) for run in runs]


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("* * *", "must have five fields, or six"),
        ("0 0 0 * * 7", "from 0 to 6"),
        ("60 * * * * *", "from 0 to 59"),
        ("0 0 0 L * *", "'l' for the day of month"),
        ("0 0 0 15W * *", "'15w' for the day of month"),
        ("0 0 0 * * 2#1", "does not know"),
        ("0 0 0 ? * *", "does not know"),
        ("0 0 0 * * Fri-Mon", "runs backwards"),
        ("*/0 * * * * *", "step of 0"),
        ("0 0 0 30 2 *", "names no day that ever comes"),
        ("25:00:00", "hours go to 23"),
        ("00:00:00", "longer than nothing"),
        ("every: day", "not a timespan"),
    ],
)
def test_schedule_that_azure_refuses_is_refused(written: str, reason: str) -> None:
    """The error names the timer and says what is wrong."""
    with pytest.raises(BadSchedule, match=reason) as caught:
        parse_schedule(written, timer="sync")
    assert "The schedule of sync" in str(caught.value)


@pytest.mark.parametrize(
    ("written", "is_frequent"),
    [("*/30 * * * * *", True), ("0 * * * * *", False), ("00:00:30", True), ("00:01:00", False)],
)
def test_runs_less_than_a_minute_apart_are_frequent(written: str, is_frequent: bool) -> None:
    """Below a minute Azure keeps no status of a timer."""
    assert parse_schedule(written, timer="sync").is_frequent is is_frequent


def _fields(least: int, most: int) -> st.SearchStrategy[frozenset[int]]:
    return st.frozensets(st.integers(least, most), min_size=1, max_size=3)


@settings(max_examples=60, deadline=None)
@given(
    minutes=_fields(0, 59),
    hours=_fields(0, 23),
    days=_fields(1, 31),
    weekdays=st.frozensets(st.integers(0, 6), min_size=2, max_size=7),
    start=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)),  # noqa: DTZ001  # made aware below
)
def test_next_run_is_the_first_moment_that_fits(
    minutes: frozenset[int], hours: frozenset[int], days: frozenset[int], weekdays: frozenset[int], start: datetime
) -> None:
    """For any lists the next run is the first moment whose every field fits, day of month and of week together."""
    written = " ".join(",".join(map(str, sorted(field))) for field in (minutes, hours, days))
    schedule = parse_schedule(f"0 {written} * {','.join(map(str, sorted(weekdays)))}", timer="sync")
    moment = start.replace(tzinfo=UTC)
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    expected = None
    while expected is None:
        if day.day in days and day.isoweekday() % 7 in weekdays:
            times = (
                day + timedelta(hours=hour, minutes=minute) for hour in sorted(hours) for minute in sorted(minutes)
            )
            expected = next((time for time in times if time > moment), None)
        day += timedelta(days=1)
    assert schedule.after(moment) == expected


def test_every_moment_of_a_schedule_lies_ahead() -> None:
    """The run after a run is never that run itself, so that no timer fires twice for one moment."""
    schedule = parse_schedule("0 0 * * * *", timer="sync")
    first = schedule.after(_SUNDAY)
    assert schedule.after(first) - first == timedelta(hours=1)
