"""Reads an Excel workbook (.xlsx) as it was saved: values, not formulas, of its visible sheets, within bounds.

A workbook is an archive from outside: what it unpacks to is added up before anything is unpacked, and a document type, by which XML
could grow without end, is refused before any parser sees it.
Sources: https://openpyxl.readthedocs.io/en/stable/optimized.html (read-only mode), https://openpyxl.readthedocs.io/en/stable/#security
"""

from __future__ import annotations

import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from itertools import islice
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from custos.importing.excel_text import text_of_excel
from custos.importing.merged_cells import Merged, merged_cells
from custos.importing.sheet import Sheet, SheetCell, refuse
from custos.records.csv_file import MOST_CHARACTERS_A_CELL, MOST_COLUMNS, MOST_LINES, MOST_ROWS
from custos.untrusted import plain
from custos.wording import yes_or_no

MOST_BYTES = 20_000_000
MOST_UNPACKED = 100_000_000
MOST_PARTS = 2_000
MOST_SHEETS = 50
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # a password, or a workbook of Excel before 2007
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_DOCTYPE = ("<!DOCTYPE".encode("ascii"), "<!DOCTYPE".encode("utf-16-le"), "<!DOCTYPE".encode("utf-16-be"))
_UNREADABLE = (
    InvalidFileException, ParseError, zipfile.BadZipFile, zlib.error, AttributeError, EOFError, IndexError, KeyError, OSError,
    OverflowError, RuntimeError, TypeError, ValueError,
)  # fmt: skip
"""What openpyxl and zipfile raise on a workbook that is damaged or was never one."""
_SAVE_AGAIN = "Open it in Excel and save it as Excel Workbook (.xlsx)."


