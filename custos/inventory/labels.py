"""Reading retention labels: in bulk from the library's list, or item by item, whichever costs less.

A full round reads all labels of the library first, at 2 units a page, and joins them to the items by list item number.
After a round of changes only the changed items need one: 1 unit each, or the bulk reading when that is cheaper.
Sources: https://learn.microsoft.com/graph/api/listitem-list and
https://learn.microsoft.com/graph/api/driveitem-getretentionlabel
"""

from __future__ import annotations

from contextlib import aclosing
from functools import partial
from math import ceil

import polars as pl

from custos.inventory.columns import ITEM_LABELS, LABELS, latest
from custos.inventory.drive_source import LABEL_PAGE
from custos.inventory.drive_state import Round, Stage
from custos.inventory.pending_changes import ChangedItems
from custos.inventory.schema import empty
from custos.inventory.sync_turn import SyncTurn
from custos.m365.delta import UNITS_CHANGES
from custos.m365.labels import UNITS_PAGE, UNITS_READ

AT_MOST = 2_000
"""So many labels are read item by item in one go; more wait for the bulk reading or the next turn."""

_PAGES_AT_ONCE = 10
"""A list of so many pages is read without putting anything by."""

_PART_ROWS = 50_000
_KIND = "labels"


def bulk_is_cheaper(wanted: int, items: int) -> bool:
    """Whether all labels of a library of `items` cost less than `wanted` single ones."""
    return UNITS_PAGE * ceil(max(items, 1) / LABEL_PAGE) + UNITS_CHANGES < UNITS_READ * wanted


def is_long_bulk(work: SyncTurn, wanted: int) -> bool:
    """Whether `wanted` labels are best read in bulk, and that takes long enough to be put by in parts."""
    pages = ceil(work.state.items / LABEL_PAGE)
    return bool(work.state.list_id) and pages > _PAGES_AT_ONCE and bulk_is_cheaper(wanted, work.state.items)


async def read_now(work: SyncTurn, items: pl.DataFrame) -> pl.DataFrame:
    """The labels of `items` (`item_id`, `list_item_id`), as `columns.ITEM_LABELS`, the cheaper way.

    Empty when there are too many for one go: `fill` goes on afterwards, and the labels are unknown until then.
    """
    if is_long_bulk(work, items.height):
        return empty(ITEM_LABELS)
    if not work.state.list_id or not bulk_is_cheaper(items.height, work.state.items):
        few = items["item_id"].to_list() if items.height <= AT_MOST else []
        return await work.source.read_labels(work.drive_id, few)
    async with aclosing(work.source.label_pages(work.state.site_id, work.state.list_id, "")) as pages:
        frames = [page.labels async for page in pages]
    found = items.join(latest(frames, "list_item_id"), on="list_item_id", how="inner")
    return found.with_columns(label_explicit=_explicit()).select(*ITEM_LABELS)


async def gather(work: SyncTurn) -> bool:
    """Read all labels of the library, going on where the last turn stopped. False when the time ran out.

    Those of a small library are held in memory: a turn that does not reach the round's end reads them again.
    """
    state = work.state
    frames: list[pl.DataFrame] = []
    async with aclosing(work.source.label_pages(state.site_id, state.list_id, state.label_link)) as pages:
        async for page in pages:
            frames.append(page.labels)
            last = not page.next_link
            rows = sum(frame.height for frame in frames)
            if last and not work.state.label_parts and rows < _PART_ROWS:
                work.labels = frames
            elif last or work.is_over or rows >= _PART_ROWS:
                number = work.state.label_parts
                await work.hold()
                await work.parts.put(state.round_id, _KIND, number, pl.concat(frames))
                stage = Stage.ITEMS if last else Stage.LABELS
                await work.save(label_link=page.next_link, label_parts=number + 1, stage=stage)
                frames = []
                if not last and work.is_over:
                    return False
    return True


async def gathered(work: SyncTurn) -> pl.DataFrame:
    """What `gather` read: one row of `columns.LABELS` a list item."""
    parts = await work.parts.get(work.state.round_id, _KIND, range(work.state.label_parts))
    frames = [*parts, *work.labels]
    return latest(frames, "list_item_id") if frames else empty(LABELS)


async def fill(work: SyncTurn) -> bool:
    """Read the labels that are still unknown, and note whether any is left. True when this turn has no more to do here.

    An item whose label cannot be read stays unknown and is asked for again at the next sync.
    """
    if work.state.labels_complete:
        return True
    rows = await _unknown(work)
    if is_long_bulk(work, rows.height):
        # The drive's delta link is older than this reading: what changes meanwhile is told again.
        await work.begin(Round.LABELS, Stage.LABELS)
        return await bulk(work)
    asked = rows.head(AT_MOST)
    if rows.height:
        moment = work.clock.now()
        read = await read_now(work, asked)
        await _write(work, rows, read.with_columns(label_read_at=pl.lit(moment)))
        rows = rows.join(read, on="item_id", how="anti")
    if not rows.height:
        await work.save(labels_complete=True)
    return rows.height <= asked.height


async def bulk(work: SyncTurn) -> bool:
    """Go on with a bulk reading of labels alone. False when the time ran out."""
    if work.state.stage is Stage.LABELS and not await gather(work):
        return False
    found = await gathered(work)
    rows = await _unknown(work)
    known = rows.join(found, on="list_item_id", how="inner").with_columns(
        label_explicit=_explicit(), label_read_at=pl.lit(work.started)
    )
    await _write(work, rows, known)
    await work.end(labels_read_at=work.started, labels_complete=known.height == rows.height)
    return True


async def _unknown(work: SyncTurn) -> pl.DataFrame:
    """Which items have no known label: `item_id`, `list_item_id`."""
    return await work.select(
        "items",
        lambda items: items.filter(pl.col("label").is_null()).select("item_id", "list_item_id"),
        columns=["item_id", "list_item_id", "label"],
    )


async def _write(work: SyncTurn, rows: pl.DataFrame, read: pl.DataFrame) -> None:
    """Merge what was read into the rows that lack a label."""
    if not read.height:
        return
    writer = await work.writer("items")
    columns = ("label", "label_explicit", "is_record", "label_read_at")
    wanted = read.select("item_id", *columns).join(rows.select("item_id"), on="item_id", how="semi")
    full = await work.select("items", lambda items: items.drop(columns).join(wanted.lazy(), on="item_id", how="inner"))
    touched = ChangedItems.of(full["item_id"])
    await work.commit(partial(work.lakehouse.change, "items", full, [], writer=writer), touched)
    work.changed += full.height


def _explicit() -> pl.Expr:
    """A list does not tell whether a label was set on the item itself; where there is no label, none was."""
    return pl.when(pl.col("label") == "").then(pl.lit(value=False))
