"""Moments as Microsoft writes them, which are not always moments.

A date that nobody set comes as the zero of some clock (year 1 of .NET, 1601 of Windows) or as the last tick that it can
count (year 9999). Those are no dates: what they stand for is unknown. A fraction may have more digits than Python keeps.
Sources: https://learn.microsoft.com/dotnet/api/system.datetime.minvalue and
https://learn.microsoft.com/dotnet/api/system.datetime.maxvalue and
https://learn.microsoft.com/windows/win32/sysinfo/file-times
"""

from __future__ import annotations

from datetime import UTC, datetime

FIRST_YEAR, LAST_YEAR = 1602, 9998
"""Both included."""


def is_date(moment: datetime) -> bool:
    """Whether a moment can be one in the life of a document, and says in which zone it is told."""
    return FIRST_YEAR <= moment.year <= LAST_YEAR and moment.tzinfo is not None


def moment(text: object) -> datetime | None:
    """The moment that `text` tells, in UTC; None when it tells none."""
    told = _read(text)
    return told.astimezone(UTC) if told is not None and is_date(told) else None


def expiry(text: object) -> tuple[bool | None, datetime | None]:
    """Whether something ends, and when. A zero means that it never ends; the last tick, or what cannot be read, is unknown.

    Source: https://learn.microsoft.com/graph/api/resources/permission (`expirationDateTime`)
    """
    if text is None or text == "":
        return False, None
    told = _read(text)
    if told is not None and told.year < FIRST_YEAR:
        return False, None
    when = moment(text)
    return (None if when is None else True), when


def _read(text: object) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
