"""From what a sync marked to how far an evaluation has to look."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from custos.engine.facts import Facts
from custos.engine.partial_evaluation import Extent
from custos.inventory import pending_changes
from custos.inventory.drive_state import DriveStates, SyncState
from custos.inventory.lakehouse import Lakehouse
from custos.inventory.pending_changes import AT_MOST, ChangedItems, PendingChange
from custos.inventory.schema import DEEPEST
from custos.inventory.sync import LEASES
from custos.storage.account import Account


@dataclass(frozen=True, slots=True)
class Changes:
    """The marks that nobody is at, by library, and all governed libraries of the sites that own these."""

    marks: Mapping[str, PendingChange]
    drives: frozenset[str]


async def waiting(account: Account, lakehouse: Lakehouse) -> Changes:
    """What changed since it was last evaluated. Read it before the facts. Raises StorageTrouble."""
    marks = await pending_changes.settled(account, await pending_changes.marks(account), LEASES)
    if not marks:
        return Changes({}, frozenset())
    drives = await asyncio.to_thread(lakehouse.read, "drives", columns=["drive_id", "site_id", "governed"])
    governed = drives.filter("governed")
    owning = governed.filter(pl.col("drive_id").is_in([mark.drive_id for mark in marks]))["site_id"]
    beside = governed.filter(pl.col("site_id").is_in(owning.implode()))["drive_id"]
    return Changes({mark.drive_id: mark for mark in marks}, frozenset(beside))


async def due(account: Account) -> bool:
    """Whether something waits for an evaluation that can be looked at: it lies in a library that is read completely."""
    marks = await pending_changes.settled(account, await pending_changes.marks(account), LEASES)
    states = [await DriveStates.of(account).get(mark.drive_id) for mark in marks]
    return any(state is not None and state.state is SyncState.COMPLETE for state in states)


async def settle(account: Account, changes: Changes, incomplete: frozenset[str]) -> None:
    """Forget what was evaluated. What lies in libraries that are not read completely was not: it stays marked."""
    done: Sequence[PendingChange] = [mark for drive, mark in changes.marks.items() if drive not in incomplete]
    await pending_changes.clear(account, done)


def extent_of(changes: Changes, facts: Facts, incomplete: frozenset[str], unknown: frozenset[str]) -> Extent:
    """How far to look: what was marked, what lies below folders that pass something on, and all of the libraries `unknown`.

    `unknown` are libraries of which it is not remembered what was found there last.
    """
    items: dict[str, frozenset[str] | None] = dict.fromkeys(unknown)
    for drive, mark in changes.marks.items():
        if drive in changes.drives and drive not in incomplete and drive not in unknown:
            items[drive] = _items(drive, mark.touched, facts)
    return Extent(items, changes.drives)


def _items(drive: str, changed: ChangedItems, facts: Facts) -> frozenset[str] | None:
    if changed.whole:
        return None
    if not changed.below:
        return changed.items
    here = facts.bare_items.filter(pl.col("drive_id") == drive).select("item_id", "parent_id", "is_folder").collect()
    found, level = set(changed.items), pl.DataFrame({"parent_id": sorted(changed.below)})
    for _ in range(DEEPEST):
        inside = here.join(level, on="parent_id", how="semi")
        found.update(inside["item_id"])
        if not inside.height:
            break
        if len(found) > AT_MOST:
            return None
        level = inside.filter("is_folder").select(parent_id="item_id")
    return frozenset(found)