def read_workbook(file: str, content: bytes, wanted: str = "") -> list[Sheet]:
    """The visible sheets of a workbook, or the one named `wanted`; of a hidden one its name and a note.

    Raises BadInput, in one sentence, when it cannot be read."""
    _check(file, content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells of formats and validations that it leaves out
            return list(_sheets(file, content, wanted))
    except _UNREADABLE as error:
        raise refuse(file, "This workbook is damaged, or it is not a workbook.", _SAVE_AGAIN) from error


def _check(file: str, content: bytes) -> None:
    if content.startswith(_COMPOUND):
        if _ENCRYPTED in content:
            raise refuse(file, "The workbook has a password.", "Take it off in Excel: File, Info, Protect Workbook.")
        raise refuse(file, "This is a workbook of Excel before 2007.", _SAVE_AGAIN)
    if len(content) > MOST_BYTES:
        what = f"The workbook has {len(content):,} bytes; {MOST_BYTES:,} are read at most."
        raise refuse(file, what, "Save the sheet alone, or as CSV.", "size")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                what = f"The workbook unpacks to more than {MOST_UNPACKED:,} bytes or {MOST_PARTS:,} parts."
                raise refuse(file, what, "Save the sheet alone, or as CSV.", "size")
            for part in parts:
                if part.filename.endswith((".xml", ".rels")) and _declares(archive.read(part)):
                    raise refuse(file, "The workbook declares a document type, which Excel never does.", _SAVE_AGAIN)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise refuse(file, "This is no Excel workbook.", _SAVE_AGAIN) from error


def _declares(part: bytes) -> bool:
    return any(begin in part for begin in _DOCTYPE)


def _sheets(file: str, content: bytes, wanted: str) -> Iterator[Sheet]:
    shown = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    written = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    if len(shown.worksheets) > MOST_SHEETS:
        raise refuse(file, f"The workbook has more than {MOST_SHEETS} sheets.", "Save the sheet alone.", "size")
    names = [sheet.title for sheet in shown.worksheets]
    if wanted and wanted not in names:
        raise refuse(file, f'There is no sheet "{plain(wanted, 80)}".', f"Its sheets: {plain(', '.join(names), 300)}.")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        merged = merged_cells(archive)
    for values, formulas in zip(shown.worksheets, written.worksheets, strict=True):
        if wanted == values.title or (not wanted and values.sheet_state == "visible"):
            yield _sheet(f"{file}:{plain(values.title)}", values, formulas, merged.get(values.title, ()))
        elif values.sheet_state != "visible":
            told = f'The sheet "{plain(values.title, 80)}" is hidden, and was not read: --sheet reads it.'
            yield Sheet(values.title, (), (), (told,))


def _sheet(place: str, values: Any, formulas: Any, merged: Sequence[Merged]) -> Sheet:
    rows: list[list[SheetCell]] = []
    numbers: list[int] = []
    worked_out = 0
    over = {(one.top, one.left): one for one in merged}
    below: dict[int, tuple[Merged, SheetCell]] = {}  # column ► the merged cell that reaches down to this row
    both = zip(_rows(values), _rows(formulas), strict=False)
    for number, (shown, written) in enumerate(islice(both, MOST_LINES), start=1):
        cells: list[SheetCell] = []
        width = max((place for place, formula in enumerate(written, start=1) if formula.value is not None), default=0)
        reached = max((column for column, (one, _) in below.items() if number <= one.bottom), default=0)
        both_cells = zip(shown[: max(width, reached)], written, strict=False)
        for column, (value, formula) in enumerate(both_cells, start=1):
            where = f"{place}!{get_column_letter(column)}{number}"
            is_formula = formula.data_type == "f"
            worked_out += is_formula and value.value is not None
            cell = _cell(value, where, is_formula=is_formula)
            if column in below and number <= below[column][0].bottom:
                cell = SheetCell(below[column][1].text, where, below[column][1].fault)
            elif (begun := over.get((number, column))) is not None and begun.bottom > number:
                below[column] = (begun, cell)
            cells.append(cell)
        if any(cell.text or cell.fault for cell in cells):
            rows.append(cells)
            numbers.append(number)
        if len(rows) > MOST_ROWS + _ABOVE:
            file = place.partition(":")[0]
            raise refuse(file, f"The sheet has more than {MOST_ROWS:,} rows.", "Is this the right sheet?", "size")
    notes = [f"Formulas: {worked_out:,}. What Excel last worked out was taken."] if worked_out else []
    down = [one.name for one in merged if one.bottom > one.top]
    if down:
        listed = ", ".join(down[:_LISTED]) + (" and more" if len(down) > _LISTED else "")
        notes.append(f"Merged cells ({listed}): their value was taken for each of their rows.")
    return Sheet(values.title, rows, numbers, tuple(notes))


_ABOVE = 20  # lines of titles above a header
_LISTED = 5


def _rows(sheet: Any) -> Iterator[tuple[Any, ...]]:
    rows: Iterator[tuple[Any, ...]] = sheet.iter_rows(
        min_row=1, max_col=min(sheet.max_column or MOST_COLUMNS, MOST_COLUMNS)
    )
    return rows


def _cell(cell: Any, where: str, *, is_formula: bool) -> SheetCell:
    value = cell.value
    if cell.data_type == "e":
        return SheetCell("", where, f"Excel shows {plain(str(value), 20)} here, and no value.")
    if value is None and is_formula:
        return SheetCell("", where, "This is a formula that Excel never worked out.")
    if value is None or isinstance(value, str):
        text = text_of_excel(value or "").strip()
        if len(text) > MOST_CHARACTERS_A_CELL:
            return SheetCell("", where, f"The cell has {len(text):,} characters; {MOST_CHARACTERS_A_CELL:,} fit.")
        return SheetCell(text, where)
    return SheetCell(*_written(value, where))


def _written(value: object, where: str) -> tuple[str, str] | tuple[str, str, str]:
    """A value that is no text, as a register has it."""
    match value:
        case bool():
            return yes_or_no(value), where
        case datetime():
            midnight = value.time() == time()
            return (value.date().isoformat() if midnight else value.isoformat(sep=" ")), where
        case date():
            return value.isoformat(), where
        case int():
            return str(value), where
        case float():
            return (str(int(value)) if value.is_integer() else repr(value)), where
    return "", where, f"A value of the kind {type(value).__name__} is not understood."
