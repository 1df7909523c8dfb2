"""Permissions as subjects: what links and grants have in common."""

from __future__ import annotations

import polars as pl

from custos.engine.frames.mirror import PLACED, Mirror, sure

GRANTS_SOMETHING = pl.col("scope").fill_null("") != "existingAccess"
OF_THE_SITE = pl.col("inherited").fill_null(value=False) & pl.col("principal").fill_null("?").is_in(
    ["group", "site_group"]
)
"""What a site gives to groups everywhere in it. Who is in them is told by the site's members, not by an item's permissions."""
PERSON = pl.coalesce(pl.col("email"), pl.col("login"), pl.col("user_id"))


def shared(mirror: Mirror, permissions: pl.LazyFrame, signals: tuple[str, ...]) -> pl.LazyFrame:
    """Permissions with their items and libraries; a row of nothing but unknowns for each item whose sharing was not read."""
    own = permissions.filter(~pl.col("inherited").fill_null(value=False))
    owners = own.select("drive_id", "permission_id").unique()
    orphans = permissions.filter(pl.col("inherited").fill_null(value=False)).join(
        owners, on=["drive_id", "permission_id"], how="anti"
    )
    items = mirror.shared_items
    unread = items.filter(
        pl.col("shared_scope").is_in([*signals]).fill_null(value=True) & pl.col("permissions_read_at").is_null()
    ).select("drive_id", "item_id", pl.lit("").alias("permission_id"), pl.lit(value=False).alias("told"))
    rows = pl.concat(
        [
            own.with_columns(told=~pl.col("inherited")),
            orphans.with_columns(told=pl.lit(None, dtype=pl.Boolean)),
            unread.with_columns(told=pl.lit(None, dtype=pl.Boolean)),
        ],
        how="diagonal",
    )
    return (
        mirror.chosen(rows)
        .join(items.drop("shared_scope", "permissions_read_at"), on=["drive_id", "item_id"], how="left")
        .join(mirror.library_rows, on="drive_id")
        .with_columns(
            sure=sure(pl.col("complete")) & sure(pl.col("told")) & PLACED,
            item_name=pl.col("name"),
            item_is_folder=pl.col("is_folder"),
        )
    )
