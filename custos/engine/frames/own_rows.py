"""The frame of a kind whose subjects are the rows of a table of their own, each joined to its site."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from custos.engine.frames.mirror import Mirror, sure
from custos.kinds.declaration import Rows


def of(declared: Rows) -> Callable[[Mirror, frozenset[str]], pl.LazyFrame]:
    """The maker of the frame: the rows of the sites that are looked at, their columns under the facts' names."""

    def rows(mirror: Mirror, _needed: frozenset[str]) -> pl.LazyFrame:
        table = mirror.facts.own[declared.table]
        own = table.select(declared.on, pl.exclude(declared.on).name.prefix("own:"))
        address = pl.col(f"own:{declared.url}") if declared.url else pl.col("site_address")
        return (
            mirror.site_rows.filter(pl.col(declared.on) != "")
            .join(own, on=declared.on)
            .with_columns(
                sure=sure(pl.col(f"own:{declared.known}").is_not_null()),
                item_id=pl.col(f"own:{declared.item_id}"),
                name=pl.col(f"own:{declared.name}"),
                url=address,
                **{fact: pl.col(f"own:{column}") for fact, column in declared.facts.items()},
            )
        )

    return rows
