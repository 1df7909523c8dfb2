"""Comparing what was read with the mirror: which rows are new, which differ, what they become. Pure columns.

Rows are compared by 64-bit digests, so that a library of ten million items fits the memory of a function. Digests
live no longer than one turn; what is kept between turns is ids.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from custos.inventory.columns import FACTS
from custos.inventory.schema import INSTANT, STORED_ITEMS

ID_DIGEST = pl.col("item_id").hash().alias("id")
FACTS_DIGEST = pl.struct(FACTS).hash().alias("facts")
LABEL_DIGEST = pl.col("label").hash().alias("labels")
RECORD = pl.col("is_record").alias("record")

CARRIED = ("item_id", "label", "label_explicit", "is_record", "label_read_at", "shared_scope", "sharing_changed_at")
"""What a row that differs takes over from the mirror."""


@dataclass(frozen=True, slots=True)
class Diff:
    """`new` and `differing` rows as they were read; `unchanged` is how many need no write."""

    new: pl.DataFrame
    differing: pl.DataFrame
    unchanged: int


def digests(items: pl.LazyFrame) -> pl.LazyFrame:
    """What rows are compared by: `id`, `facts`, `labels`, `record`."""
    return items.select(ID_DIGEST, FACTS_DIGEST, LABEL_DIGEST, RECORD)


def with_labels(items: pl.DataFrame, labels: pl.DataFrame, read_at: datetime) -> pl.DataFrame:
    """The items with their labels as the library's list tells them; null where it does not. A root folder has none."""
    told = labels.with_columns(label_is_odd=pl.col("label").is_null())
    joined = items.join(told, on="list_item_id", how="left", maintain_order="left")
    return joined.with_columns(
        label_is_odd=pl.col("label_is_odd").fill_null(value=False),
        label=pl.when("is_root").then(pl.lit("")).otherwise("label"),
        is_record=pl.when(pl.col("is_root") | (pl.col("label") == "")).then(False).otherwise("is_record"),
    ).with_columns(
        label_explicit=pl.when(pl.col("label") == "").then(False),
        label_read_at=pl.when(pl.col("label").is_not_null()).then(pl.lit(read_at, INSTANT)),
    )


def with_item_labels(
    items: pl.DataFrame, read: pl.DataFrame, asked: pl.Series, previous: pl.DataFrame, now: datetime
) -> pl.DataFrame:
    """The items with labels that were read item by item.

    `read` holds the answers (`columns.ITEM_LABELS`). An item that should be asked and has no answer has an unknown
    label; one that need not be asked keeps what `previous` rows say.
    """
    columns = ("label", "label_explicit", "is_record", "label_read_at")
    answers = read.with_columns(label_read_at=pl.lit(now, INSTANT))
    root = {"label": "", "label_explicit": False, "is_record": False, "label_read_at": now}
    joined = items.join(answers, on="item_id", how="left", maintain_order="left").join(
        previous.select("item_id", *columns), on="item_id", how="left", suffix="_before", maintain_order="left"
    )
    kinds = {name: STORED_ITEMS[name] for name in columns}
    return joined.with_columns(
        pl.when("is_root")
        .then(pl.lit(root[name], kinds[name]))
        .when(pl.col("item_id").is_in(asked.implode()))
        .then(name)
        .otherwise(f"{name}_before")
        .alias(name)
        for name in columns
    ).select(*items.columns, *columns)


def judge(items: pl.DataFrame, known: pl.DataFrame, *, null_differs: bool) -> Diff:
    """Sort `items` (with labels) by what `known` says of them.

    A null label is one that could not be read now: with `null_differs` the row becomes unknown, else it makes no
    difference. Whether a label makes a record is not told everywhere; not being told makes no difference either.
    """
    read = items.with_columns(ID_DIGEST, FACTS_DIGEST.alias("read_facts"), LABEL_DIGEST.alias("read_labels"))
    joined = read.join(known, on="id", how="left", maintain_order="left")
    is_new = pl.col("facts").is_null()
    counts = pl.lit(value=True) if null_differs else pl.col("label").is_not_null() | pl.col("label_is_odd")
    relabelled = pl.col("labels") != pl.col("read_labels")
    record = pl.col("is_record").is_not_null() & pl.col("is_record").ne_missing(pl.col("record"))
    differs = (pl.col("facts") != pl.col("read_facts")) | (counts & (relabelled | record))
    fresh = joined.filter(is_new).select(items.columns)
    differing = joined.filter(~is_new & differs).select(items.columns)
    return Diff(fresh, differing, items.height - fresh.height - differing.height)


