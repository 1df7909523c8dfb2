"""The tables of kinds that have one of their own (`custos.kinds`: `rows`), read in discovery. How Graph tells the rows of one is the module
of the table's name here: `read(graph, KEY)` gives those of one site or group, KEY being the column that the table is joined on.

What could not be read now stays as it was; what belongs to a site that is gone, or has no such rows any more, goes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module

import polars as pl

from custos.inventory.concurrency import all_of
from custos.inventory.schema import OWN
from custos.m365.errors import MicrosoftTrouble, NotFound, Throttled
from custos.m365.graph import Graph
from custos.m365.paging import Listing

type Read = Callable[[Graph, str], Awaitable[Listing[Mapping[str, object]]]]

_READ: Mapping[str, Read] = {name: import_module(f"{__name__}.{name}").read for name in OWN}


@dataclass(frozen=True, slots=True)
class OwnRows:
    """The rows of a table as they are now, and sentences about what could not be read."""

    rows: pl.DataFrame
    troubles: Sequence[str] = ()


async def rows(name: str, graph: Graph, sites: pl.DataFrame, before: pl.DataFrame, now: datetime) -> OwnRows:
    """The rows of a table for the readable sites that have such rows. Raises Throttled."""
    own = OWN[name]
    there = sites.filter(pl.col("access").ne_missing("gone") & (pl.col(own.on).fill_null("") != "") & own.needs)
    asked = there.filter(pl.col("access") == "readable")[own.on].unique().sort()
    found = dict(zip(asked, await all_of([_read(name, graph, key) for key in asked]), strict=True))
    unread = [key for key, listing in found.items() if isinstance(listing, str)]
    listings = {key: listing for key, listing in found.items() if not isinstance(listing, str)}
    fresh = pl.DataFrame(
        [{**row, own.on: key, "read_at": now} for key, listing in listings.items() for row in listing.values],
        schema=own.columns,
        orient="row",
    )
    kept = before.filter(pl.col(own.on).is_in(there[own.on].implode()) & ~pl.col(own.on).is_in(list(listings)))
    odd = sum(listing.unidentified for listing in listings.values())
    troubles = [str(found[key]) for key in unread]
    if odd:
        troubles.append(f"{odd} without an id among the {name}: nobody can tell what they are about")
    return OwnRows(pl.concat([fresh, kept]), troubles)


async def _read(name: str, graph: Graph, key: str) -> Listing[Mapping[str, object]] | str:
    """The rows of one site or group; a sentence where they cannot be read now."""
    try:
        return await _READ[name](graph, key)
    except NotFound:
        return Listing([], 0)
    except Throttled:
        raise
    except MicrosoftTrouble as trouble:
        return f"{name} of {key}: {trouble}"
