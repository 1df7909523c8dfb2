"""The sites, with what lies in them when that is asked for."""

from __future__ import annotations

import polars as pl

from custos.engine import human_activity
from custos.engine.frames.mirror import ACTIVITY, Mirror, sure
from custos.engine.frames.outside_people import outside_people


def frame(mirror: Mirror, needed: frozenset[str]) -> pl.LazyFrame:
    """A row a site."""
    rows = mirror.site_rows.with_columns(
        sure=sure(pl.col("site_kind").is_not_null()), name=pl.col("site_title"), url=pl.col("site_address")
    )
    if needed & {*ACTIVITY}:
        drives = mirror.places.libraries.lazy().select("site_id", "drive_id", "complete")
        rows = rows.join(human_activity.by_site(mirror.folder_sums, drives), on="site_id", how="left")
        readable = pl.col("access") == "readable"
        rows = rows.with_columns(pl.when(readable).then(pl.col(name)).alias(name) for name in ACTIVITY)
    if "outside_people" in needed:
        rows = rows.join(outside_people(mirror), on="site_id", how="left")
    return rows
