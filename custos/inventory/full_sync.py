"""A full round: the whole drive is read and compared with the mirror.

    anchor ► labels ► items, batch by batch ► sweep ► the anchor's delta link is stored, the drive is complete

The anchor is a delta link taken before anything is read. It is the one that is kept, so everything that happens while
the round runs is told again by the first round of changes. A batch is committed to the lakehouse first, then its ids
are put by, then the next link goes into the row: wherever a worker dies, the next one repeats at most one batch, and
repeating changes nothing. Old rows stay until the end, when those that were not seen are removed.
Sources: https://learn.microsoft.com/graph/api/driveitem-delta and
https://learn.microsoft.com/onedrive/developer/rest-api/concepts/scan-guidance
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from functools import partial

import polars as pl

from custos.inventory import diff, labels
from custos.inventory.batches import IDS, SEEN, read_batches
from custos.inventory.columns import latest
from custos.inventory.drive_source import ItemPage
from custos.inventory.drive_state import Round, Stage, SyncState, Why
from custos.inventory.moved_items import change_items
from custos.inventory.pending_changes import ChangedItems
from custos.inventory.schema import STORED_ITEMS, empty
from custos.inventory.sync_turn import SyncTurn

_HELD = "held"
"""Kind of the parts that hold rows to be merged, as `schema.STORED_ITEMS`."""


async def begin(work: SyncTurn, *, link: str = "") -> None:
    """Begin a full round, at `link` when Microsoft gave one (410)."""
    anchor = await work.source.latest(work.drive_id)
    stage = Stage.LABELS if work.state.list_id else Stage.ITEMS
    await work.begin(Round.FULL, stage, anchor_link=anchor, next_link=link)


async def run(work: SyncTurn) -> bool:
    """Go on with the full round under way. False when the time ran out; the row says where to go on."""
    if work.state.stage is Stage.LABELS and not await labels.gather(work):
        return False
    reading = await _Reading.of(work)
    if not await read_batches(work, reading.commit, full=True):
        return False
    await _sweep(work, reading)
    return True


class _Reading:
    """The items stage: what the mirror knows, what was seen, and how a batch is committed.

    New rows are appended with their batch. Rows that differ are few in most rounds, and each merge looks through the whole
    drive: they are held, and put by with their batch, until there are enough of them or the round ends.
    """

    def __init__(self, work: SyncTurn, known: pl.DataFrame, found: pl.DataFrame, held: list[pl.DataFrame]) -> None:
        self.work = work
        self.known = known
        self.labels = found
        self.held = held
        self.last = empty(IDS)
        """The ids of the last batch, which is not put by: nothing comes after it."""
        self.drift, self.unreadable, self.unidentified = 0, 0, 0
        """Of the last batch."""
        self.unknown = False
        """A row was written whose label is not known."""
        self.is_whole = not known.height and not work.state.batch
        """Everything that the mirror will hold is read in this turn."""

    @classmethod
    async def of(cls, work: SyncTurn) -> _Reading:
        state = work.state
        held = await work.parts.get(state.round_id, _HELD, range(state.held_parts))
        reading = cls(work, await work.select("items", diff.digests), await labels.gathered(work), held)
        for frame in held:
            reading.learn(frame)
        return reading

    async def commit(self, page: ItemPage) -> None:
        """One batch: the lakehouse, the ids, the row; in this order."""
        work, state, items = self.work, self.work.state, page.items
        now = work.clock.now()
        writer = await work.writer("items")
        alive = diff.with_labels(items.filter(~pl.col("deleted")), self.labels, work.started)
        verdict = await asyncio.to_thread(diff.judge, alive, self.known, null_differs=False)
        new = diff.rows_for_new(verdict.new, work.drive_id, now)
        await work.commit(partial(work.lakehouse.append, "items", new, writer=writer), ChangedItems.of(new["item_id"]))
        differing = await self._rows(verdict.differing, now)
        self.learn(new)
        self.learn(differing)
        drift = _drift(work, verdict)
        written = new.height + differing.height
        work.changed += written
        self.unknown = self.unknown or new["label"].null_count() + differing["label"].null_count() > 0
        held_parts = await self._hold(differing, is_last=bool(page.delta_link))
        ids = items.select(*IDS)
        unreadable = int((items["unreadable"] != "").sum())
        if page.delta_link:
            self.last, self.drift = ids, drift
            self.unreadable, self.unidentified = unreadable, page.unidentified
            return
        number = state.batch + 1
        await work.parts.put(state.round_id, SEEN, number, ids)
        await work.save(
            next_link=page.next_link,
            batch=number,
            held_parts=held_parts,
            round_items=state.round_items + items.height,
            round_changed=state.round_changed + written,
            round_drift=state.round_drift + drift,
            round_unreadable=state.round_unreadable + unreadable,
            round_unidentified=state.round_unidentified + page.unidentified,
            labels_complete=state.labels_complete and not self.unknown,
        )

    async def _rows(self, differing: pl.DataFrame, now: datetime) -> pl.DataFrame:
        """The stored rows of items that differ from the mirror, or from an earlier batch that is still held."""
        if not differing.height:
            return empty(STORED_ITEMS)
        ids = differing.lazy().select("item_id")
        stored = await self.work.select(
            "items", lambda items: items.join(ids, on="item_id", how="semi"), columns=diff.CARRIED
        )
        previous = latest([stored, *(frame.select(diff.CARRIED) for frame in self.held)])
        return diff.rows_for_differing(differing, previous, self.work.drive_id, now, changes=False)

    async def _hold(self, differing: pl.DataFrame, *, is_last: bool) -> int:
        """Hold the rows, or merge all that are held. Returns how many parts of them the row is to name."""
        work, parts = self.work, self.work.state.held_parts
        if differing.height:
            self.held.append(differing)
        if self.held and (is_last or sum(frame.height for frame in self.held) >= work.batch_rows):
            rows = latest(self.held)
            # What a folder that differs was called before is not at hand here: it may have been moved.
            folders = rows.filter(pl.col("is_folder").fill_null(value=True))["item_id"]
            await change_items(work, rows, [], ChangedItems.of(rows["item_id"], below=folders))
            self.held = []
            return 0
        if not differing.height:
            return parts
        await work.parts.put(work.state.round_id, _HELD, parts, differing)
        return parts + 1

    def learn(self, rows: pl.DataFrame) -> None:
        """Take rows into what is known: an item may come again later in the round."""
        if rows.height:
            read = diff.digests(rows.lazy()).collect()
            self.known = self.known.join(read, on="id", how="anti").vstack(read)


def _drift(work: SyncTurn, verdict: diff.Diff) -> int:
    """How many of the rows delta should have told of before: what the tenant dates from before the last sync."""
    before = work.state.synced_at
    if before is None:
        return 0
    old = (pl.col("modified") < before) & ~pl.col("is_folder")  # a folder differs whenever its contents do
    return sum(frame.filter(old).height for frame in (verdict.new, verdict.differing))


async def _sweep(work: SyncTurn, reading: _Reading) -> None:
    """Remove what was not seen, then store the anchor's delta link: the drive is complete.

    While an entry came without an id, what was not seen may be what it was about: that becomes unknown, and is kept.
    """
    state = work.state
    unidentified = state.round_unidentified + reading.unidentified
    frames = await work.parts.get(state.round_id, SEEN, range(1, state.batch + 1))
    met = latest([*frames, reading.last])
    seen = met.filter(~pl.col("deleted"))
    unseen = await _unseen(work, seen, is_first=reading.is_whole and seen.height == met.height)
    gone = [] if unidentified else unseen["item_id"].to_list()
    if unidentified and unseen.height:
        await _doubt(work, unseen)
    if gone:
        await change_items(work, empty(STORED_ITEMS), gone, ChangedItems.of(gone))
        work.removed += len(gone)
    is_reconciliation = state.synced_at is not None and state.why is not Why.RESYNC
    await work.end(
        state=SyncState.COMPLETE,
        why=Why.NONE,
        detail="",
        attempts=0,
        delta_link=state.anchor_link,
        items=seen.height + (unseen.height if unidentified else 0),
        unreadable=await _unreadable(work) if state.round_unreadable + reading.unreadable + unidentified else 0,
        unidentified=unidentified,
        synced_at=work.started,
        reconciled_at=work.started,
        labels_read_at=work.started if state.list_id else None,
        labels_complete=not reading.unknown and (state.labels_complete or reading.is_whole),
        permissions_read_at=None,
        drift=state.round_drift + reading.drift + len(gone) if is_reconciliation else state.drift,
    )


async def _unseen(work: SyncTurn, seen: pl.DataFrame, *, is_first: bool) -> pl.DataFrame:
    """The ids that the mirror holds and the round did not meet. A first round that met nothing deleted leaves none, unasked."""
    if is_first:
        return empty({"item_id": STORED_ITEMS["item_id"]})
    ids = seen.lazy().select("item_id")
    return await work.select("items", lambda items: items.join(ids, on="item_id", how="anti"), columns=["item_id"])


async def _doubt(work: SyncTurn, unseen: pl.DataFrame) -> None:
    """Keep rows as items of which nothing is known."""
    ids = unseen.lazy().select("item_id")
    stored = await work.select("items", lambda items: items.join(ids, on="item_id", how="semi"))
    rows = diff.unknown(stored, work.clock.now())
    doubted = rows.join(stored, on=["item_id", "unreadable"], how="anti")
    if doubted.height:
        await change_items(work, doubted, [], ChangedItems.of(doubted["item_id"], below=doubted["item_id"]))
        work.changed += doubted.height


async def _unreadable(work: SyncTurn) -> int:
    """Of how many items in the mirror something cannot be read."""
    count = (pl.col("unreadable") != "").sum()
    return int((await work.select("items", lambda items: items.select(count), columns=["unreadable"])).item())
