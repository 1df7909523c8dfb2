"""Whether it is known where an item is: its own name and folder, and the folder of every folder above it.

Microsoft may tell an item in a way that cannot be understood (`unreadable` in `custos.inventory.schema`). Of one without a
name or a folder nothing is decided, and of what lies below a folder that may be anywhere neither, for nobody can say what
protects it. A folder that merely lost its name is still in its place, and so is all that lies below it.
"""

from __future__ import annotations

import polars as pl

from custos.engine.activity import folder_levels
from custos.engine.facts import Facts

_KEYS = ("drive_id", "item_id")


class Whereabouts:
    """Tells it of the rows of one set of facts. Only libraries with something unreadable take a look at their folders."""

    def __init__(self, facts: Facts) -> None:
        odd = facts.states.filter(pl.col("unreadable").fill_null(0) > 0).select("drive_id").collect()["drive_id"]
        self._drives = sorted(odd)
        self._placed: pl.LazyFrame | None = None
        if self._drives:
            folders = pl.col("is_folder").fill_null(value=True) & pl.col("drive_id").is_in(self._drives)
            tree = facts.bare_items.filter(folders).select(*_KEYS, "parent_id").collect()
            self._placed = pl.concat(folder_levels(tree)).select("drive_id", parent_id="item_id").lazy()

    def of(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """`rows` (drive_id, parent_id, name, …) with `placed`: true, or null where it is not known where the item is."""
        own = pl.col("name").is_not_null() & pl.col("parent_id").is_not_null()
        if self._placed is None:
            return rows.with_columns(placed=pl.when(own).then(statement=True))
        found = self._placed.with_columns(_found=pl.lit(value=True))
        above = (
            ~pl.col("drive_id").is_in(self._drives)
            | (pl.col("parent_id") == "")
            | pl.col("_found").fill_null(value=False)
        )
        joined = rows.join(found, on=["drive_id", "parent_id"], how="left")
        return joined.with_columns(placed=pl.when(own & above).then(statement=True)).drop("_found")
