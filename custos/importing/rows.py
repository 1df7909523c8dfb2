"""Every row of a council's sheet as a row of a register, or what of it was not understood.

A converted row is asked of the register itself, by the very function that reads it later: what Custos would refuse is said now, with
the cell of the sheet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from custos.errors import Mark, Problem
from custos.importing.columns import same_name
from custos.importing.convert import Meanings, NotUnderstood, convert, meant_by
from custos.importing.days import month_stands_first
from custos.importing.header import Headed
from custos.importing.mapping import FROM_PERIOD, PUT_IN, ColumnMapping
from custos.importing.periods import period_from, trigger_from
from custos.importing.sheet import SheetCell, refuse
from custos.problems import Problems
from custos.records.cells import RegisterRow, unique
from custos.records.column import Holds
from custos.records.csv_file import FORMULA, Cell, no_text
from custos.records.register import AnyRegister
from custos.records.registers.schedule import SCHEDULE
from custos.untrusted import plain
from custos.wording import many

_LISTED = 20  # columns that are named in a sentence
_FOR_INSTANCE = {"trigger_kind": "created", "trigger_text": "Creation"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """What became of a sheet. `rows` have column ► text and are sound; `problems` say what was not understood, in order.

    `left_out`: rows with a problem. `people` and `words` (column ► words) are what a mapping could say. `unread`: what of the file
    stands in no column of the mapping, in sentences.
    """

    rows: Sequence[Mapping[str, str]]
    left_out: int
    problems: tuple[Problem, ...]
    people: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]]
    unread: tuple[str, ...]


def convert_rows(
    file: str, headed: Headed, mapping: ColumnMapping, register: AnyRegister, *, as_written: bool = False
) -> Converted:
    """Every row below the header. Raises BadInput when the mapping names columns that the file does not have.

    `as_written`: a row that the register takes as it is stays so, to the letter; only another is converted.
    """
    missing = [theirs for theirs, ours in mapping.columns.items() if ours and theirs not in headed.names]
    if missing:
        what = f'The file has no column "{missing[0]}", which the mapping names.'
        raise refuse(file, what, f"Its columns: {', '.join(filter(None, headed.names))}.", "header")
    places = {ours: headed.names.index(theirs) for theirs, ours in mapping.columns.items() if ours}
    said = Meanings(
        people=_said(mapping.people), values=mapping.values, month_first=_month_first(headed, places, register)
    )
    reader = _Reader(register, places, mapping, said)
    read = [(as_written and reader.row_as_written(cells)) or reader.row(cells) for cells in headed.rows]
    unique(((row, row.text(register.id)) for row, _ in read), register.id, "The id", register.same_row)
    return Converted(
        rows=[texts for row, texts in read if row.sound],
        left_out=sum(not row.sound for row, _ in read),
        problems=(*_blanks(file, register, mapping), *(problem for one in reader.noted for problem in one.all)),
        people=tuple(reader.people),
        words={column: tuple(words) for column, words in reader.words.items()},
        unread=tuple(_unread(headed, mapping)),
    )


def _unread(headed: Headed, mapping: ColumnMapping) -> Iterable[str]:
    if unknown := [f'"{plain(name, 60)}"' for name in headed.names if name and name not in mapping.columns]:
        listed = ", ".join(unknown[:_LISTED]) + (
            f" and {len(unknown) - _LISTED:,} more" if len(unknown) > _LISTED else ""
        )
        yield f'The mapping does not name {listed}: left out. Write each under columns, with "" to leave it out for good.'
    named = {place for place, name in enumerate(headed.names) if name}
    beside = [
        cell
        for row in headed.rows
        for place, cell in enumerate(row)
        if place not in named and (cell.text or cell.fault)
    ]
    if beside:
        values = many(len(beside), "value stands", "values stand")
        left_out = "was left out" if len(beside) == 1 else "were left out"
        yield f"{values} under no column's name and {left_out}, the first at {beside[0].place}. Write its name into the header."


def unsaid(register: AnyRegister, mapping: ColumnMapping) -> list[str]:
    """Columns that every row needs and that nothing fills: neither a column of theirs nor a word under `always`."""
    have = {*mapping.columns.values(), *(column for column, text in mapping.always.items() if text)}
    if register is SCHEDULE and "period" in have:
        have.update(FROM_PERIOD)
    return [column for column in register.required if column not in have]


def _blanks(file: str, register: AnyRegister, mapping: ColumnMapping) -> Iterable[Problem]:
    for column in unsaid(register, mapping):
        what = f'No column of the file is "{column}", which every row needs.'
        yield Problem(Mark(file), what, "Map one to it, or say it under always in the mapping.", code="missing-column")


def _said(words: Mapping[str, str]) -> dict[str, str]:
    return {theirs: ours for theirs, ours in words.items() if ours}


def _month_first(headed: Headed, places: Mapping[str, int], register: AnyRegister) -> frozenset[str]:
    def texts(place: int) -> Iterable[str]:
        return (row[place].text for row in headed.rows if place < len(row))

    days = {column: place for column, place in places.items() if register.by_name[column].holds is Holds.DAY}
    return frozenset(column for column, place in days.items() if month_stands_first(texts(place)))


class _Reader:
    def __init__(
        self, register: AnyRegister, places: Mapping[str, int], mapping: ColumnMapping, said: Meanings
    ) -> None:
        self._register = register
        self._places = places
        self._mapping = mapping
        self._said = said
        self._unsaid = frozenset(unsaid(register, mapping))
        self.noted: list[Problems] = []
        self.people: dict[str, None] = {}
        self.words: dict[str, dict[str, None]] = {}

    def row_as_written(self, cells: Sequence[SheetCell]) -> tuple[RegisterRow, Mapping[str, str]] | None:
        """A row as it stands, with its texts; None when the register would not take it."""
        problems = Problems()
        begun = Mark(cells[0].place)
        read = {
            column: Cell(cells[place].text, Mark(cells[place].place)) if place < len(cells) else Cell("", begun)
            for column, place in self._places.items()
        }
        if any(cells[place].fault for place in self._places.values() if place < len(cells)):
            return None
        if self._unsaid or any(no_text(cell.text) for cell in read.values() if cell.text):
            return None
        row = RegisterRow(
            {column: read.get(column, Cell("", begun)) for column in self._register.columns},
            problems,
            self._register.by_name,
        )
        self._register.make(row)
        if not row.sound or any(cell.text != " ".join(cell.text.split()) for cell in read.values()):
            return None
        self.noted.append(problems)
        return row, {column: cell.text for column, cell in read.items()}

    def row(self, cells: Sequence[SheetCell]) -> tuple[RegisterRow, Mapping[str, str]]:
        """A row as the register reads it, with its texts. What is wrong is noted under the row's own problems."""
        problems = Problems()
        self.noted.append(problems)
        begun = Mark(cells[0].place)
        read: dict[str, Cell] = {}
        for column in self._register.columns:
            place = self._places.get(column)
            if place is not None and place < len(cells):
                read[column] = self._cell(column, cells[place], problems)
            else:
                read[column] = Cell("", begun, faulty=column in self._unsaid)
        self._derive(read, cells, problems)
        texts = {column: cell.text for column, cell in read.items()}
        for column, always in self._mapping.always.items():
            if not read[column].text and not read[column].faulty and always:
                text = plain(PUT_IN.sub(lambda found: texts[found[1]], always))
                read[column] = Cell(text, read[column].mark)
        row = RegisterRow(read, problems, self._register.by_name)
        self._register.make(row)
        return row, {column: cell.text for column, cell in read.items() if cell.text or column in self._places}

    def _cell(self, column: str, cell: SheetCell, problems: Problems) -> Cell:
        mark = Mark(cell.place)
        if cell.fault:
            problems.error(mark, cell.fault, "Write the value.", code=FORMULA)
            return Cell("", mark, faulty=True)
        made = convert(self._register, column, cell.text, self._said)
        if isinstance(made, NotUnderstood):
            problems.error(mark, made.what, made.remedy, code="not-understood")
            if made.person:
                self.people[made.person] = None
            if made.word:
                self.words.setdefault(column, {})[made.word] = None
            return Cell("", mark, faulty=True)
        if refused := no_text(made) if made else None:
            problems.error(mark, *refused, code=FORMULA)
            return Cell("", mark, faulty=True)
        return Cell(made, mark)

    def _derive(self, read: dict[str, Cell], cells: Sequence[SheetCell], problems: Problems) -> None:
        """From when a period is counted, where its words or those of its trigger say so."""
        place = self._places.get("period")
        if self._register is not SCHEDULE or place is None:
            return
        cell = cells[place] if place < len(cells) else SheetCell("", cells[-1].place)
        words, mark = period_from(meant_by("period", cell.text, self._said)), Mark(cell.place)
        kind, text = (words.trigger_kind, words.trigger_text) if words else ("", "")
        if told := read["trigger_text"].text:
            if kind not in ("", "permanent") and not _says_as_much(told, text):
                what = f'The period is counted from "{plain(text, 60)}", and the trigger says "{plain(told, 60)}".'
                problems.error(mark, what, "Write the same in both, or the period alone.", code="two-triggers")
                read["trigger_text"] = Cell("", mark, faulty=True)
                return
            kind, text = kind if kind == "permanent" else trigger_from(told), told
        for column, found in zip(FROM_PERIOD, (kind, text), strict=True):
            if not read[column].text and not read[column].faulty and found:
                read[column] = Cell(found, mark)
        missing = [
            column
            for column in FROM_PERIOD
            if not read[column].text and not read[column].faulty and not self._mapping.always.get(column)
        ]
        if missing and words:
            own = next((read[column].mark for column in missing if column in self._places), mark)
            what = f'"{plain(cell.text, 60)}" does not say from when it is counted.'
            said = ", ".join(f"{column}: {_FOR_INSTANCE[column]}" for column in missing)
            remedy = (
                f"Write for instance 6 years after closure, or under always in the mapping for every such row: {said}."
            )
            problems.error(own, what, remedy, code="no-trigger")
        for column in missing:
            read[column] = Cell("", read[column].mark, faulty=True)


def _says_as_much(told: str, words: str) -> bool:
    """Whether what a column says of the trigger leaves out nothing that the words of the period say."""
    kind = trigger_from(words)
    return same_name(words) in same_name(told) or (kind != "event" and kind == trigger_from(told))
