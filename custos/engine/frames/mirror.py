"""What the frames of all kinds are made from: the mirror's tables, restricted to what is looked at, and what several kinds share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import polars as pl

from custos.engine import anyone_link_reach, human_activity
from custos.engine.facts import Facts
from custos.engine.partial_evaluation import Extent
from custos.engine.site_facts import SiteFacts
from custos.model.policy import Bundle
from custos.policy.compile import latest, missing

ACTIVITY = (
    "files",
    "size",
    human_activity.FACT,
    latest(human_activity.FACT),
    missing(human_activity.FACT),
    "activity_confidence",
)
TRUE = pl.lit(value=True)
PLACED = pl.when(pl.col("name").is_not_null() & pl.col("parent_id").is_not_null()).then(TRUE)
"""Of an item without a name or a folder nothing is decided. What lies below it is: it may lie anywhere in its library, and every
hold that may cover it does.
"""
SIGNS = ("anonymous", "organization", "users", "unique")


@dataclass(frozen=True)
class Mirror:
    """The facts, of everything or of what `extent` names."""

    facts: Facts
    bundle: Bundle
    places: SiteFacts
    now: datetime
    extent: Extent | None = None

    @cached_property
    def machines(self) -> list[str]:
        """Object ids of accounts that are no people."""
        return human_activity.not_people(self.facts, self.bundle.settings.not_people)

    @cached_property
    def library_rows(self) -> pl.LazyFrame:
        rows = self.places.libraries.lazy()
        return rows.filter(pl.col("drive_id").is_in(sorted(self.extent.items))) if self.extent is not None else rows

    @cached_property
    def site_rows(self) -> pl.LazyFrame:
        rows = self.places.sites.lazy()
        if self.extent is None:
            return rows
        owning = self.library_rows.select("site_id").unique()
        return rows.join(owning, on="site_id", how="semi")

    @cached_property
    def folder_sums(self) -> pl.LazyFrame:
        """Activity of the files directly in each folder."""
        return human_activity.by_folder(self.restricted(self.facts.bare_items), self.machines).collect().lazy()

    @cached_property
    def _tree(self) -> pl.DataFrame:
        """The folders of the libraries that are looked at: drive_id, item_id, parent_id."""
        libraries = self.library_rows.select("drive_id")
        folders = self.facts.bare_items.filter(pl.col("is_folder").fill_null(value=False))
        return folders.select("drive_id", "item_id", "parent_id").join(libraries, on="drive_id", how="semi").collect()

    @cached_property
    def subtree_sums(self) -> pl.LazyFrame:
        """Activity of all that lies below each folder, and the folder's depth."""
        drives = self._tree.lazy().select("drive_id").unique()
        return human_activity.by_subtree(self.folder_sums.join(drives, on="drive_id", how="semi"), self._tree).lazy()

    @cached_property
    def shared_items(self) -> pl.LazyFrame:
        """The items that are looked at and bear a permission or a sign of sharing: few, and asked for by several kinds."""
        bearing = self.facts.permissions.select("item_id").unique().collect()["item_id"]
        shared = pl.col("item_id").is_in(bearing.implode()) | pl.col("shared_scope").is_in(SIGNS).fill_null(value=True)
        columns = (
            "drive_id", "item_id", "parent_id", "name", "is_folder", "created", "modified", "shared_scope",
            "permissions_read_at",
        )  # fmt: skip
        return self.chosen(self.facts.items).filter(shared).select(columns).collect().lazy()

    @cached_property
    def files_chosen(self) -> pl.LazyFrame:
        folder = pl.col("is_folder").fill_null(value=False)
        files = self.chosen(self.facts.bare_items).filter(~folder)
        return files if self.extent is None else files.collect().lazy()

    def restricted(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Rows of the libraries whose sums are asked for."""
        return rows if self.extent is None else rows.filter(pl.col("drive_id").is_in(sorted(self.extent.drives)))

    def chosen(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Rows of the items that are looked at."""
        return rows if self.extent is None else rows.filter(self.extent.chosen())

    def opened(self, rows: pl.LazyFrame, needed: frozenset[str]) -> pl.LazyFrame:
        if anyone_link_reach.FACT not in needed:
            return rows
        items, permissions = self.restricted(self.facts.items), self.restricted(self.facts.permissions)
        return anyone_link_reach.with_anyone_link(rows, items, permissions, self.now)

    def agreed(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """With `under_agreement`: an in-date agreement names both the person's domain and the asset."""
        today = self.bundle.day(self.now)
        pairs = {
            (asset, domain)
            for row in self.bundle.records.agreements.values()
            if row.in_force(today)
            for asset in row.assets
            for domain in row.domains
        }
        agreed = pl.LazyFrame(
            [(asset, domain, True) for asset, domain in sorted(pairs)],
            schema={"asset": pl.String, "_domain": pl.String, "_agreed": pl.Boolean},
            orient="row",
        )
        known = pl.col("domain").is_not_null() & pl.col("asset").is_not_null()
        return (
            rows.with_columns(_domain=pl.col("domain").str.to_lowercase())
            .join(agreed, on=["asset", "_domain"], how="left")
            .with_columns(under_agreement=pl.when(known).then(pl.col("_agreed").fill_null(value=False)))
        )


def sure(known: pl.Expr) -> pl.Expr:
    """True, or null for what is not known to be so."""
    return pl.when(known).then(statement=True)
