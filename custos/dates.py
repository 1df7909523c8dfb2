"""Days and moments that cannot overflow: what a written day may be, and moving one without leaving the calendar.

Everything written by people is between `EARLIEST` and `LATEST`, and every move ends there, so that nothing later (a time zone, a
day more, a table's column) can leave the years that Python and Polars know. 9999-12-31, which databases write for "no end", is
`NO_END`; whoever reads a cell says whether it may stand there.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta, tzinfo

EARLIEST, LATEST = date(1800, 1, 1), date(2199, 12, 31)
NO_END = date(9999, 12, 31)
_WRITTEN = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_SATURDAY = 5


def day_from(written: str) -> date | None:
    """A day written 2026-05-31 within the bounds; None when the text is none."""
    found = _WRITTEN.fullmatch(written)
    if not found:
        return None
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None


def write_a_day(written: str, example: str) -> str:
    """What to write instead of a text that is no day; `example` ends the sentence where only the form is wrong."""
    if _WRITTEN.fullmatch(written) and not EARLIEST.isoformat() <= written <= LATEST.isoformat():
        return f"Write a day from {EARLIEST.isoformat()} to {LATEST.isoformat()}."
    return example


def day_of(moment: datetime, zone: tzinfo) -> date:
    """The day that a moment belongs to: days begin at midnight where the council is."""
    return moment.astimezone(zone).date()


def midnight(day: date, zone: tzinfo) -> datetime:
    """A day's first moment where the council is, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def moved[M: (date, datetime)](moment: M, days: float) -> M:
    """So many days later, or earlier; at the bound when that lies beyond it."""
    try:
        return _within(moment + timedelta(days=days))
    except OverflowError:
        return _bound(moment, EARLIEST if days < 0 else LATEST)


def moved_months(moment: datetime, months: int) -> datetime:
    """The same day of another month, or its last day when that month is shorter."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    if not EARLIEST.year <= year <= LATEST.year:
        return _bound(moment, EARLIEST if months < 0 else LATEST)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def moved_working_days(moment: datetime, days: int, holidays: Collection[date]) -> datetime:
    """So many working days later, or earlier."""
    step, left = (1, days) if days >= 0 else (-1, -days)
    while left and EARLIEST < moment.date() < LATEST:
        moment += timedelta(days=step)
        left -= is_working_day(moment.date(), holidays)
    return _within(moment)


def is_working_day(day: date, holidays: Collection[date]) -> bool:
    """Monday to Friday, and not a holiday of the council's calendar."""
    return day.weekday() < _SATURDAY and day not in holidays


def on_working_day(day: date, holidays: Collection[date]) -> date:
    """The day itself, or the next working day after it."""
    while day < LATEST and not is_working_day(day, holidays):
        day += timedelta(days=1)
    return day


def _within[M: (date, datetime)](moment: M) -> M:
    day = moment.date() if isinstance(moment, datetime) else moment
    if day < EARLIEST:
        return _bound(moment, EARLIEST)
    return _bound(moment, LATEST) if day > LATEST else moment


def _bound[M: (date, datetime)](moment: M, day: date) -> M:
    return moment.replace(year=day.year, month=day.month, day=day.day)
