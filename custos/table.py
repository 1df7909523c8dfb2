"""A table as the inner rooms see it: rows, writes and what can be done with them. Knows no storage.

`custos.storage.rows.Rows` is the Azure Table that fulfils `Table`. Engine and audit speak to this shape alone, so that
they can be read, typed and tested without Azure.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

type Value = str | int | float | bool | bytes
_UNFIT = re.compile(r"[/\\#?\x00-\x1f\x7f-\x9f%]")

_LONGEST_TEXT = 30_000  # characters; a text property of a row holds 32 K
TRANSACTION_ROWS = 100  # of one partition, each row once


def key_part(text: str) -> str:
    """`text` as a key: unfit characters percent-encoded; beyond 500 characters its digest."""
    fit = _UNFIT.sub(lambda found: "".join(f"%{byte:02X}" for byte in found.group().encode()), text)
    return fit if len(fit) <= 500 else hashlib.sha256(text.encode()).hexdigest()


def in_parts(name: str, text: str) -> dict[str, Value]:
    """`text`, of any length up to a row's, as properties that a row can hold: `Row.long_text` puts them together."""
    starts = range(0, len(text), _LONGEST_TEXT)
    return {f"{name}{number}": text[start : start + _LONGEST_TEXT] for number, start in enumerate(starts)}


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it was read. `etag` is "" on a row that was not read from storage."""

    partition: str
    key: str
    values: Mapping[str, Value] = field(default_factory=dict)
    etag: str = ""

    def text(self, name: str) -> str:
        """The text `name`, "" when the row has none."""
        return str(self.values.get(name, ""))

    def long_text(self, name: str) -> str:
        """The text `name` that `in_parts` made fit, "" when the row has none."""
        parts: list[str] = []
        while part := self.text(f"{name}{len(parts)}"):
            parts.append(part)
        return "".join(parts)

    def number(self, name: str) -> int:
        """The whole number `name`, 0 when the row has none."""
        value = self.values.get(name, 0)
        return int(value) if isinstance(value, (int, float, str)) else 0


@dataclass(frozen=True, slots=True)
class Write:
    """One write of a transaction. `replace` demands the row's ETag; `insert` that no such row exists."""

    how: Literal["insert", "replace", "upsert", "delete"]
    row: Row


class Table(Protocol):
    """Rows by partition and key. Every method raises StorageTrouble when storage cannot be reached."""

    async def get(self, partition: str, key: str) -> Row | None:
        """The row, or None when there is no such row."""
        ...

    async def pick(self, partition: str, keys: Sequence[str]) -> list[Row]:
        """Those of the rows `keys` that there are, in no order."""
        ...

    async def insert(self, row: Row) -> str:
        """Write a new row. Returns its ETag. Raises RowExists."""
        ...

    async def replace(self, row: Row) -> str:
        """Write over the row that was read. Returns its new ETag. Raises RowChanged when it is no longer as it was."""
        ...

    async def upsert(self, row: Row) -> None:
        """Write the row, whatever was there."""
        ...

    def query(self, partition: str | None = None, *, first: str = "", last: str = "") -> AsyncIterator[Row]:
        """The rows of a partition in key order, from `first` to `last` (both included); of all partitions with None."""
        ...

    async def transact(self, writes: Sequence[Write]) -> None:
        """Up to 100 writes in one partition, all or nothing. Raises RowChanged or RowExists when one does not hold."""
        ...
