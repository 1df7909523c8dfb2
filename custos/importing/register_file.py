"""Puts converted rows into a register: those that are new are added, those that changed take their row's place, others stay."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from custos.errors import BadInput, Mark, Problem, Severity
from custos.policy.policy_files import read_file
from custos.problems import Problems
from custos.records.csv_file import CsvTable, Room, read_table
from custos.records.load import FOLDER
from custos.records.register import AnyRegister
from custos.untrusted import plain


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell of a row that the register has: its text before and after, "" for none."""

    row: str
    column: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Merge:
    """A register's file as it would be, and how many of its rows are added, changed, the same, and only in the register. `changes`:
    each cell of the changed ones that differs."""

    content: bytes
    added: int
    changed: int
    same: int
    kept: int
    changes: tuple[CellChange, ...] = ()

    @property
    def anything(self) -> bool:
        """Whether the register would say anything else than it does."""
        return bool(self.added or self.changed)


def read_register(directory: Path, register: AnyRegister) -> bytes:
    """The register's file as it is. Raises BadInput when it is not there or cannot be read."""
    name = f"{FOLDER}/{register.file}"
    content = read_file(directory / FOLDER / register.file, name)
    if isinstance(content, Problem):
        what = f"There is no {name} in {plain(str(directory))}." if not (directory / name).exists() else content.what
        raise BadInput([Problem(Mark(plain(str(directory))), what, "`custos init` makes a directory of registers.")])
    return content


def merge(register: AnyRegister, content: bytes, rows: Sequence[Mapping[str, str]]) -> Merge:
    """`rows` put into `content`. Raises BadInput when what is there, or what would be, is no register."""
    before = {_id(register, row): row for row in register_rows(register, content)}
    after = dict(before)
    added = changed = 0
    changes: list[CellChange] = []
    for row in rows:
        key = _id(register, row)
        new = {column: text for column, text in {**before.get(key, {}), **row}.items() if text}
        added += key not in before
        if key in before and before[key] != new:
            changed += 1
            changes += _changes(register, before[key], new)
        after[key] = new
    made = _written(register, list(after.values()))
    register_rows(register, made)
    same = len(rows) - added - changed
    return Merge(made, added, changed, same, len(before) - changed - same, tuple(changes))


def _changes(register: AnyRegister, before: Mapping[str, str], new: Mapping[str, str]) -> list[CellChange]:
    texts = ((column, before.get(column, ""), new.get(column, "")) for column in register.columns)
    return [CellChange(new[register.id], column, old, told) for column, old, told in texts if old != told]


def write_register(directory: Path, register: AnyRegister, content: bytes) -> None:
    """Put the register's file in place of the one that is there, whole or not at all."""
    folder = directory / FOLDER
    try:
        descriptor, beside = tempfile.mkstemp(prefix=f".{register.file}-", dir=folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            Path(beside).chmod(0o644)
            Path(beside).replace(folder / register.file)
        except OSError:
            Path(beside).unlink(missing_ok=True)
            raise
    except OSError as error:
        what = f"It cannot be written: {(error.strerror or str(error)).lower()}."
        raise BadInput([Problem(Mark(f"{FOLDER}/{register.file}"), what, "Check who may write it.")]) from error


def _id(register: AnyRegister, row: Mapping[str, str]) -> str:
    return register.same_row(row.get(register.id, ""))


def register_rows(register: AnyRegister, content: bytes) -> list[dict[str, str]]:
    """Its rows, each column ► text, cells without one left out. Raises BadInput when the file cannot be read."""
    problems = Problems()
    table: CsvTable = read_table(
        f"{FOLDER}/{register.file}",
        content,
        columns=register.columns,
        required=register.required,
        problems=problems,
        room=Room(),
    )
    if problems.errors:
        raise BadInput([problem for problem in problems.all if problem.severity is Severity.ERROR])
    return [{column: cell.text for column, cell in row.items() if cell.text} for row in table.rows]


def _written(register: AnyRegister, rows: Sequence[Mapping[str, str]]) -> bytes:
    out = io.StringIO()
    table = csv.DictWriter(out, register.columns, restval="", lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return out.getvalue().encode()
