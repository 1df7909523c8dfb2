"""Which sheet of a file holds a register, and which of its rows is the header."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from custos.importing.columns import names_of, same_name
from custos.importing.sheet import Sheet, SheetCell, refuse
from custos.records.register import AnyRegister
from custos.untrusted import plain

_LOOKED_AT = 20  # rows in which a header is looked for
_SURE = 2  # names known in a row that is a header


@dataclass(frozen=True, slots=True)
class Headed:
    """A sheet with its header: `names` of the columns, "" for one without; `rows` below it with their numbers in the file."""

    sheet: Sheet
    number: int
    names: tuple[str, ...]
    rows: Sequence[Sequence[SheetCell]]


def find_header(file: str, sheets: Sequence[Sheet], register: AnyRegister, wanted: int = 0) -> Headed:
    """The sheet that holds the register, with the notes of those that were not read, and its header; `wanted` is the header's row where
    a person said so.

    Raises BadInput, in one sentence, when there is none, or two that could be it.
    """
    known = frozenset(name for column in register.table for name in names_of(column))
    rated = [(max(_scores(sheet, known), default=0), sheet) for sheet in sheets if sheet.rows]
    unread = tuple(note for sheet in sheets if not sheet.rows for note in sheet.notes)
    if not rated:
        what = " ".join(("There is nothing in it that could be read.", *unread))
        raise refuse(file, what, "Is this the right file?", "empty")
    best = max(score for score, _ in rated)
    likely = [sheet for score, sheet in rated if score == best]
    if len(likely) > 1:
        names = ", ".join(plain(sheet.name, 60) for sheet in likely)
        raise refuse(file, f"Several sheets could be the register: {names}.", "Say which with --sheet.")
    sheet = replace(likely[0], notes=(*likely[0].notes, *unread))
    place = _header_row(file, sheet, known, wanted)
    return _headed(file, sheet, place)


def _header_row(file: str, sheet: Sheet, known: frozenset[str], wanted: int) -> int:
    if wanted:
        if wanted not in sheet.numbers:
            raise refuse(
                file, f"Row {wanted} of the sheet is empty or is not there.", "Correct header_row in the mapping."
            )
        return sheet.numbers.index(wanted)
    scores = _scores(sheet, known)
    place = scores.index(max(scores))
    if scores[place] == 0:
        raise refuse(file, "No row of the sheet holds names of columns that are known.", _say_which(1))
    second = place + 1
    if second < len(scores) and scores[second] >= _SURE:
        what = f"Rows {sheet.numbers[place]} and {sheet.numbers[second]} both look like a header."
        raise refuse(file, what, f"Keep one. {_say_which(sheet.numbers[place])}", "header")
    return place


def _say_which(row: int) -> str:
    return (
        f"Say which it is in a mapping that holds one line, header_row: {row} for instance: a proposal is made of it."
    )


def _scores(sheet: Sheet, known: frozenset[str]) -> list[int]:
    """How many names of columns are known in each of the first rows."""
    return [len({same_name(cell.text) for cell in row} & known) for row in sheet.rows[:_LOOKED_AT]]


def _headed(file: str, sheet: Sheet, place: int) -> Headed:
    names = tuple(plain(cell.text, 100) for cell in sheet.rows[place])
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise refuse(
            file, f'The column "{twice[0]}" is twice in the header.', "Give one of them another name.", "header"
        )
    return Headed(sheet, sheet.numbers[place], names, sheet.rows[place + 1 :])
