"""Storage in memory behind the engine's ports, for campaigns of thousands of runs. Azurite proves the same on samples."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from custos.audit.events import Event
from custos.errors import RowChanged, RowExists
from custos.table import Row, Write


@dataclass
class MemoryTable:
    """Rows with ETags and all-or-nothing transactions, as `custos.table.Table` says."""

    rows: dict[tuple[str, str], Row] = field(default_factory=dict)
    _etags: Iterator[int] = field(default_factory=itertools.count)

    async def get(self, partition: str, key: str) -> Row | None:
        return self.rows.get((partition, key))

    async def pick(self, partition: str, keys: Sequence[str]) -> list[Row]:
        return [row for key in keys if (row := await self.get(partition, key)) is not None]

    async def insert(self, row: Row) -> str:
        await self.transact([Write("insert", row)])
        return self.rows[row.partition, row.key].etag

    async def replace(self, row: Row) -> str:
        await self.transact([Write("replace", row)])
        return self.rows[row.partition, row.key].etag

    async def upsert(self, row: Row) -> None:
        await self.transact([Write("upsert", row)])

    async def query(self, partition: str | None = None, *, first: str = "", last: str = "") -> AsyncIterator[Row]:
        for (found, key), row in sorted(self.rows.items()):
            if partition in (None, found) and key >= first and (not last or key <= last):
                yield row

    async def transact(self, writes: Sequence[Write]) -> None:
        assert 0 < len(writes) <= 100
        assert len({write.row.partition for write in writes}) == 1
        assert len({write.row.key for write in writes}) == len(writes)
        for write in writes:
            now = self.rows.get((write.row.partition, write.row.key))
            if write.how == "insert" and now is not None:
                raise RowExists("exists")
            if write.how == "replace" and (now is None or now.etag != write.row.etag):
                raise RowChanged("changed")
        for write in writes:
            where = (write.row.partition, write.row.key)
            if write.how == "delete":
                self.rows.pop(where, None)
            else:
                self.rows[where] = replace(write.row, etag=f"etag {next(self._etags)}")


@dataclass
class MemoryBlobs:
    """Blobs by name."""

    contents: dict[str, bytes] = field(default_factory=dict)

    async def put(self, name: str, content: bytes | Iterable[bytes], *, overwrite: bool = True) -> None:
        if not overwrite and name in self.contents:
            raise RowExists("exists")
        self.contents[name] = content if isinstance(content, bytes) else b"".join(content)

    async def get(self, name: str) -> bytes | None:
        return self.contents.get(name)

    async def lines(self, name: str) -> AsyncIterator[bytes]:
        for line in self.contents.get(name, b"").splitlines():
            yield line

    async def names(self, prefix: str = "") -> AsyncIterator[str]:
        for name in sorted(self.contents):
            if name.startswith(prefix):
                yield name


@dataclass
class MemoryAudit:
    """What was recorded, in order."""

    events: list[Event] = field(default_factory=list)

    async def append(self, events: Sequence[Event]) -> object:
        self.events.extend(events)
        return len(self.events)


@dataclass
class MemoryStore:
    """Tables, blobs and audit that outlive the workers."""

    tables: dict[str, MemoryTable] = field(default_factory=dict)
    blobs: MemoryBlobs = field(default_factory=MemoryBlobs)
    audit: MemoryAudit = field(default_factory=MemoryAudit)

    def table(self, name: str) -> MemoryTable:
        return self.tables.setdefault(name, MemoryTable())

    def events_of(self, run: str) -> list[Event]:
        return [event for event in self.audit.events if event.run == run]
