"""Which cells of a workbook are merged: read-only mode does not say, the sheets' own parts do.

Source: ECMA-376 part 1, 18.3.1.55 (mergeCells), 18.2.20 (sheets)
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import fromstring

from openpyxl.utils import range_boundaries

MOST = 5_000  # merged ranges of a sheet that are looked at
_RANGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=\"([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})\"")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True, slots=True)
class Merged:
    """One merged range: columns and rows count from 1, the last ones are part of it."""

    name: str
    left: int
    top: int
    right: int
    bottom: int


def merged_cells(archive: zipfile.ZipFile) -> Mapping[str, tuple[Merged, ...]]:
    """Title of a sheet ► its merged ranges. Callers have made sure that no part declares a document type."""
    relations = fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {one.get("Id", ""): one.get("Target", "") for one in relations}
    found: dict[str, tuple[Merged, ...]] = {}
    for sheet in fromstring(archive.read("xl/workbook.xml")).iter(f"{_MAIN}sheet"):  # noqa: S314
        target = targets.get(sheet.get(_RELATION, ""), "")
        part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
        if part in archive.namelist():
            found[sheet.get("name", "")] = tuple(map(_merged, _RANGE.findall(archive.read(part))[:MOST]))
    return found


def _merged(written: bytes) -> Merged:
    name = written.decode("ascii")
    left, top, right, bottom = range_boundaries(name)
    return Merged(name, left, top, right, bottom)
