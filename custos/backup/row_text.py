"""A row of a table as one line of JSON, to the letter: what comes back is of the kind that it was.

Texts, numbers and truth values stand as they are; every other kind of the table service has its name beside it.
Source: https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model#property-types
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from azure.data.tables import EdmType, EntityProperty

from custos.table import Row

_BACK: Mapping[str, Callable[[str], Any]] = {
    "binary": base64.b64decode,
    "int64": lambda text: EntityProperty(int(text), EdmType.INT64),
    "moment": datetime.fromisoformat,
    "guid": UUID,
}


def line_of(row: Row) -> bytes:
    """The line, with its end."""
    values = {name: _told(value) for name, value in row.values.items()}
    return json.dumps([row.partition, row.key, values], separators=(",", ":"), sort_keys=True).encode() + b"\n"


def row_of(line: bytes) -> Row:
    """The row that a line holds. Raises ValueError for a line that holds none."""
    match json.loads(line):
        case [str(partition), str(key), dict(values)]:
            return Row(partition, key, {name: _meant(value) for name, value in values.items()})
    raise ValueError("a line holds no row")


def _told(value: Any) -> Any:
    match value:
        case str() | bool() | int() | float():
            return value
        case bytes():
            return {"binary": base64.b64encode(value).decode()}
        case datetime():
            return {"moment": value.isoformat()}
        case UUID():
            return {"guid": str(value)}
        case (number, EdmType.INT64):
            return {"int64": str(number)}
    raise ValueError(f"a value of the kind {type(value).__name__} cannot be kept")


def _meant(value: Any) -> Any:
    match value:
        case dict() if len(value) == 1 and (known := next(iter(value))) in _BACK:
            return _BACK[known](str(value[known]))
        case str() | bool() | int() | float():
            return value
    raise ValueError("a line holds a value of no known kind")
