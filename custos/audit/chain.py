"""The hash chain in storage: table `audit`, partition `chain`, one row an event, and the row `head`.

Events and head are written in one transaction guarded by the head's ETag, so two writers never fork the chain and a
killed one leaves nothing half-written. A transaction takes 100 rows: 99 events and the head.
Source: https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from custos.audit.events import Event, canonical, parse
from custos.audit.links import HEAD, Break, Head, Link, Verifier, digest_of, key_of
from custos.clock import Clock
from custos.errors import RowExists, StorageTrouble
from custos.row_conflicts import first_or_again
from custos.storage.blobs import Container
from custos.table import TRANSACTION_ROWS, Row, Table, Value, Write

_PARTITION = "chain"
_TOGETHER = TRANSACTION_ROWS - 1
_ANCHORS = "anchors/"
_LAST = "9" * 20  # above every number, below the head


@dataclass(frozen=True, slots=True)
class Verification:
    """What the chain looked like when it was read: how many events hold, and where it breaks, if it does."""

    events: int
    digest: str
    anchors: int
    broken: Break | None

    @property
    def holds(self) -> bool:
        """True when every event stands as it was written."""
        return self.broken is None


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as it stands in the chain."""

    sequence: int
    digest: str
    event: Event


@dataclass
class Chain:
    """The audit of one tenant. Every method raises StorageTrouble when storage cannot be reached."""

    table: Table
    anchors: Container
    clock: Clock
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def append(self, events: Sequence[Event]) -> Head:
        """Add events in their order, all of them or (after an error) the first so many. Returns the head after them."""
        if not events:
            return await self.head()
        async with self._turn:
            heads = [
                await self._append(events[start : start + _TOGETHER]) for start in range(0, len(events), _TOGETHER)
            ]
        return heads[-1]

    async def head(self) -> Head:
        """Where the chain ends now."""
        row = await self.table.get(_PARTITION, HEAD)
        return _head(row)

    async def read(self, *, run: str = "", item: str = "", first: int = 1) -> AsyncIterator[Recorded]:
        """Events in order from number `first`, those of one run or one subject (key, or item id) if asked for.

        Raises BrokenEvent at a row that does not hold an event.
        """
        async for link in self._links(key_of(first)):
            sequence, event = parse(link.event)
            if (not run or event.run == run) and (not item or item in (event.subject, *event.subject.split("|"))):
                yield Recorded(sequence, link.digest, event)

    async def verify(self) -> Verification:
        """Read the whole chain and say whether it holds, with the exact first place where it does not."""
        anchors = [anchor async for anchor in self.anchored()]
        verifier = Verifier(anchors)
        async for link in self._links(""):
            if not verifier.take(link):
                break
        broken = verifier.close(_head(row) if (row := await self.table.get(_PARTITION, HEAD)) else None)
        return Verification(verifier.read.sequence, verifier.read.digest, len(anchors), broken)

    async def anchor(self) -> Head:
        """Write the day's head into the container, once a day; meant for storage that nobody can overwrite.

        Returns the day's anchor: the one written before, when there is one.
        """
        head = await self.head()
        now = self.clock.now()
        name = f"{_ANCHORS}{now:%Y-%m-%d}.json"
        body = {"sequence": head.sequence, "digest": head.digest, "at": now.isoformat()}
        try:
            await self.anchors.put(name, json.dumps(body, sort_keys=True).encode(), overwrite=False)
        except RowExists:
            return await self._anchor(name)
        return head

    async def anchored(self) -> AsyncIterator[Head]:
        """The anchors, day by day."""
        async for name in self.anchors.names(_ANCHORS):
            yield await self._anchor(name)

    async def _anchor(self, name: str) -> Head:
        content = await self.anchors.get(name)
        try:
            body = json.loads(content or b"")
            return Head(int(body["sequence"]), str(body["digest"]))
        except (ValueError, KeyError, TypeError) as error:
            raise StorageTrouble(f"the anchor {name} cannot be read: {type(error).__name__}") from error

    async def _append(self, events: Sequence[Event]) -> Head:
        ids = [uuid.uuid4().hex for _ in events]
        links: list[Link] = []

        async def turn() -> Head:
            nonlocal links
            if links and await self._stands(links[0]):
                return Head(int(links[-1].key), links[-1].digest)
            row = await self.table.get(_PARTITION, HEAD)
            before = _head(row)
            links = _forge(events, ids, before)
            after = Head(before.sequence + len(links), links[-1].digest)
            values: dict[str, Value] = {"sequence": after.sequence, "digest": after.digest}
            writes = [Write("insert", _row(link)) for link in links]
            writes.append(Write("replace" if row else "insert", Row(_PARTITION, HEAD, values, row.etag if row else "")))
            await self.table.transact(writes)
            return after

        return await first_or_again(turn)

    async def _stands(self, link: Link) -> bool:
        """True when a transaction of ours that seemed to fail was carried out (its answer was lost)."""
        found = await self.table.get(_PARTITION, link.key)
        return found is not None and found.text("digest") == link.digest

    async def _links(self, first: str) -> AsyncIterator[Link]:
        async for row in self.table.query(_PARTITION, first=first, last=_LAST):
            yield Link(row.key, row.text("event"), row.text("previous"), row.text("digest"))


def _forge(events: Sequence[Event], ids: Sequence[str], head: Head) -> list[Link]:
    links = []
    previous = head.digest
    for sequence, (event, event_id) in enumerate(zip(events, ids, strict=True), start=head.sequence + 1):
        text = canonical(event, sequence=sequence, event_id=event_id)
        link = Link(key_of(sequence), text, previous, digest_of(previous, text))
        links.append(link)
        previous = link.digest
    return links


def _row(link: Link) -> Row:
    return Row(_PARTITION, link.key, {"event": link.event, "previous": link.previous, "digest": link.digest})


def _head(row: Row | None) -> Head:
    return Head(row.number("sequence"), row.text("digest")) if row else Head()
