"""The registers as one file that a records manager can edit, or a machine can read. `custos.importing.own_file` takes it back.

Every cell of the workbook is text, whatever it looks like: Excel neither works anything out nor makes another day of a day.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import openpyxl
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from custos.importing.excel_text import text_for_excel
from custos.importing.own_file import ExportedRegisters
from custos.records.column import Holds
from custos.records.register import AnyRegister

type Rows = Sequence[Mapping[str, str]]
_NEEDED = PatternFill("solid", fgColor="FFF2CC")
_TEXT = "@"
_WIDEST, _NARROWEST = 60, 12
_LONGEST_LIST = 255  # characters of a list of choices that Excel takes
_CHOSEN = (Holds.CHOICE, Holds.FLAG)


def as_workbook(registers: Mapping[AnyRegister, Rows]) -> bytes:
    """One sheet a register, named like it: its columns in the first line, those that every row needs marked, words to choose from."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for register, rows in registers.items():
        _fill(book.create_sheet(register.name), register, rows)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_json(registers: Mapping[AnyRegister, Rows]) -> bytes:
    """AnyRegister ► its rows, each column ► text; cells without a text are left out."""
    told = {register.name: [dict(row) for row in rows] for register, rows in registers.items()}
    exported = ExportedRegisters(format=1, registers=told)
    return msgspec.json.format(msgspec.json.encode(exported), indent=1) + b"\n"


def _fill(sheet: Any, register: AnyRegister, rows: Rows) -> None:
    for place, column in enumerate(register.columns, start=1):
        _put(sheet.cell(1, place), column)
        head = sheet.cell(1, place)
        head.font = Font(bold=True)
        if column in register.required:
            head.fill = _NEEDED
        for number, row in enumerate(rows, start=2):
            _put(sheet.cell(number, place), row.get(column, ""))
        longest = max([len(column), *(len(row.get(column, "")) for row in rows)])
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = min(max(longest + 2, _NARROWEST), _WIDEST)
        sheet.column_dimensions[letter].number_format = _TEXT
        _choices(sheet, register, column, letter)
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(register.columns))}{len(rows) + 1}"


def _put(cell: Any, text: str) -> None:
    cell.number_format = _TEXT
    if text:
        cell.value = text_for_excel(text)
        cell.data_type = "s"  # also where it begins with =
        cell.quotePrefix = True
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def _choices(sheet: Any, register: AnyRegister, column: str, letter: str) -> None:
    known = register.by_name[column]
    if known.holds not in _CHOSEN:
        return
    words = ("yes", "no") if known.holds is Holds.FLAG else known.choices
    listed = ",".join(words)
    if words and len(listed) <= _LONGEST_LIST:
        offered = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True, showErrorMessage=False)
        offered.add(f"{letter}2:{letter}1048576")
        sheet.add_data_validation(offered)
