"""Days, moments, counts and yes or no as people read them, wherever that is. Names from outside: `custos.untrusted`.

A moment is told in the time zone of the council: CUSTOS_TIMEZONE, once `council_time` or `tell_council_time` has said it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, tzinfo
from zoneinfo import ZoneInfo

_LONDON = ZoneInfo("Europe/London")
_ZONE: ContextVar[tzinfo] = ContextVar("council time", default=_LONDON)


@contextmanager
def council_time(zone: tzinfo) -> Iterator[None]:
    """Every moment that is put into words inside is told in this zone."""
    token = _ZONE.set(zone)
    try:
        yield
    finally:
        _ZONE.reset(token)


def tell_council_time(zone: tzinfo) -> None:
    """From here on, in this task and those that it begins, every moment is told in this zone."""
    _ZONE.set(zone)


def local(moment: datetime, zone: tzinfo | None = None) -> datetime:
    """A moment in a zone (None: the council's). One without a zone of its own stays as it is."""
    return moment if moment.tzinfo is None else moment.astimezone(zone or _ZONE.get())


def day_words(when: date, zone: tzinfo | None = None, *, year: bool = True, weekday: bool = False) -> str:
    """A day, or the day of a moment in a zone (None: the council's): "Monday 7 December 2026"."""
    day = local(when, zone) if isinstance(when, datetime) else when
    words = f"{day.day} {day:%B}"
    if weekday:
        words = f"{day:%A} {words}"
    return f"{words} {day.year}" if year else words


def moment_words(when: datetime, zone: tzinfo | None = None) -> str:
    """A moment in a zone (None: the council's): "23 November 2026 09:00"."""
    return f"{day_words(when, zone)} {local(when, zone):%H:%M}"


def capital(words: str) -> str:
    """A sentence's beginning: the first letter large, the rest as it is."""
    return words[:1].upper() + words[1:]


def many(count: int, one: str, more: str = "") -> str:
    """A count with its noun: "1 file", "3,975 files"."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"


def yes_or_no(value: bool) -> str:  # the value is what is told
    """A flag."""
    return "yes" if value else "no"
