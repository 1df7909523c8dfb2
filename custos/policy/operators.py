"""The operators of the language: which facts take them, what they are written with, and how they read aloud."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from custos.dates import write_a_day
from custos.did_you_mean import nearest
from custos.kinds.fact import Fact, FactType
from custos.model.duration import Duration, duration_from
from custos.records.address import NotAnAddress, read_address

ITS_CLASS = "its class"
_BYTES = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_SIZE = re.compile(r"(0|[1-9][0-9]{0,8})(?: ?(B|KB|MB|GB|TB))?", re.IGNORECASE)
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_YES = {"yes": True, "true": True, "no": False, "false": False}


class Operand(StrEnum):
    """What an operator is written with."""

    VALUE = "a value of the fact's own type"
    VALUES = "a list of values"
    DURATION = "a span of time"
    DAY = "a day"
    YES = "yes or no"


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator. `words` stand between the fact and the value: "the label **is one of** …"."""

    name: str
    types: tuple[FactType, ...]
    operand: Operand
    words: str
    example: str


_T = FactType
_WRITTEN = (_T.TEXT, _T.ADDRESS)
_WORDS = (*_WRITTEN, _T.CHOICE, _T.LEVEL, _T.DOMAIN)
_COUNTED = (_T.NUMBER, _T.SIZE)
_ALL = tuple(FactType)

OPERATORS: Mapping[str, Operator] = {
    operator.name: operator
    for operator in (
        Operator("is", (*_WORDS, _T.NUMBER, _T.SIZE, _T.FLAG), Operand.VALUE, "is", "public"),
        Operator("is_not", _WORDS, Operand.VALUE, "is not", "public"),
        Operator("in", _WORDS, Operand.VALUES, "is one of", "[internal, agreements_only]"),
        Operator("not_in", _WORDS, Operand.VALUES, "is none of", "[IA-009]"),
        Operator("outside", (_T.DOMAIN,), Operand.VALUES, "is outside", "[eastvale-nhs.example]"),
        Operator("starts_with", _WRITTEN, Operand.VALUE, "starts with", "ZZ-"),
        Operator("ends_with", _WRITTEN, Operand.VALUE, "ends with", "draft"),
        Operator("contains", _WRITTEN, Operand.VALUE, "contains", "minutes"),
        Operator("looser_than", (_T.LEVEL,), Operand.VALUE, "is looser than", ITS_CLASS),
        Operator("tighter_than", (_T.LEVEL,), Operand.VALUE, "is tighter than", ITS_CLASS),
        Operator("at_least", _COUNTED, Operand.VALUE, "is at least", "1"),
        Operator("at_most", _COUNTED, Operand.VALUE, "is at most", "10"),
        Operator("more_than", _COUNTED, Operand.VALUE, "is more than", "0"),
        Operator("less_than", _COUNTED, Operand.VALUE, "is less than", "2"),
        Operator("older_than", (_T.MOMENT,), Operand.DURATION, "is longer ago than", "2 years"),
        Operator("within_last", (_T.MOMENT,), Operand.DURATION, "is within the last", "30 days"),
        Operator("within_next", (_T.MOMENT,), Operand.DURATION, "is within the next", "30 days"),
        Operator("later_than", (_T.MOMENT,), Operand.DURATION, "is further ahead than", "90 days"),
        Operator("before", (_T.MOMENT,), Operand.DAY, "is before", "2020-01-01"),
        Operator("from", (_T.MOMENT,), Operand.DAY, "is on or after", "2020-01-01"),
        Operator("is_missing", _ALL, Operand.YES, "is missing", "yes"),
    )
}


def operators_of(fact: Fact) -> dict[str, Operator]:
    """The operators that a fact takes."""
    return {
        name: operator
        for name, operator in OPERATORS.items()
        if fact.type in operator.types and (name != "is_missing" or fact.missing)
    }


def value_of(fact: Fact, written: str) -> str | int | bool | None:
    """A value of the fact's type; None when the text is not one."""
    match fact.type:
        case FactType.FLAG:
            return _YES.get(written.casefold())
        case FactType.NUMBER:
            return int(written) if re.fullmatch(r"0|[1-9][0-9]{0,11}", written) else None
        case FactType.SIZE:
            found = _SIZE.fullmatch(written)
            return int(found[1]) * _BYTES[(found[2] or "B").upper()] if found else None
        case FactType.CHOICE | FactType.LEVEL:
            return written if written in fact.choices else None
        case FactType.DOMAIN:
            return written.casefold() if _DOMAIN.fullmatch(written.casefold()) else None
        case FactType.ADDRESS:
            try:
                return read_address(written).key
            except NotAnAddress:
                return None
        case _ if fact.name == "file_extension":
            plain = written.removeprefix(".").casefold()
            return plain if plain and "." not in plain else None
        case _:
            return written or None


def span_of(written: str) -> Duration | None:
    """A span of time: `2 years`, `30 days`."""
    return duration_from(written)


def expected(fact: Fact, operand: Operand, written: str) -> str:
    """What to write instead of a value that cannot be."""
    if operand is Operand.DURATION:
        return 'Write a number and a unit: "30 days", "5 working days", "6 months", "2 years".'
    if operand is Operand.DAY:
        return write_a_day(written, "Write a day as 2026-05-31.")
    match fact.type:
        case FactType.FLAG:
            return "Write yes or no."
        case FactType.NUMBER:
            return "Write a whole number."
        case FactType.SIZE:
            return "Write a size: 500 MB, 2 GB."
        case FactType.DOMAIN:
            return "Write a mail domain: partner.example."
        case FactType.CHOICE | FactType.LEVEL:
            return nearest(written, fact.choices)
        case FactType.ADDRESS:
            return "Copy it from the browser; it begins with https://."
        case _:
            return f"Write something like {fact.example}."
