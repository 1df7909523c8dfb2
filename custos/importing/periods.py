"""Periods as retention schedules say them: "6 years after end of financial year", "DOB + 75 years", "Permanent".

What a period is counted from stays in the council's own words, whole. What has a condition, an alternative, a least or a most is not
understood: a person has to say what is meant.
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
    r"(?:permanent(?:ly)?|indefinite(?:ly)?|in perpetuity|forever|perpetual(?:ly)?|perm)(?:\s*(?:retention|record|preservation))?",
    re.IGNORECASE,
)
_ISO = re.compile(r"p(0|[1-9][0-9]{0,4})([ymd])", re.IGNORECASE)
_AMOUNT = re.compile(
    r"([0-9]{1,5}|[a-z]+)\s*-?\s*(years?|yrs?|y|months?|mths?|mos?|m|weeks?|wks?|days?|d)\b", re.IGNORECASE
)
_FINANCIAL = re.compile(
    r"((?:current )?(?:financial year|fy)|cfy)\s*\+\s*([0-9]{1,2})(?:\s*(?:years?|yrs?))?", re.IGNORECASE
)
_BIRTHDAY = re.compile(
    r"(?:until |to |keep until |retain until )?(?:the )?([0-9]{1,3})(?:st|nd|rd|th) birthday( of .*)?", re.IGNORECASE
)
_A_YEAR = r"(?:c|cy|current(?: calendar)?(?: years?)?)"
_ONE = "Write the one period that counts, for instance 6 years after closure"
_REFUSED = tuple(
    (re.compile(pattern, re.IGNORECASE), remedy)
    for pattern, remedy in (
        (r"^[-+=@–—−]", "Write it without the sign before it, for instance 6 years."),
        (
            r"\b(?:minimum|min|at least|(?:not|no) (?:less|fewer|earlier|sooner) than|(?<!no )(?<!not )more than|not before)\b",
            f"{_ONE}: a least does not say when it ends.",
        ),
        (
            r"\b(?:up to|maximum|max|(?:no|not) more than|at most|less than)\b",
            f"{_ONE}: a most does not say how long it is kept.",
        ),
        (
            r"\b(?:unless|except|whichever|or|if|subject to|depending|then|review)\b",
            f"{_ONE}: a condition or an alternative needs a row of its own, or a person's decision.",
        ),
        (
            r"\b(?:about|approx\.?|approximately|circa|normally|usually|typically|generally)\b",
            f"{_ONE}: exactly how long.",
        ),
        (
            r"^(?:the )?@\s*(?:\+|plus\b)|(?:\+|\b(?:after|from|plus))\s*(?:the )?(?:end of (?:the )?)?@$".replace(
                "@", _A_YEAR
            ),
            "Write which year is meant, for instance 6 years after end of financial year.",
        ),
    )
)
"""What makes a text no period that can be taken as it is, and what to write instead."""
_UNITS = {"y": "Y", "m": "M", "w": "W", "d": "D"}
_KEEP = r"(?:keep|kept|retain(?:ed)?|hold|held|destroy(?:ed)?|disposed?(?: of)?|deleted?)?\s*(?:\b(?:for|after|until)\b)?\s*"
_OPENING = re.compile(_KEEP + r"(?:a\s+)?(?:period of)?\s*", re.IGNORECASE)
_BEFORE = re.compile(_KEEP + r"(?:the )?(.+?)[\s,]*(?:\+|\bplus)\s*", re.IGNORECASE)
_AFTER = re.compile(r"[\s,]*(?:\+|\b(?:plus|from|after|since|following|post)\b)\s*(?:the )?(.+)", re.IGNORECASE)
_TRIGGERS = tuple(
    (kind, re.compile(words))
    for kind, words in (
        ("dob", r"dob|d\.o\.b\.?|(?:date of )?birth|birth ?date"),
        ("financial_year_end", r"(?:end of (?:the )?)?(?:current )?(?:financial year|fy)(?:[ -]end)?|cfy|fye"),
        ("tenancy_end", r"(?:(?:date of )?(?:the )?(?:end|termination|closure) of (?:the )?)?tenancy(?: ends?| ended| end date)?"),
        ("last_contact", r"(?:date of )?(?:the )?last (?:contact|action|entry|involvement)(?: date)?"),
        ("meeting_date", r"(?:date of )?(?:the )?meeting(?: date)?"),
        (
            "modified",
            r"(?:date (?:of )?|when )?(?:items were )?(?:last )?(?:modified|modification)|(?:date of )?last (?:update|edit|change)",
        ),
        ("labelled", r"(?:date |when )?(?:items were )?labell?ed|date of labell?ing"),
        (
            "created",
            r"(?:date (?:of )?|when )?(?:items were )?(?:created|creation)(?: of (?:the )?(?:document|record|file|item))?",
        ),
        ("permanent", r"permanent|never|none"),
    )
)  # fmt: skip
"""Words that say nothing but what one kind is. Whoever says more ("date of birth of the mother") names an event of their own."""
_MOST = 200  # characters of a cell that can still be a period


@dataclass(frozen=True, slots=True)
class PeriodWords:
    """A period, `P6Y` or `permanent`; and from when it is counted, as kind and in words: "" when the words do not say."""

    period: str
    trigger_kind: str = ""
    trigger_text: str = ""


def period_from(written: str) -> PeriodWords | None:
    """What a cell says; None when it is not understood."""
    text = _line(written)
    if not text or len(text) > _MOST:
        return None
    if iso := _ISO.fullmatch(text):
        return PeriodWords(f"P{int(iso[1])}{iso[2].upper()}")
    if _PERMANENT.fullmatch(text):
        return PeriodWords("permanent", "permanent", "Never")
    if _refused(text):
        return None
    if current := _FINANCIAL.fullmatch(text):
        return PeriodWords(f"P{int(current[2])}Y", "financial_year_end", _begun(current[1]))
    if birthday := _BIRTHDAY.fullmatch(text):
        return _from(f"P{int(birthday[1])}Y", f"Date of birth{birthday[2] or ''}")
    return _counted(text)


def instead_of(written: str) -> str:
    """What to write instead of a text that is not understood as one period."""
    return _refused(_line(written)) or "Write for instance 6 years, DOB + 75 years, P6Y or permanent."


def trigger_from(written: str) -> str:
    """The kind of what a period is counted from; an event that Purview must be told where the words are none of the others'."""
    text = " ".join(written.casefold().split()).removeprefix("the ")
    return next((kind for kind, words in _TRIGGERS if words.fullmatch(text)), "event") if text else ""


