"""A SharePoint list as a sheet: the names of its columns first, then a line a row, each cell with its place in the list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from custos.importing.sheet import Sheet, SheetCell, refuse
from custos.m365.lists import ColumnType, ListColumn, SharePointList
from custos.records.csv_file import MOST_ROWS
from custos.untrusted import plain


def sheet_of(found: SharePointList, zone: tzinfo) -> Sheet:
    """The sheet. Days are those of `zone`, where the council is: SharePoint keeps a day as the moment at which it began there.

    Raises BadInput for a list of more rows than a register may have, and where whom its numbers mean could not be read at all: one
    sentence, not one for each cell.
    """
    name = plain(found.title, 60)
    if len(found.rows) > MOST_ROWS:
        raise refuse(name, f"The list has more than {MOST_ROWS:,} rows.", "Is this the right list?", "size")
    rows = [[SheetCell(plain(column.title), f"{name}:{plain(column.title)}") for column in found.columns]]
    for number, fields in found.rows.items():
        cells = []
        for column in found.columns:
            text, fault = _cell(fields, column, found.people, zone)
            if fault and found.people_unread and column.type is ColumnType.PERSON:
                what = f"Whom the column {plain(column.title, 60)} means could not be read: {plain(found.people_unread, 200)}"
                raise refuse(
                    name, what, "Let the observer read the site's User Information List, and import again.", "people"
                )
            cells.append(SheetCell(text, f"{name}:item {plain(number, 20)}:{plain(column.title, 60)}", fault))
        rows.append(cells)
    notes = (
        (f"{found.unidentified:,} rows have no number that can be read, and were left out.",)
        if found.unidentified
        else ()
    )
    return Sheet("", rows, [1, *(int(number) if number.isdecimal() else 0 for number in found.rows)], notes)


def _cell(fields: Mapping[str, Any], column: ListColumn, people: Mapping[str, str], zone: tzinfo) -> tuple[str, str]:
    """The text of a cell, and why its value cannot be known."""
    if column.type is ColumnType.PERSON:
        return _persons(fields, column, people)
    value = fields.get(column.name)
    if isinstance(value, str) and value and column.type in (ColumnType.DAY, ColumnType.MOMENT):
        try:
            return datetime.fromisoformat(value).astimezone(zone).date().isoformat(), ""
        except ValueError:
            return "", "Microsoft tells a day here that is none."
    return _text(value)


def _text(value: Any) -> tuple[str, str]:
    match value:
        case None:
            return "", ""
        case bool():
            return ("yes" if value else "no"), ""
        case float() if value.is_integer():
            return str(int(value)), ""
        case str() | int() | float():
            return str(value), ""
        case {"Url": str(url)}:
            return url, ""
        case list() if all(isinstance(one, str) for one in value):
            return "; ".join(value), ""
    return "", "This kind of column is not understood: put its value into a column of text."


def _persons(fields: Mapping[str, Any], column: ListColumn, people: Mapping[str, str]) -> tuple[str, str]:
    """Sign-in names of whoever the cell names: one by a number that the site's list of people explains, several with their addresses."""
    several = fields.get(column.name)
    if isinstance(several, list):
        named = [
            one.get("Email") or people.get(str(one.get("LookupId", ""))) for one in several if isinstance(one, dict)
        ]
        whole = len(named) == len(several) and all(named)
        return ("; ".join(map(str, named)), "") if whole else ("", "Microsoft does not tell who everybody here is.")
    number = fields.get(f"{column.name}LookupId")
    if number is None:
        return "", ""
    found = people.get(str(number), "")
    return (found, "") if found else ("", f"Microsoft does not tell who person {plain(str(number), 20)} is.")
