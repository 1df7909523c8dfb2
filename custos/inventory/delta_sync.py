"""A round of changes: what Microsoft tells since the stored delta link, at the price of what changed.

    items, batch by batch (labels read for those that differ) ► the last batch with all tombstones ► the new delta link is stored

A round that fits one batch, as nearly all do, needs nothing put by and makes one commit: if its worker dies, it is read
again. Tombstones are carried out at the end, because a deleted folder is final only when nothing remains below it.
Source: https://learn.microsoft.com/graph/api/driveitem-delta
"""

from __future__ import annotations

import polars as pl

from custos.inventory import diff, labels
from custos.inventory.batches import IDS, SEEN, read_batches
from custos.inventory.columns import ITEM_LABELS, latest
from custos.inventory.drive_source import ItemPage
from custos.inventory.drive_state import Round, Stage, SyncState, Why
from custos.inventory.moved_items import change_items
from custos.inventory.pending_changes import ChangedItems
from custos.inventory.schema import STORED_ITEMS, empty
from custos.inventory.sync_turn import SyncTurn


async def run(work: SyncTurn) -> bool:
    """Begin a round of changes, or go on with the one under way. False when the time ran out."""
    reading = _Reading(work)
    if not await read_batches(work, reading.commit, full=False):
        return False
    await reading.finish()
    return True


class _Reading:
    """The changes of this turn. `began` is when they were asked for: the mirror is as of then."""

    def __init__(self, work: SyncTurn) -> None:
        self.work = work
        self.began = work.started if work.state.round is Round.CHANGES else work.clock.now()
        self.last = empty(IDS)
        self.rows = empty(STORED_ITEMS)
        """Of the last batch, to be written with the tombstones."""
        self.moved = frozenset[str]()
        """Folders among them that have another name or place than before."""
        self.delta_link = ""
        self.unidentified = 0
        """Entries of the last batch without an id that can be read."""
        self.written = 0
        self.unknown = False
        """A row was written whose label is not known."""

    async def commit(self, page: ItemPage) -> None:
        """One batch: the lakehouse, the ids, the row; in this order. The last one is held for the tombstones."""
        work, items = self.work, page.items
        alive = items.filter(~pl.col("deleted"))
        rows, moved = await self._rows(alive) if alive.height else (empty(STORED_ITEMS), frozenset[str]())
        self.unknown = self.unknown or rows["label"].null_count() > 0
        work.changed += rows.height
        self.written += rows.height
        ids = items.select(*IDS)
        if page.delta_link:
            self.last, self.delta_link = ids, page.delta_link
            self.rows, self.moved, self.unidentified = rows, moved, page.unidentified
            return
        await self._write(rows, [], moved)
        if work.state.round is not Round.CHANGES:
            await work.begin(Round.CHANGES, Stage.ITEMS, round_started_at=self.began)
        number = work.state.batch + 1
        await work.parts.put(work.state.round_id, SEEN, number, ids)
        await work.save(
            next_link=page.next_link,
            batch=number,
            round_items=work.state.round_items + items.height,
            round_changed=work.state.round_changed + rows.height,
            round_unidentified=work.state.round_unidentified + page.unidentified,
            labels_complete=work.state.labels_complete and not self.unknown,
        )

    async def finish(self) -> None:
        """Write the last batch, carry out the tombstones, then store the new delta link: the mirror is as Microsoft told."""
        work, state = self.work, self.work.state
        numbers = range(1, state.batch + 1) if state.round is Round.CHANGES else ()
        seen = latest([*await work.parts.get(state.round_id, SEEN, numbers), self.last])
        gone = await self._doomed(seen)
        await self._write(self.rows, gone, self.moved)
        work.removed += len(gone)
        touched = bool(gone or self.written or state.round_changed)
        items, unreadable = await self._count() if touched else (state.items, state.unreadable)
        await work.end(
            state=SyncState.COMPLETE,
            why=Why.NONE,
            detail="",
            attempts=0,
            delta_link=self.delta_link,
            items=items,
            unreadable=unreadable,
            unidentified=state.unidentified + state.round_unidentified + self.unidentified,
            synced_at=self.began,
            labels_complete=state.labels_complete and not self.unknown,
            permissions_read_at=None if touched else state.permissions_read_at,
        )

    async def _write(self, rows: pl.DataFrame, gone: list[str], moved: frozenset[str]) -> None:
        """One commit for rows and tombstones."""
        if not rows.height and not gone:
            return
        await change_items(self.work, rows, gone, ChangedItems.of(rows["item_id"], gone, below=moved))

    async def _rows(self, alive: pl.DataFrame) -> tuple[pl.DataFrame, frozenset[str]]:
        """The rows that this batch makes: new ones, and those that differ in a fact, a label or a sign of sharing.

        And which folders among them have another name or place than before.
        """
        work, now = self.work, self.work.clock.now()
        told_of = alive.lazy().select("item_id")
        before = await work.select("items", lambda items: items.join(told_of, on="item_id", how="semi"))
        asked = _to_ask(alive, before)
        read = await labels.read_now(work, asked) if asked.height else empty(ITEM_LABELS)
        told = diff.with_item_labels(alive, read, asked["item_id"], before, now)
        verdict = diff.judge(told, diff.digests(before.lazy()).collect(), null_differs=True)
        shared = told.filter(pl.col("shared_scope").ne_missing("") | pl.col("sharing_marked"))
        written = pl.concat([verdict.new, verdict.differing]).select("item_id")
        differing = pl.concat([verdict.differing, shared.join(written, on="item_id", how="anti")])
        rows = pl.concat(
            [
                diff.rows_for_new(verdict.new, work.drive_id, now),
                diff.rows_for_differing(differing, before, work.drive_id, now, changes=True),
            ]
        )
        return rows, diff.moved_folders(differing, before)

    async def _doomed(self, seen: pl.DataFrame) -> list[str]:
        deleted = seen.filter("deleted")["item_id"]
        if not deleted.len():
            return []
        stored = await self.work.select("items", columns=["item_id", "parent_id"])
        tree = latest([stored, self.rows.select("item_id", "parent_id")])
        alive = seen.filter(~pl.col("deleted"))["item_id"]
        return diff.rows_to_remove(tree, deleted, alive).to_list()

    async def _count(self) -> tuple[int, int]:
        """How many items the mirror has, and of how many of them something cannot be read."""
        counts = (pl.len(), (pl.col("unreadable") != "").sum())
        found = await self.work.select("items", lambda items: items.select(*counts), columns=["unreadable"])
        return found.row(0)


def _to_ask(alive: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """The items whose label this batch may have changed: `item_id`, `list_item_id`.

    A file that is told of without any other difference may have been relabelled. A folder is told of again whenever
    something below it changes, so it is asked about only when it differs itself.
    """
    digests = before.lazy().select("item_id", diff.FACTS_DIGEST)
    told = alive.lazy().select("item_id", "is_folder", diff.FACTS_DIGEST)
    same_folders = told.join(digests, on=["item_id", "facts"], how="semi").filter("is_folder")
    asked = alive.lazy().filter(~pl.col("is_root")).join(same_folders, on="item_id", how="anti")
    return asked.select("item_id", "list_item_id").collect()
