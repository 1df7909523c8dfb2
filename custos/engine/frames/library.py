"""The governed libraries, with what lies in them when that is asked for."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from custos.engine import human_activity
from custos.engine.frames.mirror import ACTIVITY, TRUE, Mirror, sure
from custos.policy.compile import missing


def frame(mirror: Mirror, needed: frozenset[str]) -> pl.LazyFrame:
    """A row a governed library."""
    rows = mirror.library_rows.with_columns(
        sure=sure(pl.col("complete")), name=pl.col("library_name"), url=pl.col("library_address")
    )
    if needed & {*ACTIVITY}:
        rows = rows.join(human_activity.by_library(mirror.folder_sums), on="drive_id", how="left").with_columns(
            _empty(pl.col("files").is_null() & pl.col("complete"))
        )
    return rows


def _empty(nothing: pl.Expr) -> list[pl.Expr]:
    """The activity of what is known to hold no file."""
    values: Mapping[str, pl.Expr] = {
        "files": pl.lit(0),
        "size": pl.lit(0),
        missing(human_activity.FACT): TRUE,
        "activity_confidence": pl.lit(""),
    }
    return [pl.when(nothing).then(value).otherwise(pl.col(name)).alias(name) for name, value in values.items()]
