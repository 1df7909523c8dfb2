"""When a timer fires: NCRONTAB (five fields, or six with seconds first) or a timespan between runs. All times are UTC.

NCRONTAB has numbers, names of months and days, lists, ranges and steps; days of the week go from 0 (Sunday) to 6; a day
must satisfy both day-of-month and day-of-week. It has no L, W, # or ?. croniter computes the moments but accepts more
than Azure does, so what Azure would refuse is refused here first.
Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from croniter import CroniterError, croniter

from local_host.errors import BadSchedule
from local_host.timespans import parse_timespan

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS = (
    ("seconds", 0, 59, ()),
    ("minutes", 0, 59, ()),
    ("hours", 0, 23, ()),
    ("day of month", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("day of week", 0, 6, _DAYS),
)
_ITEM = re.compile(r"(?:(\*)|([0-9a-z]+)(?:-([0-9a-z]+))?)(?:/([0-9]+))?")
_MINUTE = timedelta(minutes=1)


class Schedule(Protocol):
    """A timer's schedule."""

    @property
    def is_frequent(self) -> bool:
        """True when runs lie less than a minute apart: then Azure keeps no status and knows no run as missed."""
        ...

    def after(self, moment: datetime) -> datetime:
        """The first run after `moment`."""
        ...


@dataclass(frozen=True, slots=True)
class Every:
    """A run each `span`."""

    span: timedelta

    @property
    def is_frequent(self) -> bool:
        return self.span < _MINUTE

    def after(self, moment: datetime) -> datetime:
        return moment + self.span


@dataclass(frozen=True, slots=True)
class Cron:
    """Runs at the moments that match `expression`, six fields."""

    expression: str

    @property
    def is_frequent(self) -> bool:
        first = self.after(datetime.fromisoformat("2026-01-01T00:00:00Z"))
        return self.after(first) - first < _MINUTE

    def after(self, moment: datetime) -> datetime:
        found = croniter(self.expression, moment, second_at_beginning=True, day_or=False).get_next(datetime)
        assert isinstance(found, datetime)
        return found


def parse_schedule(text: str, *, timer: str) -> Schedule:
    """The schedule of the function `timer`. Raises BadSchedule with one sentence when Azure would not accept it."""
    if ":" in text:
        try:
            span = parse_timespan(text)
        except ValueError as error:
            raise BadSchedule(f"The schedule of {timer} cannot be read: {error}") from error
        if span <= timedelta(0):
            raise BadSchedule(f"The schedule of {timer} must be longer than nothing, not {text}.")
        return Every(span)
    fields = text.lower().split()
    if len(fields) not in (5, 6):
        raise BadSchedule(
            f"The schedule of {timer} must have five fields, or six with seconds first, not {len(fields)}: {text!r}."
        )
    fields = ["0", *fields] if len(fields) == 5 else fields
    written = [_field(field, place, text, timer) for place, field in enumerate(fields)]
    schedule = Cron(" ".join(written))
    try:
        schedule.after(datetime.fromisoformat("2026-01-01T00:00:00Z"))
    except CroniterError as error:
        raise BadSchedule(f"The schedule of {timer} names no day that ever comes: {text!r}.") from error
    return schedule


def _field(field: str, place: int, text: str, timer: str) -> str:
    name, least, most, names = _FIELDS[place]

    def number(written: str) -> int:
        value = (
            int(written) if written.isdecimal() else least + names.index(written[:3]) if written[:3] in names else -1
        )
        if not least <= value <= most:
            raise BadSchedule(
                f"The schedule of {timer} has {written!r} for the {name}, which goes from {least} to {most}: {text!r}."
            )
        return value

    items = []
    for item in field.split(","):
        found = _ITEM.fullmatch(item)
        if found is None:
            raise BadSchedule(
                f"The schedule of {timer} has {item!r} for the {name}, which Azure does not know: {text!r}."
            )
        star, first, last, step = found.groups()
        if step is not None and int(step) == 0:
            raise BadSchedule(f"The schedule of {timer} has a step of 0 for the {name}: {text!r}.")
        if star:
            items.append(item)
            continue
        low = number(first)
        high = number(last) if last else most if step else low
        if high < low:
            raise BadSchedule(f"The schedule of {timer} has a range that runs backwards for the {name}: {text!r}.")
        items.append(f"{low}-{high}/{step or 1}" if high > low else str(low))
    return ",".join(items)
