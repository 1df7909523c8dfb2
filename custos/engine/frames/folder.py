"""The folders, with what lies below them when that is asked for."""

from __future__ import annotations

import polars as pl

from custos.engine import human_activity
from custos.engine.frames.mirror import ACTIVITY, PLACED, Mirror, sure
from custos.policy.compile import latest, missing


def frame(mirror: Mirror, needed: frozenset[str]) -> pl.LazyFrame:
    """A row a folder; the root of a library is none."""
    folder = pl.col("is_folder").fill_null(value=False) & pl.col("parent_id").ne_missing("")
    rows = mirror.facts.bare_items.filter(folder).join(mirror.library_rows, on="drive_id")
    rows = rows.with_columns(
        sure=sure(pl.col("complete")) & PLACED,
        folder_name=pl.col("name"),
        folder_created=pl.col("created"),
    )
    if needed & {*ACTIVITY, "folder_depth"}:
        rows = rows.drop("size").join(mirror.subtree_sums, on=["drive_id", "item_id"], how="left")
    if "library_last_human_activity" in needed:
        whole = human_activity.by_library(mirror.folder_sums).select(
            "drive_id",
            *(
                pl.col(name).alias(f"library_{name}")
                for name in (human_activity.FACT, latest(human_activity.FACT), missing(human_activity.FACT))
            ),
        )
        rows = rows.join(whole, on="drive_id", how="left")
    return mirror.opened(rows, needed)
