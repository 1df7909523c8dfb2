"""Spans of time as people write them: `2 years`, `30 days`, `5 working days`."""

from __future__ import annotations

import calendar
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

UNITS = ("hour", "day", "working day", "week", "month", "year")
_WRITTEN = re.compile(r"(\d{1,5}) (hour|day|working day|week|month|year)s?")
_SATURDAY = 5
_LONGEST_DAYS = 40_000
_DAYS = {"hour": 1 / 24, "day": 1.0, "working day": 1.0, "week": 7.0, "month": 31.0, "year": 366.0}


@dataclass(frozen=True, slots=True)
class Duration:
    """A span of calendar time. Months and years follow the calendar; working days leave out weekends and `holidays`."""

    amount: int
    unit: str

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}" + ("" if self.amount == 1 else "s")

    @property
    def shortest_days(self) -> float:
        """A lower bound in days, for comparing notices with their floor."""
        return self.amount * {"hour": 1 / 24, "month": 28.0, "year": 365.0}.get(self.unit, _DAYS[self.unit])

    def after(self, moment: datetime, holidays: Collection[date] = frozenset()) -> datetime:
        """The moment this long after another."""
        return self._move(moment, 1, holidays)

    def before(self, moment: datetime, holidays: Collection[date] = frozenset()) -> datetime:
        """The moment this long before another."""
        return self._move(moment, -1, holidays)

    def _move(self, moment: datetime, direction: int, holidays: Collection[date]) -> datetime:
        match self.unit:
            case "hour":
                return moment + timedelta(hours=direction * self.amount)
            case "day":
                return moment + timedelta(days=direction * self.amount)
            case "week":
                return moment + timedelta(weeks=direction * self.amount)
            case "month":
                return _months(moment, direction * self.amount)
            case "year":
                return _months(moment, direction * self.amount * 12)
        left = self.amount
        while left:
            moment += timedelta(days=direction)
            left -= is_working_day(moment.date(), holidays)
        return moment


def is_working_day(day: date, holidays: Collection[date]) -> bool:
    """Monday to Friday, and not a holiday of the council's calendar."""
    return day.weekday() < _SATURDAY and day not in holidays


def duration_from(written: str) -> Duration | None:
    """`2 years` as a Duration; None when the text is not one, or is longer than a century."""
    found = _WRITTEN.fullmatch(" ".join(written.lower().split()))
    if not found:
        return None
    amount, unit = int(found[1]), found[2]
    return Duration(amount, unit) if amount * _DAYS[unit] <= _LONGEST_DAYS else None


def _months(moment: datetime, months: int) -> datetime:
    """The same day of another month, or its last day when that month is shorter."""
    whole = moment.year * 12 + moment.month - 1 + months
    year, month = divmod(whole, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
