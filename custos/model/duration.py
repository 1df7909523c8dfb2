"""Spans of time as people write them: `2 years`, `30 days`, `5 working days`."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from custos.dates import moved, moved_months, moved_working_days

UNITS = ("hour", "day", "working day", "week", "month", "year")
PATTERN = r"(0|[1-9][0-9]{0,4}) (hour|day|working day|week|month|year)s?"
_WRITTEN = re.compile(PATTERN)
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
        amount = direction * self.amount
        match self.unit:
            case "hour":
                return moved(moment, amount / 24)
            case "day":
                return moved(moment, amount)
            case "week":
                return moved(moment, amount * 7)
            case "month":
                return moved_months(moment, amount)
            case "year":
                return moved_months(moment, amount * 12)
        return moved_working_days(moment, amount, holidays)


def duration_from(written: str) -> Duration | None:
    """`2 years` as a Duration; None when the text is not one, or is longer than a century."""
    found = _WRITTEN.fullmatch(" ".join(written.lower().split()))
    if not found:
        return None
    amount, unit = int(found[1]), found[2]
    return Duration(amount, unit) if amount * _DAYS[unit] <= _LONGEST_DAYS else None
