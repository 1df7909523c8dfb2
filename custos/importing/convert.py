"""One cell as a council has it ► the same as Custos' registers have it, or why it is not understood."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from custos.dates import NO_END
from custos.importing.days import could_be_two_days, day_in_words
from custos.importing.periods import instead_of, period_from
from custos.importing.words import chosen, flag
from custos.records.column import Column, Holds
from custos.records.register import AnyRegister
from custos.records.sign_in_name import is_sign_in_name
from custos.untrusted import plain

_NOTHING = frozenset({"-", "–", "—", "n/a", "na", "not applicable"})
_BETWEEN_NAMES = re.compile(r"[;,\n\r]+")
_BETWEEN_PLACES = re.compile(r"[;\n\r]+|,?\s+(?=https?://)|,(?=https?://)")
_BULLET = re.compile(r"^[-–•*·]\s+", re.MULTILINE)
_ANGLED = re.compile(r"<\s*(?:mailto:)?([^<>\s]+)\s*>|mailto:([^\s<>]+)", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]{1,6}(?:\.0+)?")
_MONTHS: Mapping[str, str] = {
    "monthly": "1", "quarterly": "3", "every quarter": "3", "six monthly": "6", "half yearly": "6", "biannually": "6", "annual": "12",
    "annually": "12", "yearly": "12", "every year": "12", "biennial": "24", "biennially": "24", "every two years": "24",
}  # fmt: skip
_EVERY = re.compile(r"^every\s+|\s+intervals?$")


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """What a cell says that is not understood: `what` is wrong, `remedy` what to write. `person` names somebody without a sign-in name,
    `word` is a word that its column does not know: the mapping can say who and what is meant."""

    what: str
    remedy: str
    person: str = ""
    word: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meanings:
    """What a person said about the words of a file: name ► sign-in name; column ► their word ► Custos' word.

    `month_first`: columns in which a day like 03/04/2027 could be two days.
    """

    people: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    month_first: frozenset[str] = frozenset()


type Converted = str | NotUnderstood


def convert(register: AnyRegister, column: str, written: str, said: Meanings) -> Converted:
    """The text of the cell as the register has it."""
    text = meant_by(column, written, said)
    if not text or text.casefold() in _NOTHING:
        return ""
    known = register.by_name[column]
    return _READERS[known.holds](known, text, said)


def meant_by(column: str, written: str, said: Meanings) -> str:
    """A cell's text, or what a person said that it means."""
    return said.values.get(column, {}).get(plain(written)) or written.strip()


def _text(_column: Column, text: str, _said: Meanings) -> Converted:
    return plain("; ".join(line for line in _BULLET.sub("", text).splitlines() if line.strip()))


def _texts(_column: Column, text: str, _said: Meanings) -> Converted:
    return _joined(part for part in _BETWEEN_NAMES.split(text))


def _day(column: Column, text: str, said: Meanings) -> Converted:
    if column.name in said.month_first and could_be_two_days(text):
        what = f'"{plain(text, 40)}" could be two days: other days of this column have their month first.'
        return NotUnderstood(what, "Write year-month-day, for instance 2027-03-31.")
    day = day_in_words(text)
    if day is None:
        return NotUnderstood(f'"{plain(text, 40)}" is not a day.', "Write it as 31/03/2027 or 2027-03-31.")
    return "" if day == NO_END else day.isoformat()


def _flag(column: Column, text: str, _said: Meanings) -> Converted:
    return flag(text) or _unknown_word(column.name, text, ("yes", "no"))


def _number(column: Column, text: str, _said: Meanings) -> Converted:
    plainly = text.replace(",", "")
    if not _NUMBER.fullmatch(plainly):
        return NotUnderstood(f'"{plain(text, 40)}" in "{column}" is not a whole number.', "Write digits only.")
    return str(int(float(plainly)))


def _months(_column: Column, text: str, _said: Meanings) -> Converted:
    if text.isdigit() and len(text) < 6:
        return str(int(text))
    words = " ".join(re.sub(r"(?<=\w)-(?=\w)", " ", text.casefold()).split())
    if words in _MONTHS:
        return _MONTHS[words]
    found = period_from(_EVERY.sub("", words))
    number = found and not found.trigger_kind and re.fullmatch(r"P([0-9]+)([YM])", found.period)
    if not number:
        return NotUnderstood(f'"{plain(text, 40)}" is not a number of months.', "Write 12, or annually.")
    return str(int(number[1]) * (12 if number[2] == "Y" else 1))


def _period(_column: Column, text: str, _said: Meanings) -> Converted:
    found = period_from(text)
    if found is None:
        what = f'"{plain(text, 80)}" is not understood as one period.'
        return NotUnderstood(what, instead_of(text), word=plain(text))
    return found.period


def _person(_column: Column, text: str, said: Meanings) -> Converted:
    name = plain(text)
    if known := said.people.get(name):
        return known.lower()
    angled = _ANGLED.search(name)
    address = (angled[1] or angled[2]) if angled else name
    if is_sign_in_name(address):
        return address.lower()
    what = f'"{plain(name, 80)}" is not a sign-in name.'
    return NotUnderstood(what, "Say under people in the mapping which account is theirs.", person=name)


def _people(column: Column, text: str, said: Meanings) -> Converted:
    parts = [part.strip() for part in re.split(r"[;\n\r]+|,(?=[^<>]*@|[^<>,]*$)", text) if part and part.strip()]
    words = text.split()
    if len(parts) == 1 and len(words) > 1 and all(map(is_sign_in_name, words)):
        parts = words
    read = [_person(column, part, said) for part in parts]
    return next((one for one in read if isinstance(one, NotUnderstood)), None) or _joined(str(one) for one in read)


def _places(_column: Column, text: str, _said: Meanings) -> Converted:
    return _joined(_BETWEEN_PLACES.split(text))


def _choice(column: Column, text: str, _said: Meanings) -> Converted:
    known = column.choices
    return chosen(text, column.name, known) or _unknown_word(column.name, text, known)


def _choices(column: Column, text: str, _said: Meanings) -> Converted:
    known = column.choices
    meant: list[str] = []
    for part in _BETWEEN_NAMES.split(text):
        if part.strip():
            one = chosen(part, column.name, known)
            if one is None:
                return _unknown_word(column.name, text, known)
            meant.append(one)
    return _joined(meant)


def _unknown_word(column: str, text: str, known: Collection[str]) -> NotUnderstood:
    what = f'"{plain(text, 60)}" is not a value of "{column}".'
    return NotUnderstood(what, f"Say under values in the mapping which is meant: {', '.join(known)}.", word=plain(text))


def _joined(parts: Iterable[str]) -> str:
    return ";".join(dict.fromkeys(text for part in parts if (text := plain(part))))


_READERS: Mapping[Holds, Callable[[Column, str, Meanings], Converted]] = {
    Holds.TEXT: _text,
    Holds.TEXTS: _texts,
    Holds.DAY: _day,
    Holds.FLAG: _flag,
    Holds.NUMBER: _number,
    Holds.MONTHS: _months,
    Holds.PERIOD: _period,
    Holds.PERSON: _person,
    Holds.PEOPLE: _people,
    Holds.PLACES: _places,
    Holds.CHOICE: _choice,
    Holds.CHOICES: _choices,
}
