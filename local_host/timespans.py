"""Spans of time as .NET writes them: `hh:mm:ss`, with days before a point and fractions of a second after one."""

from __future__ import annotations

import re
from datetime import timedelta

_TIMESPAN = re.compile(r"(-)?(?:(\d+)\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,7}))?)?")


def parse_timespan(text: str) -> timedelta:
    """`00:01:30`, `1.00:00:00` or `00:00:00.5` as a span.

    Raises ValueError with one sentence. Source: https://learn.microsoft.com/dotnet/api/system.timespan.parse
    """
    found = _TIMESPAN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is not a timespan such as 00:01:30.")
    sign, days, hours, minutes, seconds, fraction = found.groups()
    if int(hours) > 23 or int(minutes) > 59 or int(seconds or 0) > 59:
        raise ValueError(f"{text!r} is not a timespan: hours go to 23, minutes and seconds to 59.")
    span = timedelta(
        days=int(days or 0),
        hours=int(hours),
        minutes=int(minutes),
        seconds=int(seconds or 0),
        microseconds=int((fraction or "0").ljust(7, "0")) // 10,
    )
    return -span if sign else span
