"""The sharing links."""

from __future__ import annotations

import polars as pl

from custos.engine.frames.mirror import SIGNS, Mirror, sure
from custos.engine.frames.sharing import GRANTS_SOMETHING, shared


def frame(mirror: Mirror, _needed: frozenset[str]) -> pl.LazyFrame:
    """A row a link, and one of unknowns for each item whose sharing was not read."""
    link = pl.col("kind").fill_null("link") == "link"  # one that cannot be read may be a link
    links = mirror.facts.permissions.filter(link & GRANTS_SOMETHING & (pl.col("grantee") <= 0))
    rows = shared(mirror, links, SIGNS)
    return rows.drop("user_id").with_columns(
        sure=pl.col("sure") & sure(pl.col("kind").is_not_null()),
        grantee=pl.lit(-1, dtype=pl.Int32),
        link_scope=pl.col("scope"),
        link_type=pl.col("link_type"),
        link_expires=pl.col("expires"),
        link_expires__missing=~pl.col("has_expiry"),
        link_has_password=pl.col("has_password"),
    )
