"""What was written into the mirror and not evaluated since: one row a drive, marked *before* the write it tells of.

    sync:       lease ► mark ► commit ► … ► lease let go
    evaluation: marks read ► is the drive's lease free? ► facts read ► evaluated ► marks cleared that are still as they were read

A mark that is found while nobody holds its drive's lease is of a finished commit, or of a worker that died: either way all
that it names is in the mirror. A mark of a drive that is being synced stays for the next evaluation. So whatever dies
wherever, nothing that changed is left out, and nothing is evaluated for longer than until it was evaluated once.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from custos.errors import RowChanged, RowExists
from custos.storage.account import Account
from custos.storage.lease import is_free
from custos.storage.rows import Row, Rows, Value, key_part

TABLE = "pendingchanges"
AT_MOST = 5_000
"""Ids kept of one drive; when more changed, everything in it did."""

_PARTITION = "drive"
_CHUNK = 30_000  # characters; a text property of a row holds 32 K
_KINDS = ("items", "below")


@dataclass(frozen=True, slots=True)
class ChangedItems:
    """What changed in one drive: ids of `items`, removed ones too, and of folders of which everything `below` changed as well.

    That is what a folder passes on: its address, who it is shared with. `whole`: too much to name.
    """

    items: frozenset[str] = frozenset()
    below: frozenset[str] = frozenset()
    whole: bool = False

    @classmethod
    def of(cls, *items: Iterable[str], below: Iterable[str] = ()) -> ChangedItems:
        """These items and folders."""
        return cls() | cls(frozenset[str]().union(*items), frozenset(below))

    def __or__(self, other: ChangedItems) -> ChangedItems:
        whole = self.whole or other.whole or len(self.items | other.items) > AT_MOST
        return ChangedItems(whole=True) if whole else ChangedItems(self.items | other.items, self.below | other.below)

    def __bool__(self) -> bool:
        return self.whole or bool(self.items)


@dataclass(frozen=True, slots=True)
class PendingChange:
    """A drive's row as it was read."""

    drive_id: str
    touched: ChangedItems
    etag: str


@dataclass
class Marker:
    """Marks one drive, for the worker that holds its lease. `waiting`: something of it is still to be evaluated."""

    rows: Rows
    drive_id: str
    _known: ChangedItems = field(default_factory=ChangedItems, init=False)
    _etag: str = field(default="", init=False)

    @property
    def waiting(self) -> bool:
        return bool(self._known)

    async def read(self) -> None:
        """Learn what earlier turns left; call before the first `mark`."""
        row = await self.rows.get(_PARTITION, key_part(self.drive_id))
        self._known, self._etag = (_touched(row), row.etag) if row else (ChangedItems(), "")

    async def mark(self, more: ChangedItems) -> None:
        """Name what the next commit writes."""
        while more:
            together = (
                self._known | more
            )  # written even when nothing is new in it: an evaluation may be about to clear it
            row = Row(_PARTITION, key_part(self.drive_id), _values(self.drive_id, together), self._etag)
            try:
                self._etag = await (self.rows.replace(row) if self._etag else self.rows.insert(row))
            except (RowChanged, RowExists):
                await self.read()  # an evaluation cleared it meanwhile
                continue
            self._known = together
            return


async def marks(account: Account) -> list[PendingChange]:
    """All drives in which something waits for an evaluation."""
    rows = account.rows(TABLE).query(_PARTITION)
    return [PendingChange(row.text("drive_id"), _touched(row), row.etag) async for row in rows]


async def settled(account: Account, found: Iterable[PendingChange], leases: str) -> list[PendingChange]:
    """Those of the marks that no worker is at: what they name is in the mirror. `leases` is the table of the drives' leases."""
    held = account.rows(leases)
    wanted = list(found)
    keys = {key_part(mark.drive_id): mark for mark in wanted}
    rows = await held.pick("lease", list(keys))
    busy = {row.key for row in rows if not is_free(row, time.time())}
    return [mark for key, mark in keys.items() if key not in busy]


async def clear(account: Account, evaluated: Iterable[PendingChange]) -> None:
    """Forget these marks, but for drives that were marked again since they were read."""
    rows = account.rows(TABLE)
    for mark in evaluated:
        try:
            await rows.delete(_PARTITION, key_part(mark.drive_id), etag=mark.etag)
        except RowChanged:
            continue


def _values(drive_id: str, touched: ChangedItems) -> dict[str, Value]:
    values: dict[str, Value] = {"drive_id": drive_id, "whole": touched.whole}
    for kind in _KINDS:
        text = "\n".join(sorted(getattr(touched, kind)))
        values |= {f"{kind}{start // _CHUNK}": text[start : start + _CHUNK] for start in range(0, len(text), _CHUNK)}
    return values


def _touched(row: Row) -> ChangedItems:
    return ChangedItems(_ids(row, "items"), _ids(row, "below"), bool(row.values.get("whole", False)))


def _ids(row: Row, kind: str) -> frozenset[str]:
    chunks: list[str] = []
    while part := row.text(f"{kind}{len(chunks)}"):
        chunks.append(part)
    return frozenset("".join(chunks).splitlines())
