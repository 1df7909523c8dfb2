"""Takes back what `custos export` made, also when somebody edited it: each register with its own columns, by their names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from custos.did_you_mean import nearest
from custos.errors import BadInput, Mark, Problem
from custos.importing.header import Headed
from custos.importing.mapping import ColumnMapping
from custos.importing.rows import Converted, convert_rows
from custos.importing.sheet import Sheet, SheetCell, refuse
from custos.importing.workbook import MOST_BYTES
from custos.policy.policy_files import read_file
from custos.records.register import AnyRegister
from custos.records.registers import ALL
from custos.untrusted import plain


class ExportedRegisters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The form of the JSON file. `registers`: name ► rows, each column ► text."""

    format: Literal[1]
    registers: dict[str, list[dict[str, str]]]


def read_own(path: Path) -> tuple[dict[AnyRegister, Converted], tuple[str, ...]]:
    """What became of each register that the file holds, and remarks for whoever brings it. A text that its register takes stays as it
    is; another is read as `custos import` reads any. Raises BadInput when the file or a header of it cannot be used.
    """
    file = plain(path.name)
    sheets = _json(file, path) if path.suffix.casefold() == ".json" else _workbook(path)
    known = {register.name: register for register in ALL.values()}
    notes = [note for sheet in sheets for note in sheet.notes]
    notes += [
        f'"{plain(sheet.name, 60)}" is no register, and was not read.'
        for sheet in sheets
        if sheet.name not in known and (sheet.rows or not sheet.notes)
    ]
    ours = {known[sheet.name]: sheet for sheet in sheets if sheet.name in known and sheet.rows}
    if not ours:
        raise refuse(file, "No sheet of it is named like a register.", f"Known: {', '.join(known)}.", "register")
    return {register: _converted(file, sheet, register) for register, sheet in ours.items()}, tuple(notes)


def _workbook(path: Path) -> list[Sheet]:
    from custos.importing.source import read_source

    return read_source(path)


def _json(file: str, path: Path) -> list[Sheet]:
    content = read_file(path, file, most=MOST_BYTES)
    if isinstance(content, Problem):
        raise BadInput([content])
    try:
        told = msgspec.json.decode(content, type=ExportedRegisters)
    except msgspec.MsgspecError as error:
        raise refuse(file, f"This is no JSON of `custos export`: {plain(str(error), 200)}.", "", "json") from error
    return [_sheet(file, name, rows) for name, rows in told.registers.items()]


def _sheet(file: str, name: str, rows: list[dict[str, str]]) -> Sheet:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    place = f"{file}:{plain(name, 60)}"
    lines = [[SheetCell(column, f"{place}:{column}") for column in columns]]
    lines += [
        [SheetCell(row.get(column, ""), f"{place}[{number}].{column}") for column in columns]
        for number, row in enumerate(rows, start=1)
    ]
    return Sheet(name, lines if columns else (), range(1, len(lines) + 1))


def _converted(file: str, sheet: Sheet, register: AnyRegister) -> Converted:
    header, *below = sheet.rows
    names = [cell.text.strip() for cell in header]
    wrong = [
        Problem(Mark(cell.place), _told(name, names), nearest(name, register.columns), code="unknown-column")
        for cell, name in zip(header, names, strict=True)
        if name and (name not in register.columns or names.count(name) > 1)
    ]
    if register.id not in names:
        wrong.append(Problem(Mark(header[0].place), f'There is no column "{register.id}".', "Every row goes by it."))
    if wrong:
        raise BadInput(wrong)
    columns: Mapping[str, str] = {name: name for name in names if name}
    mapping = ColumnMapping(register=register.name, sheet=sheet.name, header_row=sheet.numbers[0], columns=columns)
    headed = Headed(sheet, sheet.numbers[0], tuple(names), below)
    return convert_rows(file, headed, mapping, register, as_written=True)


def _told(name: str, names: list[str]) -> str:
    return (
        f'The column "{plain(name, 60)}" stands twice.'
        if names.count(name) > 1
        else f'Unknown column "{plain(name, 60)}".'
    )
