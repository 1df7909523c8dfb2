"""The frames that evaluation needs, all from one version of the tables.

Lazy: an evaluation decodes only the columns and libraries that it uses. Sites that are gone, and their libraries, are left
out; when an item's permissions were read is joined in from the table of permissions.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from custos.inventory.drive_state import DriveState, DriveStates, SyncState
from custos.inventory.lakehouse import Lakehouse
from custos.inventory.permissions import reads
from custos.inventory.schema import DRIVE_STATES, ITEMS, OWN
from custos.storage.account import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """`frames` by name: sites, drives, items, permissions, members, states (as `schema.DRIVE_STATES`), and the tables of `schema.OWN`.

    `bare_items` among them are the items without `permissions_read_at`, which takes a join to tell; `every_item` has them of all
    libraries, whichever were asked for.

    `versions` say what was read, and read it again when given to `read_facts`. `incomplete` are governed libraries whose
    mirror is not complete: nothing may act on them. `coverage` is (libraries read completely, libraries expected).
    """

    frames: Mapping[str, pl.LazyFrame | pl.DataFrame]
    versions: Mapping[str, int]
    incomplete: frozenset[str]
    coverage: tuple[int, int]


async def read_facts(
    account: Account,
    lakehouse: Lakehouse,
    *,
    drives: Iterable[str] | None = None,
    versions: Mapping[str, int] | None = None,
) -> Tables:
    """The inventory as it is now, or as it was at `versions`; with `drives`, items and permissions of those only.

    Sites, drives, members, tables of kinds and states are small and always whole; states are always those of now. Raises StorageTrouble.
    """
    pinned = dict(versions) if versions is not None else await asyncio.to_thread(lakehouse.versions)
    states = [state async for state in DriveStates.of(account).all()]
    chosen = None if drives is None else frozenset(drives)
    return await asyncio.to_thread(_tables, lakehouse, pinned, states, chosen)


def _tables(
    lakehouse: Lakehouse, versions: Mapping[str, int], states: list[DriveState], drives: frozenset[str] | None
) -> Tables:
    sites = lakehouse.read("sites", version=versions["sites"]).filter(pl.col("access").ne_missing("gone"))
    libraries = lakehouse.read("drives", version=versions["drives"]).join(sites, on="site_id", how="semi")
    governed = frozenset(libraries.filter("governed")["drive_id"])
    complete = frozenset(state.drive_id for state in states if state.state is SyncState.COMPLETE) & governed
    stored = lakehouse.scan("permissions", drives=drives, version=versions["permissions"])
    items = lakehouse.scan("items", drives=drives, version=versions["items"])
    frames: dict[str, pl.LazyFrame | pl.DataFrame] = {
        "sites": sites,
        "drives": libraries,
        "items": _items(items, stored),
        "bare_items": items.drop("sharing_changed_at"),
        "every_item": lakehouse.scan("items", version=versions["items"]).drop("sharing_changed_at"),
        "permissions": stored.filter(pl.col("permission_id") != ""),
        "members": lakehouse.read("members", version=versions["members"]),
        "moved_items": lakehouse.scan("moved_items", version=versions.get("moved_items", -1)),
        **{name: lakehouse.read(name, version=versions.get(name, -1)) for name in OWN},
        "states": states_frame(state for state in states if state.drive_id in governed),
    }
    return Tables(
        frames=frames, versions=versions, incomplete=governed - complete, coverage=(len(complete), len(governed))
    )


def _items(items: pl.LazyFrame, permissions: pl.LazyFrame) -> pl.LazyFrame:
    """The items with `permissions_read_at`: null when they were not read since the sharing last changed."""
    is_current = pl.col("read_at") >= pl.coalesce("sharing_changed_at", "read_at")
    return (
        items.join(reads(permissions), on=["drive_id", "item_id"], how="left")
        .with_columns(permissions_read_at=pl.when(is_current).then("read_at"))
        .select(*ITEMS)
    )


def states_frame(states: Iterable[DriveState]) -> pl.DataFrame:
    """Rows of `schema.DRIVE_STATES`."""
    rows = [
        (
            state.drive_id,
            state.state.value,
            state.why.value,
            state.synced_at,
            state.reconciled_at,
            state.labels_complete,
            state.labels_read_at,
            state.permissions_pending,
        )
        for state in states
    ]
    return pl.DataFrame(rows, schema=DRIVE_STATES, orient="row")
