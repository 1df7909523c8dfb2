"""The direct permissions, and the people who are named on links."""

from __future__ import annotations

import polars as pl

from custos.engine.frames.mirror import Mirror, sure
from custos.engine.frames.sharing import GRANTS_SOMETHING, OF_THE_SITE, PERSON, shared


def frame(mirror: Mirror, _needed: frozenset[str]) -> pl.LazyFrame:
    """A row a person or group on an item, and one of unknowns for each item whose sharing was not read."""
    named = (pl.col("principal").fill_null("?") != "") & ~OF_THE_SITE
    given = mirror.facts.permissions.filter(named & GRANTS_SOMETHING)
    known = pl.col("principal").is_not_null() & pl.col("scope").is_not_null()
    return mirror.agreed(shared(mirror, given, ("users", "unique"))).with_columns(
        sure=pl.col("sure") & sure(known),
        through=pl.col("kind"),
        access=pl.col("roles"),
        person_is_outside=pl.col("external"),
        person=PERSON,
        person_domain=pl.col("domain").str.to_lowercase(),
    )
