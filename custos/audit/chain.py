"""The hash chain in storage: table `audit`, partition `chain`, one row an event, and the row `head`.

Events and head are written in one transaction guarded by the head's ETag, so two writers never fork the chain and a
killed one leaves nothing half-written. A transaction takes 100 rows: 99 events and the head.
Source: https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions

The head carries the Merkle tree over all events as its few full parts, so a checkpoint costs no reading. What holds, and what does not, is
decided by `custos.audit.verify_audit`, which an auditor can run without Custos.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from custos.audit.events import Detail, Event, What, Written, parse, values_without, written
from custos.audit.verify_audit import (
    GENESIS,
    Break,
    Broken,
    Checkpoint,
    Head,
    Link,
    Tree,
    Verifier,
    Witness,
    cosigned,
    digest_of,
    is_witness_name,
    leaf_hash,
)
from custos.clock import Clock
from custos.dates import day_from
from custos.errors import RowExists
from custos.row_conflicts import first_or_again
from custos.storage.blobs import Container
from custos.table import TRANSACTION_ROWS, Row, Table, Value, Write
from custos.untrusted import plain

_PARTITION, _HEAD = "chain", "head"
_DIGITS = 12
_TOGETHER = TRANSACTION_ROWS - 1
_CHECKPOINTS, _COSIGNATURES = "checkpoints/", "cosignatures/"
_LAST = "9" * 20  # above every number, below the head
_DAY = "%Y-%m-%d"


@dataclass(frozen=True, slots=True)
class Verification:
    """What the chain looked like when it was read.

    `events` hold; `broken` is the first that does not. `cosigned`: the newest day whose checkpoint each witness signed, "" for none.
    """

    events: int
    digest: str
    checkpoints: int
    broken: Break | None
    cosigned: Mapping[str, str]

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
    """The audit of one tenant, whose name is `origin`. Every method raises StorageTrouble when storage cannot be reached."""

    table: Table
    container: Container
    clock: Clock
    origin: str
    salt: Callable[[], str]
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
        row = await self.table.get(_PARTITION, _HEAD)
        return _head(row)

    async def read(self, *, run: str = "", item: str = "", first: int = 1) -> AsyncIterator[Recorded]:
        """Events in order from number `first`, those of one run or one subject (key, or item id) if asked for.

        Raises BrokenEvent at a row that does not hold an event.
        """
        async for link in self.links(first):
            sequence, event = parse(Written(link.event, link.values))
            if (not run or event.run == run) and (not item or item in (event.subject, *event.subject.split("|"))):
                yield Recorded(sequence, link.digest, event)

    async def links(self, first: int = 1, last: int = 0) -> AsyncIterator[Link]:
        """The rows as they stand, from a number on, to a number if one is given."""
        until = _key(last) if last else _LAST
        async for row in self.table.query(_PARTITION, first=_key(first) if first else "", last=until):
            yield Link(
                number=int(row.key) if row.key.isdecimal() else 0,
                event=row.text("event"),
                previous=row.text("previous"),
                digest=row.text("digest"),
                values=row.text("values"),
            )

    async def rows_as_they_are(self) -> AsyncIterator[Row]:
        """The rows as at this moment, for a copy: every event up to the head that stands now, and that head."""
        head = await self.table.get(_PARTITION, _HEAD)

        async def rows() -> AsyncIterator[Row]:
            if head is not None:
                async for row in self.table.query(_PARTITION, last=_key(_head(head).sequence)):
                    yield row
                yield head

        return rows()

    async def verify(self, witnesses: Collection[Witness] = ()) -> Verification:
        """Read the whole chain and say whether it holds, with the exact first place where it does not."""
        try:
            checkpoints, head = await self.snapshot()
            signed = {witness.name: await self._signed_by(witness, checkpoints) for witness in witnesses}
        except Broken as error:
            return Verification(0, GENESIS, 0, Break(0, str(error)), {})
        verifier = Verifier(tuple(checkpoints.values()))
        async for link in self.links(0, head.sequence if head else 0):
            if not verifier.take(link):
                break
        broken = verifier.close(head)
        if broken is None and head is not None and await self._goes_on_after(head):
            broken = Break(head.sequence + 1, "it stands after the end of the chain")
        return Verification(verifier.read.sequence, verifier.read.digest, len(checkpoints), broken, signed)

    async def snapshot(self) -> tuple[dict[str, Checkpoint], Head | None]:
        """Checkpoints and head as at one moment, whatever is written meanwhile. Raises Broken for a checkpoint that is none."""
        while True:
            checkpoints = await self.checkpoints()
            row = await self.table.get(_PARTITION, _HEAD)
            if await self._days() == list(checkpoints):
                return checkpoints, _head(row) if row else None

    async def checkpoint(self) -> Checkpoint:
        """Write the day's checkpoint into the container, once a day; meant for storage that nobody can overwrite.

        Returns the day's: the one written before, when there is one. An event names it, so that a checkpoint which is taken away is missed.
        """
        now, kept = self.clock.now(), await self.checkpoints()
        newest = list(kept.items())[-1:]
        name = f"{now:{_DAY}}"
        if newest and newest[0][0] >= name:
            return newest[0][1]
        head = await self.head()
        made = Checkpoint(
            origin=self.origin,
            size=head.sequence,
            root=head.tree.root(),
            at=now.isoformat(),
            digest=head.digest,
            previous=newest[0][1].hash if newest else GENESIS,
        )
        try:
            await self.container.put(f"{_CHECKPOINTS}{name}.txt", made.text.encode(), overwrite=False)
        except RowExists:
            return (await self.checkpoints())[name]
        details: dict[str, Detail] = {"checkpoint": made.hash, "events": made.size}
        await self.append([Event(what=What.CHECKPOINT_WRITTEN, at=now, details=details)])
        return made

    async def checkpoints(self) -> dict[str, Checkpoint]:
        """Day ► its checkpoint, in the order of the days. Raises Broken for one that cannot be read."""
        return {day: await self._read_checkpoint(day) for day in await self._days()}

    async def cosignatures(self, day: str) -> dict[str, str]:
        """Witness ► the line with which they signed the checkpoint of a day. Raises Broken for a name that no witness can have."""
        found = {}
        async for name in self.container.names(f"{_COSIGNATURES}{day}."):
            witness = name.removeprefix(f"{_COSIGNATURES}{day}.").removesuffix(".txt")
            if not is_witness_name(witness):
                raise Broken(f"{plain(name, 80)} is no cosignature")
            found[witness] = (await self.container.get(name) or b"").decode(errors="replace")
        return found

    async def cosign(self, day: str, line: str, witness: Witness) -> None:
        """Keep a witness's cosignature. Raises Broken when it is not theirs, or not of that day's checkpoint."""
        checkpoint = (await self.checkpoints()).get(day)
        if checkpoint is None:
            raise Broken(f"there is no checkpoint of {day}")
        if not cosigned(checkpoint, line, witness):
            raise Broken(f"this is not {witness.name}'s signature of the checkpoint of {day}")
        try:
            name = f"{_COSIGNATURES}{day}.{witness.name}.txt"
            await self.container.put(name, f"{line.strip()}\n".encode(), overwrite=False)
        except RowExists:
            return

    async def erase(self, sequence: int, names: Collection[str]) -> None:
        """Take values out of an event. Their hashes stay. An event that says so must stand already (`What.AUDIT_ERASED`)."""

        async def turn() -> None:
            row = await self.table.get(_PARTITION, _key(sequence))
            if row is None:
                return
            kept = values_without(row.text("values"), names)
            if kept != row.text("values"):
                await self.table.replace(replace(row, values={**row.values, "values": kept}))

        await first_or_again(turn)

    async def _signed_by(self, witness: Witness, checkpoints: Mapping[str, Checkpoint]) -> str:
        for day in sorted(checkpoints, reverse=True):
            line = (await self.cosignatures(day)).get(witness.name, "")
            if line and cosigned(checkpoints[day], line, witness):
                return day
        return ""

    async def _goes_on_after(self, head: Head) -> bool:
        """Whether a row stands after the head that no later head knows of."""
        beyond = await self.table.get(_PARTITION, _key(head.sequence + 1))
        return beyond is not None and await self.head() == head

    async def _days(self) -> list[str]:
        found = []
        async for name in self.container.names(_CHECKPOINTS):
            day = name.removeprefix(_CHECKPOINTS).removesuffix(".txt")
            if day_from(day) is None:
                raise Broken(f"{plain(name, 80)} is no checkpoint")
            found.append(day)
        return found

    async def _read_checkpoint(self, day: str) -> Checkpoint:
        content = await self.container.get(f"{_CHECKPOINTS}{day}.txt")
        try:
            return Checkpoint.read((content or b"").decode())
        except ValueError as error:
            raise Broken(f"the checkpoint of {day} cannot be read") from error

    async def _append(self, events: Sequence[Event]) -> Head:
        ids = [uuid.uuid4().hex for _ in events]
        links: list[Link] = []
        after = Head()

        async def turn() -> Head:
            nonlocal links, after
            if links and await self._stands(links[0]):
                return after
            row = await self.table.get(_PARTITION, _HEAD)
            before = _head(row)
            links = self._forge(events, ids, before)
            after = _after(links, before)
            values: dict[str, Value] = {
                "sequence": after.sequence,
                "digest": after.digest,
                "tree": "".join(part.hex() for part in after.tree.parts),
            }
            writes = [Write("insert", _row(link)) for link in links]
            head = Row(_PARTITION, _HEAD, values, row.etag if row else "")
            writes.append(Write("replace" if row else "insert", head))
            await self.table.transact(writes)
            return after

        return await first_or_again(turn)

    def _forge(self, events: Sequence[Event], ids: Sequence[str], head: Head) -> list[Link]:
        links = []
        previous = head.digest
        for number, (event, event_id) in enumerate(zip(events, ids, strict=True), start=head.sequence + 1):
            row = written(event, sequence=number, event_id=event_id, salt=self.salt)
            links.append(Link(number, row.text, previous, digest_of(previous, row.text), row.values))
            previous = links[-1].digest
        return links

    async def _stands(self, link: Link) -> bool:
        """True when a transaction of ours that seemed to fail was carried out (its answer was lost)."""
        found = await self.table.get(_PARTITION, _key(link.number))
        return found is not None and found.text("digest") == link.digest


def _after(links: Sequence[Link], before: Head) -> Head:
    """The head once links were added."""
    tree = before.tree
    for link in links:
        tree = tree.add(leaf_hash(link.event))
    return Head(links[-1].number, links[-1].digest, tree)


def _key(sequence: int) -> str:
    """The row key of an event; keys sort as numbers do."""
    return f"{sequence:0{_DIGITS}d}"


def _row(link: Link) -> Row:
    values: dict[str, Value] = {"event": link.event, "previous": link.previous, "digest": link.digest}
    return Row(_PARTITION, _key(link.number), values | ({"values": link.values} if link.values else {}))


def _head(row: Row | None) -> Head:
    if row is None:
        return Head()
    tree = bytes.fromhex(row.text("tree"))
    parts = tuple(tree[start : start + 32] for start in range(0, len(tree), 32))
    return Head(row.number("sequence"), row.text("digest"), Tree(row.number("sequence"), parts))
