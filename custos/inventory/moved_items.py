"""What left the place where it lay: written down before the mirror forgets it, so that a hold can follow.

Within a library an item keeps its id wherever it goes; in another library it has another one. What may survive of it is written
down: the unique id of its list item (the GUID in an eTag), its name with the moment of its creation, which a move keeps, and the
hash of its content. A folder that moves or is renamed takes with it what lies below; one that is gone leaves a row for each item.
Source: https://learn.microsoft.com/graph/api/driveitem-move and https://learn.microsoft.com/graph/api/resources/driveitem
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial

import polars as pl

from custos.inventory.pending_changes import ChangedItems
from custos.inventory.schema import DEEPEST, DEPARTURES, INSTANT, STORED_ITEMS, UNIQUE_ID
from custos.inventory.sync_turn import SyncTurn

_KEPT = ("item_id", "parent_id", "name", "is_folder", "created", "etag", "content_hash", "size")


async def change_items(work: SyncTurn, rows: pl.DataFrame, gone: Sequence[str], touched: ChangedItems) -> None:
    """Write rows of items and remove those that are `gone`, in one commit; what leaves its place is written down before."""
    writer = await work.writer("items")
    left = await _left(work, rows, gone)
    if left.height:
        await asyncio.to_thread(work.lakehouse.append, "moved_items", left)
    await work.commit(partial(work.lakehouse.change, "items", rows, list(gone), writer=writer), touched)


async def _left(work: SyncTurn, rows: pl.DataFrame, gone: Sequence[str]) -> pl.DataFrame:
    """A row of `schema.DEPARTURES` for each item that is gone, or has another name or folder than before."""
    now = rows.lazy().select("item_id", new_name="name", new_parent="parent_id", stays=pl.lit(value=True))
    away = pl.LazyFrame({"item_id": list(gone)}, schema={"item_id": STORED_ITEMS["item_id"]})
    ids = pl.concat([now, away], how="diagonal")
    moved = pl.col("name").ne_missing(pl.col("new_name")) | pl.col("parent_id").ne_missing(pl.col("new_parent"))
    elsewhere = (pl.col("parent_id") != "") & (pl.col("stays").is_null() | moved)
    before = await work.select(
        "items", lambda items: items.join(ids, on="item_id").filter(elsewhere).select(_KEPT), columns=_KEPT
    )
    if not before.height:
        return before
    folders = await work.select(
        "items",
        lambda items: items.filter(pl.col("is_folder").fill_null(value=True)).select("item_id", "parent_id", "name"),
        columns=("item_id", "parent_id", "name", "is_folder"),
    )
    above = {item: (parent, name) for item, parent, name in folders.iter_rows()}
    paths = [_path(parent, name, above) for parent, name in before.select("parent_id", "name").iter_rows()]
    return before.with_columns(
        UNIQUE_ID,
        drive_id=pl.lit(work.drive_id),
        path=pl.Series(paths, dtype=DEPARTURES["path"]),
        left_at=pl.lit(work.clock.now(), INSTANT),
    ).select(*DEPARTURES)


def _path(parent: str | None, name: str | None, above: Mapping[str, tuple[str | None, str | None]]) -> list[str] | None:
    """The names from the library down to an item; None when one of them is not known."""
    names = [name]
    while len(names) < DEEPEST and parent is not None and parent in above:
        at, folder = above[parent]
        if at == "":
            return list(reversed([one for one in names if one is not None])) if None not in names else None
        names.append(folder)
        parent = at
    return None