def _line(written: str) -> str:
    return " ".join(written.split()).strip(" .")


def _refused(text: str) -> str:
    return next((remedy for pattern, remedy in _REFUSED if pattern.search(text)), "")


def _counted(text: str) -> PeriodWords | None:
    amounts = [(found, amount) for found in _AMOUNT.finditer(text) if (amount := _number(found[1])) is not None]
    total = _total([(amount, found[2][0].casefold()) for found, amount in amounts])
    if total is None:
        return None
    start, end = amounts[0][0].start(), amounts[-1][0].end()
    joined = text[amounts[0][0].end() : start if len(amounts) == 1 else amounts[1][0].start()]
    if joined.strip(" ,").casefold() not in ("", "and"):
        return None
    before, after = text[:start], text[end:]
    opened = _OPENING.fullmatch(before)
    if opened and not after:
        return PeriodWords(total)
    counted = _AFTER.fullmatch(after) if opened else None if after else _BEFORE.fullmatch(before)
    return _from(total, counted[1]) if counted and not re.search(r"[0-9]", counted[1]) else None


def _from(period: str, words: str) -> PeriodWords:
    return PeriodWords(period, trigger_from(words), _begun(words))


def _begun(words: str) -> str:
    return words[:1].upper() + words[1:]


def _number(written: str) -> int | None:
    return int(written) if written.isdigit() else _NUMBERS.get(written.casefold())


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
