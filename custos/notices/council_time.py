"""Council hours: when people may be told something, and when an answer is due."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from custos.policy.duration import Duration, is_working_day

FIRST_HOUR = time(8, 0)  # nobody hears from Custos before
LAST_HOUR = time(18, 0)  # nor after


def may_tell(now: datetime, zone: ZoneInfo, holidays: Collection[date]) -> bool:
    """True on a working day from 08:00 to 18:00 council time."""
    local = now.astimezone(zone)
    return is_working_day(local.date(), holidays) and FIRST_HOUR <= local.time() < LAST_HOUR


def deadline_after(told: datetime, within: Duration, zone: ZoneInfo, holidays: Collection[date]) -> datetime:
    """When an answer is due: the end of that day in council time, moved on to a working day."""
    due = within.after(told.astimezone(zone), holidays).date()
    while not is_working_day(due, holidays):
        due = Duration(1, "working day").after(datetime.combine(due, time()), holidays).date()
    return datetime.combine(due, time(23, 59, 59), zone)
