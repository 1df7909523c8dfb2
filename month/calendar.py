"""The council's days and hours, worked out anew from `register/calendar.csv`: what docs/owner.md promises of them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
_OPENS, _CLOSES, _NOTES_FROM = time(8), time(18), time(16)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days on which the council does not work, weekends aside."""

    closed: frozenset[date]

    @classmethod
    def of(cls, file: Path) -> Calendar:
        """The calendar of a register's file."""
        with file.open(encoding="utf-8", newline="") as opened:
            return cls(frozenset(date.fromisoformat(row["date"]) for row in csv.DictReader(opened)))

    def works(self, day: date) -> bool:
        """Whether the council works on this day."""
        return day.weekday() < _SATURDAY and day not in self.closed

    def after(self, day: date, count: int) -> date:
        """The working day that is so many after another day."""
        for _ in range(count):
            day += timedelta(days=1)
            while not self.works(day):
                day += timedelta(days=1)
        return day

    def between(self, first: date, last: date) -> Iterator[date]:
        """The working days after the first day, up to the last."""
        day = self.after(first, 1)
        while day <= last:
            yield day
            day = self.after(day, 1)

    def may_tell(self, moment: datetime) -> bool:
        """Whether people may hear from Custos at this moment."""
        local = moment.astimezone(LONDON)
        return self.works(local.date()) and _OPENS <= local.time() < _CLOSES

    def is_late(self, moment: datetime) -> bool:
        """Whether it is the part of a day in which notes of what was done are sent."""
        return moment.astimezone(LONDON).time() >= _NOTES_FROM

    def told_by(self, moment: datetime) -> datetime:
        """By when somebody must have been told of what was done: the end of the working day, or of the next after four o'clock."""
        local = moment.astimezone(LONDON)
        day = local.date() if self.works(local.date()) and not self.is_late(moment) else self.after(local.date(), 1)
        return datetime.combine(day, _CLOSES, LONDON).astimezone(UTC)


def day_of(moment: datetime) -> date:
    """In council time."""
    return moment.astimezone(LONDON).date()
