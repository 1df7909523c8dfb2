"""Periods as retention schedules say them: "6 years after end of financial year", "DOB + 75 years", "Permanent".

What has a condition, an alternative or a most is not understood: a person has to say what is meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "twelve": 12, "fifteen": 15, "eighteen": 18, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "hundred": 100,
}  # fmt: skip
_PERMANENT = re.compile(
    r"(?:keep|kept|retain|retained|retention|hold|held|preserve|preserved)?\s*(?:for)?\s*"
    r"(?:permanent(?:ly)?|indefinite(?:ly)?|in perpetuity|forever|perpetual(?:ly)?|perm)(?:\s*(?:retention|record|preservation))?"
)
_ISO = re.compile(r"p(0|[1-9][0-9]{0,4})([ymd])")
_AMOUNT = re.compile(r"([0-9]{1,5}|[a-z]+)\s*-?\s*(years?|yrs?|y|months?|mths?|mos?|m|weeks?|wks?|days?|d)\b")
_FINANCIAL = re.compile(r"(?:current|cfy|fy|current financial year|current year|c)\s*\+\s*([0-9]{1,2})")
_BIRTHDAY = re.compile(
    r"(?:until |to |keep until |retain until )?(?:the )?([0-9]{1,3})(?:st|nd|rd|th) birthday(?: of .*)?"
)
_DOUBTFUL = re.compile(
    r"\b(?:unless|except|whichever|or|if|subject to|depending|then|up to|maximum|no more than|not more than|at most|review)\b"
)
_UNITS = {"y": "Y", "m": "M", "w": "W", "d": "D"}
_OPENING = re.compile(
    r"^(?:keep|kept|retain(?:ed)?|hold|held|destroy(?:ed)?|dispose(?: of)?|delete(?:d)?)?\s*(?:for)?\s*"
    r"(?:a\s+)?(?:minimum(?: of)?|min\.?|at least|not less than)?\s*(?:period of)?\s*"
)
_BETWEEN = re.compile(
    r"^(?:\s|\+|plus|from|after|since|following|of|the|date of(?= the)|:|,|-|–)+|(?:\s|\+|plus|and|:|,|-|–)+$"
)
_TRIGGERS = (
    ("dob", r"\bdob\b|\bd\.o\.b|birth"),
    ("financial_year_end", r"financial year|\bfy\b|\bcfy\b|year end|tax year"),
    ("tenancy_end", r"tenancy"),
    ("last_contact", r"last (?:contact|action|entry|involvement)"),
    ("meeting_date", r"meeting"),
    ("modified", r"modif|last (?:update|edit|change)"),
    ("labelled", r"label"),
    ("created", r"creat|date of (?:the )?(?:document|record)\b"),
    ("permanent", r"^(?:permanent|never|none)$"),
)
_WORDS = {
    "dob": "Date of birth",
    "financial_year_end": "End of the financial year",
    "permanent": "Never",
}
_MOST = 200  # characters of a cell that can still be a period


@dataclass(frozen=True, slots=True)
class PeriodWords:
    """A period, `P6Y` or `permanent`; and from when it is counted, as kind and in words: "" when the words do not say."""

    period: str
    trigger_kind: str = ""
    trigger_text: str = ""


def period_from(written: str) -> PeriodWords | None:
    """What a cell says; None when it is not understood."""
    text = " ".join(written.casefold().split()).strip(" .")
    if not text or len(text) > _MOST:
        return None
    if iso := _ISO.fullmatch(text):
        return PeriodWords(f"P{int(iso[1])}{iso[2].upper()}")
    if _PERMANENT.fullmatch(text):
        return PeriodWords("permanent", "permanent", _WORDS["permanent"])
    if _DOUBTFUL.search(text):
        return None
    if current := _FINANCIAL.fullmatch(re.sub(r"\s*(?:years?|yrs?)$", "", text)):
        return PeriodWords(f"P{int(current[1])}Y", "financial_year_end", _WORDS["financial_year_end"])
    if birthday := _BIRTHDAY.fullmatch(text):
        return PeriodWords(f"P{int(birthday[1])}Y", "dob", _WORDS["dob"])
    return _counted(text, written)


def trigger_from(written: str) -> str:
    """The kind of what a period is counted from; an event that Purview must be told where the words are none of the others'."""
    text = " ".join(written.casefold().split())
    return next((kind for kind, words in _TRIGGERS if re.search(words, text)), "event") if text else ""


def _counted(text: str, written: str) -> PeriodWords | None:
    amounts = [(found, amount) for found in _AMOUNT.finditer(text) if (amount := _number(found[1])) is not None]
    total = _total([(amount, found[2][0]) for found, amount in amounts])
    if total is None:
        return None
    start, end = amounts[0][0].start(), amounts[-1][0].end()
    joined = text[amounts[0][0].end() : amounts[-1][0].start()] if len(amounts) > 1 else ""
    if joined.strip(" ,") not in ("", "and"):
        return None
    before, after = _BETWEEN.sub("", _OPENING.sub("", text[:start])), _BETWEEN.sub("", text[end:])
    if (before and after) or re.search(r"[0-9]", before + after):
        return None
    from_what = before or after
    if not from_what:
        return PeriodWords(total)
    kind = trigger_from(from_what)
    return PeriodWords(total, kind, _WORDS.get(kind) or _as_written(from_what, written))


def _number(written: str) -> int | None:
    return int(written) if written.isdigit() else _NUMBERS.get(written)


def _total(amounts: list[tuple[int, str]]) -> str | None:
    """One period of an amount, or of years and months together."""
    match amounts:
        case [(amount, unit)] if unit == "w":
            return f"P{amount * 7}D"
        case [(amount, unit)]:
            return f"P{amount}{_UNITS[unit]}"
        case [(years, "y"), (months, "m")]:
            return f"P{years * 12 + months}M"
    return None


def _as_written(part: str, written: str) -> str:
    """A part of a text as it was spelled, beginning with a capital."""
    whole = " ".join(written.split())
    at = whole.casefold().find(part)
    found = whole[at : at + len(part)] if at >= 0 else part
    return found[:1].upper() + found[1:]
