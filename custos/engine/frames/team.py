"""The sites with a Team behind them."""

from __future__ import annotations

import polars as pl

from custos.engine.frames import site
from custos.engine.frames.mirror import Mirror, sure


def frame(mirror: Mirror, needed: frozenset[str]) -> pl.LazyFrame:
    """A row a site that is a Team, or may be one."""
    rows = site.frame(mirror, needed).filter(pl.col("is_team").fill_null(value=True))
    return rows.with_columns(sure=pl.col("sure") & sure(pl.col("is_team")))
