"""What is said of a register, once: its columns, how a row becomes a record, what is checked, and its words.

| part | read by |
|---|---|
| file, columns | the reader, `custos init` (the header), `custos import` (which column is which), docs/registers.md (by a test) |
| make, refers, check, optional | `custos validate`, and everything that loads the files (`custos.records.load`) |
| rows, key, noun | what is told when an id stands twice, and when a version of the file loses rows (`custos.records.lost_rows`) |
| remarks | `custos register`, `custos status` |
| purpose | the page that `custos init` puts beside the registers |
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from custos.problems import Problems
from custos.records.cells import RegisterRow, same_id
from custos.records.column import Column, Holds
from custos.records.model import Records
from custos.records.remark import Remark


@dataclass(frozen=True, slots=True)
class Refers:
    """A column whose values name rows of another register. `usable`: the row must also be one that may be used (`Register.unusable`)."""

    column: str
    file: str
    usable: bool = True


@dataclass(frozen=True, slots=True)
class Cells:
    """The row of which each record was made, by the record's identity."""

    rows: Mapping[int, RegisterRow]

    def of(self, record: object) -> RegisterRow:
        """The row of a record."""
        return self.rows[id(record)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check[T]:
    """What a register's check is given: its rows with what was made of them, sound or not; the sound records of all; the
    files of all registers; where to say."""

    rows: Sequence[tuple[RegisterRow, T]]
    records: Records
    registers: Collection[str]
    cells: Cells
    problems: Problems


@dataclass(frozen=True, kw_only=True, eq=False)
class Register[T]:
    """One register. Its first column names a row; `unique`: no two rows have the same name.

    `noun` is one of its rows, in a sentence. `rows` are its records out of all, None: under its file in `Records.further`; `key` names a
    record. `unusable` says why a row may not be referred to (what, remedy, code). `remarks`: what needs attention at a day, and what
    will by a second one. `twice`: what to do about a row whose name stands twice. `optional`: a council that has no such
    file has no such rows.
    """

    file: str
    noun: str
    purpose: str
    table: tuple[Column, ...]
    make: Callable[[RegisterRow], T]
    rows: Callable[[Records], Iterable[T]] | None = None
    key: Callable[[T], str] = lambda row: str(row.id)  # type: ignore[attr-defined]  # most records have one
    unique: bool = True
    twice: str = "Give each row its own id."
    refers: tuple[Refers, ...] = ()
    unusable: Callable[[T], tuple[str, str, str] | None] = lambda _: None
    check: Callable[[Check[T]], None] | None = None
    remarks: Callable[[Records, date, date], Iterable[Remark]] | None = None
    optional: bool = False

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """Its columns."""
        return {column.name: column for column in self.table}

    @property
    def columns(self) -> tuple[str, ...]:
        """Their names, in order."""
        return tuple(self.by_name)

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The columns that every row needs."""
        return tuple(column.name for column in self.table if column.required)

    @property
    def name(self) -> str:
        """What people call it at the terminal."""
        return self.file.removesuffix(".csv")

    @property
    def id(self) -> str:
        """The column that names a row: the first."""
        return self.table[0].name

    def same_row(self, written: str) -> str:
        """An id as it is compared: rows that are called alike are one row; places differ by their spaces too."""
        return same_id(written) if self.unique else " ".join(written.split()).casefold()

    def of(self, records: Records) -> Sequence[T]:
        """Its records."""
        found: Iterable[Any] = self.rows(records) if self.rows else records.further.get(self.file, ())
        return tuple(found)

    def several(self, column: str) -> bool:
        """Whether a cell of a column may hold several values."""
        return self.by_name[column].holds is Holds.TEXTS


type AnyRegister = Register[Any]
"""Of whatever records."""
