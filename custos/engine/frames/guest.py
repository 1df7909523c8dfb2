"""The guests in the groups behind the sites."""

from __future__ import annotations

import polars as pl

from custos.engine.frames.mirror import Mirror, sure


def frame(mirror: Mirror, _needed: frozenset[str]) -> pl.LazyFrame:
    """A row a guest of a group."""
    members = mirror.facts.members.filter(pl.col("is_guest").fill_null(value=True)).unique(["group_id", "user_id"])
    sites = mirror.site_rows.filter(pl.col("group_id") != "")
    rows = sites.join(members, on="group_id")
    return mirror.agreed(rows).with_columns(
        sure=sure(pl.col("is_guest")),
        person=pl.coalesce(pl.col("mail"), pl.col("upn")),
        person_domain=pl.col("domain").str.to_lowercase(),
        person_enabled=pl.col("enabled"),
        name=pl.coalesce(pl.col("mail"), pl.col("upn")),
        url=pl.col("site_address"),
    )
