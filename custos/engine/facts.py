"""The facts that policies are evaluated on: the inventory's tables and how far each library has been read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from custos.inventory.schema import DEPARTURES, DRIVE_STATES, DRIVES, ITEMS, MEMBERS, OWN, PERMISSIONS, SITES

STATES: dict[str, pl.DataType] = {name: DRIVE_STATES[name] for name in ("drive_id", "state", "why", "synced_at")}
PEOPLE: dict[str, pl.DataType] = {"user_id": pl.String(), "upn": pl.String()}
COMPLETE = "complete"

type Frame = pl.LazyFrame | pl.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Tables of `custos.inventory.schema`, lazily. Null is unknown throughout.

    `states` says of each drive whether its mirror is complete; a drive without a row is not. `people` resolves the sign-in
    names of `settings.yaml` to the ids that items carry; a name that it lacks counts as a person, which can only make
    content look livelier. `bare_items` are the items for whoever asks nothing about when permissions were read: that is
    joined to every one of `items`. `every_item` are those of all libraries, also where `items` are of some; `moved_items` is what
    left the place where it lay. `own` are the tables of kinds that have one of their own, by name.
    """

    sites: pl.LazyFrame
    drives: pl.LazyFrame
    items: pl.LazyFrame
    bare_items: pl.LazyFrame
    permissions: pl.LazyFrame
    members: pl.LazyFrame
    states: pl.LazyFrame
    people: pl.LazyFrame
    every_item: pl.LazyFrame
    moved_items: pl.LazyFrame
    own: Mapping[str, pl.LazyFrame] = field(default_factory=dict)

    def table(self, name: str) -> pl.LazyFrame:
        """A table by its name."""
        found = self.own[name] if name in self.own else getattr(self, name)
        assert isinstance(found, pl.LazyFrame), "own tables have no core table's name"
        return found


_BARE = {name: kind for name, kind in ITEMS.items() if name != "permissions_read_at"}
_SCHEMAS = {
    "sites": SITES,
    "drives": DRIVES,
    "items": ITEMS,
    "bare_items": _BARE,
    "every_item": _BARE,
    "moved_items": DEPARTURES,
    "permissions": PERMISSIONS,
    "members": MEMBERS,
    "states": STATES,
    "people": PEOPLE,
}


def facts_from(tables: Mapping[str, Frame]) -> Facts:
    """Facts out of frames by table name. A table left out is empty (`bare_items`, `every_item`: as `items`); a column is unknown.

    Raises KeyError for a table that is none of the inventory's.
    """
    unknown = set(tables) - set(_SCHEMAS) - set(OWN)
    if unknown:
        raise KeyError(f"no such table: {', '.join(sorted(unknown))}")
    given = {"bare_items": tables.get("items"), **tables}
    given = {"every_item": given["bare_items"], **given}
    return Facts(
        **{name: _shaped(given.get(name), schema) for name, schema in _SCHEMAS.items()},
        own={name: _shaped(given.get(name), own.columns) for name, own in OWN.items()},
    )


def _shaped(frame: Frame | None, schema: dict[str, pl.DataType]) -> pl.LazyFrame:
    if frame is None:
        return pl.LazyFrame(schema=schema)
    lazy = frame.lazy()
    present = set(lazy.collect_schema().names())
    return lazy.select(
        pl.col(name).cast(kind) if name in present else pl.lit(None, dtype=kind).alias(name)
        for name, kind in schema.items()
    )
