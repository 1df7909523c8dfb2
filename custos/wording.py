"""Days, moments, counts and yes or no as people read them, wherever that is. Names from outside: `custos.untrusted`."""

from __future__ import annotations

from datetime import date, datetime, tzinfo


def day_words(when: date, zone: tzinfo | None = None, *, year: bool = True, weekday: bool = False) -> str:
    """A day, or the day of a moment in a zone (None: the moment's own): "Monday 7 December 2026"."""
    local = when.astimezone(zone) if isinstance(when, datetime) and zone is not None else when
    words = f"{local.day} {local:%B}"
    if weekday:
        words = f"{local:%A} {words}"
    return f"{words} {local.year}" if year else words


def moment_words(when: datetime, zone: tzinfo | None = None) -> str:
    """A moment in a zone (None: its own): "23 November 2026 09:00"."""
    local = when.astimezone(zone) if zone is not None else when
    return f"{day_words(local)} {local:%H:%M}"


def many(count: int, one: str, more: str = "") -> str:
    """A count with its noun: "1 file", "3,975 files"."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"


def yes_or_no(value: bool) -> str:  # the value is what is told
    """A flag."""
    return "yes" if value else "no"