def rows_for_new(items: pl.DataFrame, drive_id: str, now: datetime) -> pl.DataFrame:
    """Stored rows of items that the mirror did not have."""
    return items.with_columns(
        drive_id=pl.lit(drive_id),
        seen_at=pl.lit(now, INSTANT),
        sharing_changed_at=pl.when(pl.col("shared_scope").ne_missing("") | pl.col("sharing_marked")).then(
            pl.lit(now, INSTANT)
        ),
    ).select(*STORED_ITEMS)


def rows_for_differing(
    items: pl.DataFrame, previous: pl.DataFrame, drive_id: str, now: datetime, *, changes: bool
) -> pl.DataFrame:
    """Stored rows of items that the mirror had otherwise; `previous` holds their `CARRIED` columns.

    In a round of `changes`, being told of an item that is shared is itself a sign that its sharing may have changed.
    Whether a label was set explicitly, or makes a record, is not told everywhere: it is kept as long as the label stays.
    """
    joined = items.join(previous.select(CARRIED), on="item_id", how="left", suffix="_before")
    same_label = pl.col("label") == pl.col("label_before")
    signal = pl.col("sharing_marked") | pl.col("shared_scope").ne_missing(pl.col("shared_scope_before"))
    if changes:
        signal = signal | pl.col("shared_scope").ne_missing("")
    return joined.with_columns(
        drive_id=pl.lit(drive_id),
        seen_at=pl.lit(now, INSTANT),
        label_explicit=pl.coalesce("label_explicit", pl.when(same_label).then("label_explicit_before")),
        is_record=pl.coalesce("is_record", pl.when(same_label).then("is_record_before")),
        sharing_changed_at=pl.when(signal).then(pl.lit(now, INSTANT)).otherwise("sharing_changed_at"),
    ).select(*STORED_ITEMS)


def moved_folders(items: pl.DataFrame, previous: pl.DataFrame) -> frozenset[str]:
    """The folders among `items` that have another name or parent than in `previous`: all below has another address too."""
    before = previous.select("item_id", old_name="name", old_parent="parent_id", was_folder="is_folder")
    name, parent = pl.col("name"), pl.col("parent_id")
    moved = name.ne_missing(pl.col("old_name")) | parent.ne_missing(pl.col("old_parent"))
    folder = pl.coalesce("is_folder", "was_folder", pl.lit(value=True))
    return frozenset(items.join(before, on="item_id").filter(folder & moved)["item_id"])


def unknown(rows: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """Stored rows as those of items of which nothing can be read any more."""
    kinds = {name: STORED_ITEMS[name] for name in FACTS if name != "unreadable"}
    nothing = [pl.lit(None, dtype=kind).alias(name) for name, kind in kinds.items()]
    return rows.with_columns(*nothing, unreadable=pl.lit("entry"), seen_at=pl.lit(now, INSTANT)).select(*STORED_ITEMS)


def rows_to_remove(tree: pl.DataFrame, deleted: pl.Series, alive: pl.Series) -> pl.Series:
    """Which rows a round's tombstones remove. `tree` is the drive's `item_id` and `parent_id` after the round's
    upserts.

    A deleted folder takes with it everything below that the round did not tell of again; but a folder's tombstone is
    final only if nothing remains below it at the end of the round.
    Source: https://learn.microsoft.com/graph/api/driveitem-delta
    """
    gone = tree.filter(pl.col("item_id").is_in(deleted.implode()))
    doomed = gone
    while gone.height:
        below = tree.join(gone.select(parent_id="item_id"), on="parent_id", how="semi")
        gone = below.filter(~pl.col("item_id").is_in(alive.implode())).join(doomed, on="item_id", how="anti")
        doomed = pl.concat([doomed, gone])
    surviving = tree.join(doomed, on="item_id", how="anti")
    holding = doomed.join(surviving.select(item_id="parent_id"), on="item_id", how="semi")
    while holding.height:
        doomed = doomed.join(holding, on="item_id", how="anti")
        holding = doomed.join(holding.select(item_id="parent_id"), on="item_id", how="semi")
    return doomed["item_id"]
