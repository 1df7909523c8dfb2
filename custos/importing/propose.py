"""A first mapping of a file's columns: by their names, by what councils call them, by what is in them. For a person to look through."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from custos.importing.columns import names_of, same_name
from custos.importing.header import Headed
from custos.importing.mapping import ColumnMapping
from custos.importing.periods import period_from
from custos.importing.rows import unsaid
from custos.importing.words import chosen
from custos.records.address import looks_like_address
from custos.records.column import Column, Holds
from custos.records.register import AnyRegister
from custos.records.sign_in_name import is_sign_in_name

_ALIKE = 0.86
_LOOKED_AT = 50  # cells of a column whose content is looked at
_MOSTLY = 0.8  # of them that have to be so


@dataclass(frozen=True, slots=True)
class Proposed:
    """One column of theirs, ours for it ("" for none), and how it was found."""

    theirs: str
    ours: str
    how: str


def propose(headed: Headed, register: AnyRegister) -> tuple[ColumnMapping, tuple[Proposed, ...]]:
    """A mapping with what is found, and a blank under `always` for each column that every row needs and nothing was found for."""
    found: dict[str, Proposed] = {}
    ways: Sequence[tuple[str, Callable[[str, int, Column], bool]]] = (
        ("its name", lambda theirs, _, ours: same_name(theirs) == same_name(ours.name)),
        ("what it is called", lambda theirs, _, ours: same_name(theirs) in names_of(ours)),
        ("a name like it", lambda theirs, _, ours: _nearly(theirs, ours)),
        ("what is in it", lambda _, place, ours: _is_full_of(_texts(headed, place), ours)),
    )
    for how, fits in ways:
        for ours in _in_turn(register):
            taken = {one.ours for one in found.values()}
            left = [(place, name) for place, name in enumerate(headed.names) if name and name not in found]
            likely = [name for place, name in left if ours.name not in taken and fits(name, place, ours)]
            if how == "what is in it" and len(likely) > 1:
                continue
            if likely:
                first = min(likely, key=lambda name: _rank(name, ours))
                found[first] = Proposed(first, ours.name, how)
    proposed = tuple(found.get(name, Proposed(name, "", "nothing")) for name in headed.names if name)
    columns = {one.theirs: one.ours for one in proposed}
    mapping = ColumnMapping(
        register=register.name,
        sheet=headed.sheet.name,
        header_row=headed.number,
        columns=columns,
    )
    return replace(mapping, always=dict.fromkeys(unsaid(register, mapping), "")), proposed


def _in_turn(register: AnyRegister) -> list[Column]:
    """Columns that every row needs choose first."""
    return sorted(register.table, key=lambda column: not column.required)


def _rank(theirs: str, ours: Column) -> int:
    names = names_of(ours)
    plain = same_name(theirs)
    return names.index(plain) if plain in names else len(names)


def _nearly(theirs: str, ours: Column) -> bool:
    plain = same_name(theirs)
    return any(len(name) > 4 and SequenceMatcher(None, plain, name).ratio() >= _ALIKE for name in names_of(ours))


def _texts(headed: Headed, place: int) -> list[str]:
    return [row[place].text for row in headed.rows[:_LOOKED_AT] if place < len(row) and row[place].text]


def _is_full_of(texts: Sequence[str], ours: Column) -> bool:
    """Whether cells hold what a column holds, where that can be told by looking."""
    if not texts or not ours.required:
        return False
    tests: Mapping[Holds, Callable[[str], object]] = {
        Holds.PERIOD: period_from,
        Holds.PERSON: is_sign_in_name,
        Holds.PLACES: looks_like_address,
        Holds.CHOICE: lambda text: chosen(text, ours.name, ours.choices),
    }
    test = tests.get(ours.holds)
    return test is not None and sum(bool(test(text)) for text in texts) >= _MOSTLY * len(texts)
