"""How many people from outside have access to anything in a site."""

from __future__ import annotations

import polars as pl

from custos.engine.frames.mirror import TRUE, Mirror
from custos.engine.frames.sharing import OF_THE_SITE, PERSON


def outside_people(mirror: Mirror) -> pl.LazyFrame:
    """Distinct people from outside with access to anything in each site; unknown while anything about that is unread."""
    libraries = mirror.places.libraries.lazy().select("site_id", "drive_id", "complete")
    sites = mirror.places.sites.lazy().select("site_id", "group_id", "access")
    readable = pl.col("kind").is_not_null()
    named = (
        mirror.facts.permissions.filter(~OF_THE_SITE)
        .join(libraries, on="drive_id")
        .select(
            "site_id",
            pl.when(readable).then("external").alias("outside"),
            pl.when(readable).then(PERSON.str.to_lowercase()).otherwise(pl.lit("?")).alias("person"),
        )
    )
    guests = mirror.facts.members.join(sites, on="group_id").select(
        "site_id",
        pl.col("is_guest").alias("outside"),
        pl.coalesce("mail", "upn", "user_id").str.to_lowercase().alias("person"),
    )
    outside = pl.col("outside") & (pl.col("person").fill_null("") != "")
    counted = (
        pl.concat([named, guests])
        .group_by("site_id")
        .agg(
            pl.col("person").filter(outside).n_unique().alias("outside_people"),
            outside.is_null().any().alias("doubtful"),
        )
    )
    unread = (
        mirror.restricted(mirror.facts.items)
        .filter(
            pl.col("shared_scope").is_in(["users", "unique"]).fill_null(value=True)
            & pl.col("permissions_read_at").is_null()
        )
        .select("drive_id")
        .unique()
        .with_columns(unread=TRUE)
    )
    whole = (
        libraries.join(unread, on="drive_id", how="left")
        .group_by("site_id")
        .agg((pl.col("complete") & pl.col("unread").is_null()).all().alias("whole"))
    )
    known = (
        pl.col("whole").fill_null(pl.col("access") == "readable")
        & pl.col("group_id").is_not_null()
        & ~pl.col("doubtful").fill_null(value=False)
    )
    return (
        sites.join(whole, on="site_id", how="left")
        .join(counted, on="site_id", how="left")
        .select("site_id", outside_people=pl.when(known).then(pl.col("outside_people").fill_null(0)))
    )
