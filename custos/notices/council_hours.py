"""Council hours: when people may be told something, by when they must be, and when an answer is due."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from custos.dates import is_working_day, on_working_day
from custos.model.duration import Duration

FIRST_HOUR = time(8, 0)  # nobody hears from Custos before
LAST_HOUR = time(18, 0)  # nor after
NOTES_FROM = time(16, 0)  # what was done after the day's digest is told from then on


def may_tell(now: datetime, zone: ZoneInfo, holidays: Collection[date]) -> bool:
    """True on a working day from 08:00 to 18:00 council time."""
    local = now.astimezone(zone)
    return is_working_day(local.date(), holidays) and FIRST_HOUR <= local.time() < LAST_HOUR


def is_late(now: datetime, zone: ZoneInfo) -> bool:
    """Whether the day comes to its end: notes of what was done go out, and nobody waits for Teams any more."""
    return now.astimezone(zone).time() >= NOTES_FROM


def deadline_after(told: datetime, within: Duration, zone: ZoneInfo, holidays: Collection[date]) -> datetime:
    """When an answer is due: the end of that day in council time, moved on to a working day."""
    due = on_working_day(within.after(told.astimezone(zone), holidays).date(), holidays)
    return datetime.combine(due, time(23, 59, 59), zone)


def tell_by(done: datetime, zone: ZoneInfo, holidays: Collection[date]) -> datetime:
    """By when somebody has to be told of what was done at a moment: the same working day, or the next after its notes have gone."""
    local = done.astimezone(zone)
    day = local.date()
    if not is_working_day(day, holidays) or is_late(done, zone):
        day = on_working_day(day + timedelta(days=1), holidays)
    return datetime.combine(day, LAST_HOUR, zone)
