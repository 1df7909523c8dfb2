"""What a link that anyone can open reaches: the item it hangs on, and whatever lies in a folder that it hangs on.

Permissions are read where a sign of sharing is. An item without one has what its folder has. An item that was read has its
own entries, and its folder's too as long as some of its entries are inherited. Null is unknown throughout.

Source: https://learn.microsoft.com/graph/api/driveitem-list-permissions
"""

from __future__ import annotations

from datetime import datetime

import polars as pl

from custos.engine.human_activity import folder_levels

FACT = "anyone_link"
_KEYS = ["drive_id", "item_id"]
_YES, _NO = pl.lit(value=True), pl.lit(value=False)


def with_anyone_link(rows: pl.LazyFrame, items: pl.LazyFrame, permissions: pl.LazyFrame, now: datetime) -> pl.LazyFrame:
    """`rows` (drive_id, item_id, parent_id, …) with the fact. `items` and `permissions` are the inventory's."""
    special = _special(items, permissions, now).collect()
    return _reached(rows, special, _folders(items, special)).rename({"reached": FACT})


def _special(items: pl.LazyFrame, permissions: pl.LazyFrame, now: datetime) -> pl.LazyFrame:
    """The items that have more to say than their folder: drive_id, item_id, is_folder, `own`, `inherits`, `special`.

    `own`: a link that has not ended is among its entries. `inherits`: its folder's entries count for it too.
    """
    stands = ~pl.col("has_expiry") | (pl.col("expires") > now)
    link = (pl.col("kind") == "link") & (pl.col("scope") == "anonymous") & stands
    entries = permissions.group_by(_KEYS).agg(
        link=link.any(ignore_nulls=False), inherited=pl.col("inherited").any(ignore_nulls=False), listed=_YES.first()
    )
    was_read, listed = pl.col("permissions_read_at").is_not_null(), pl.col("listed").is_not_null()
    scope = pl.col("shared_scope")
    unread = scope.is_null() | ((scope != "") & ~was_read)
    return (
        items.select(*_KEYS, "is_folder", "shared_scope", "permissions_read_at")
        .join(entries, on=_KEYS, how="left")
        .filter(unread | was_read | listed)
        .select(
            *_KEYS,
            "is_folder",
            own=pl.when(~unread).then(pl.when(listed).then(pl.col("link")).otherwise(_NO)),
            inherits=pl.when(~unread).then(pl.when(listed).then(pl.col("inherited")).otherwise(~was_read)),
            special=_YES,
        )
    )


def _folders(items: pl.LazyFrame, special: pl.DataFrame) -> pl.DataFrame:
    """The folders that are reached, or may be: drive_id, item_id, `reached` (true or null)."""
    shared = special.filter(pl.col("is_folder").fill_null(value=False) & pl.col("own").fill_null(value=True))
    reached = pl.DataFrame(schema={"drive_id": pl.String, "item_id": pl.String, "reached": pl.Boolean})
    if shared.is_empty():
        return reached
    inside = pl.col("drive_id").is_in(shared["drive_id"].unique().implode()) & pl.col("is_folder")
    tree = items.filter(inside).select(*_KEYS, "parent_id").collect()
    above = reached
    for level in folder_levels(tree):
        found = _reached(level.lazy(), special, above).select(*_KEYS, "reached").collect()
        above = found.filter(pl.col("reached").fill_null(value=True))
        reached = pl.concat([reached, above])
    return reached


def _reached(rows: pl.LazyFrame, special: pl.DataFrame, folders: pl.DataFrame) -> pl.LazyFrame:
    """`rows` with `reached`; `folders` are those above them that are reached, or may be."""
    above = folders.lazy().select(
        "drive_id", pl.col("item_id").alias("parent_id"), pl.col("reached").alias("_above"), _YES.alias("_told")
    )
    inherited = pl.when(pl.col("_told").is_not_null()).then(pl.col("_above")).otherwise(_NO)
    of_its_own = pl.col("own") | (pl.col("inherits") & inherited)
    return (
        rows.join(above, on=["drive_id", "parent_id"], how="left")
        .join(special.lazy().drop("is_folder"), on=_KEYS, how="left")
        .with_columns(reached=pl.when(pl.col("special").is_not_null()).then(of_its_own).otherwise(inherited))
        .drop("_above", "_told", "own", "inherits", "special")
    )
