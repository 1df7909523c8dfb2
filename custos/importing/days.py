"""Days as people in Britain write them: 31/03/2027, 31.3.2027, 31-Mar-2027, 1st April 2027, Thursday 1 April 2027."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from datetime import date

from custos.dates import EARLIEST, LATEST, NO_END

_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ]00:00(?::00)?)?")
_NUMBERS = re.compile(r"([0-9]{1,2})\s*[/.-]\s*([0-9]{1,2})\s*[/.-]\s*([0-9]{4})(?: 00:00(?::00)?)?")
_WORDS = re.compile(r"(?:[a-z]{3,9},? )?([0-9]{1,2})(?:st|nd|rd|th)?[ -]+(?:of )?([a-z]{3,9})\.?,?[ -]+([0-9]{4})")
_MONTHS = {name.casefold(): number for number, name in enumerate(calendar.month_name) if name}
_SHORT = {name[:3]: number for name, number in _MONTHS.items()} | {"sept": 9}
_ENDLESS = ("ongoing", "no end date", "open ended", "open-ended", "none", "rolling")


def day_in_words(written: str) -> date | None:
    """The day of a cell, the day before the month; None when it is none. `NO_END` when it says that there is no end."""
    text = " ".join(written.casefold().split())
    if text in _ENDLESS:
        return NO_END
    if iso := _ISO.fullmatch(text):
        return _day(iso[1], iso[2], iso[3])
    if numbers := _NUMBERS.fullmatch(text):
        return _day(numbers[3], numbers[2], numbers[1])
    if words := _WORDS.fullmatch(text):
        month = _MONTHS.get(words[2]) or _SHORT.get(words[2])
        return _day(words[3], month, words[1]) if month else None
    return None


def month_stands_first(written: Iterable[str]) -> bool:
    """Whether a column has days whose month cannot stand second, 03/31/2027: then 03/04/2027 in it could be two days."""
    numbers = (_NUMBERS.fullmatch(text.strip()) for text in written)
    return any(found is not None and int(found[2]) > 12 >= int(found[1]) for found in numbers)


def could_be_two_days(written: str) -> bool:
    """Whether day and month of a date could stand the other way round."""
    found = _NUMBERS.fullmatch(written.strip())
    return found is not None and int(found[1]) <= 12 and int(found[2]) <= 12 and int(found[1]) != int(found[2])


def _day(year: str, month: str | int, day: str) -> date | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if EARLIEST <= found <= LATEST or found == NO_END else None
