"""Where the things are now that a hold was placed on and somebody moved: a hold follows them. Pure.

Within a library by the id of the item; elsewhere by what survives of it: the unique id of its list item, its name with the moment
of its creation, or, once the original is gone, the same content. Until the library that something left was read again nobody knows
whether it was moved or copied: till then the other one is held as well.
Source: https://learn.microsoft.com/graph/api/driveitem-move (an id belongs to a drive)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import polars as pl

from custos.engine.facts import Facts
from custos.engine.locate import Locator
from custos.inventory.schema import UNIQUE_ID
from custos.model.policy import Bundle
from custos.records.address import Address
from custos.records.hold_coverage import HeldByRegisters
from custos.records.model import Hold

type Item = tuple[str, str]  # drive, item

_ITEM = ["drive_id", "item_id"]
_SURVIVES = (["unique_id"], ["name", "created"])
_CONTENT = ["content_hash"]


@dataclass(frozen=True, slots=True)
class Followed:
    """What a hold covers outside the places that it names.

    `items` by their ids, `below` by the keys of the folders in which they lie, `drives` the libraries of both; `lost` are those of
    the hold's addresses where something was of which nobody knows where it is now; `now` are the present addresses, for people.
    """

    items: frozenset[Item] = frozenset()
    below: frozenset[str] = frozenset()
    drives: frozenset[str] = frozenset()
    lost: tuple[Address, ...] = ()
    now: tuple[Address, ...] = ()

    def holds(self, item: Item, at: Iterable[Address]) -> bool:
        """Whether an item, which lies at one of some addresses, is one of them."""
        return item in self.items or any(up.key in self.below for one in at for up in one.upwards())


@dataclass(frozen=True, slots=True)
class _Placed:
    """An item in a place, now or before. `at` None: nobody knows where in its library."""

    item: Item
    home: Address
    at: Address | None
    is_folder: bool


def follow(bundle: Bundle, facts: Facts, locator: Locator, missing: Collection[str]) -> Mapping[str, Followed]:
    """By id of the hold: what it covers elsewhere. Holds that nothing left are not in it.

    `missing`: the keys of the addresses of registers at which nothing is.
    """
    if not bundle.records.holds:
        return {}
    holdings = _Holdings(bundle, locator.libraries, facts.moved_items.collect())
    mirror = _Mirror(facts, locator, holdings)
    found = {hold.id: _followed(hold, holdings, mirror, missing) for hold in bundle.records.holds}
    return {name: one for name, one in found.items() if one.now or one.lost}


def needed(bundle: Bundle, moved_items: pl.DataFrame, homes: Mapping[str, Address]) -> frozenset[Item]:
    """The items among `moved_items` that left the place of some hold."""
    holdings = _Holdings(bundle, homes, moved_items)
    return frozenset(one.item for hold in bundle.records.holds for one in holdings.left(hold))


def _followed(hold: Hold, holdings: _Holdings, mirror: _Mirror, missing: Collection[str]) -> Followed:
    items, below = set[Item](), set[str]()
    now, lost = dict[Address, str](), dict[Address, None]()  # address ► its library
    pairs = [(one, mirror.present(one.item)) for one in holdings.left(hold)]
    pairs += [(one, [arrived]) for one, arrived in mirror.unsettled if holdings.covers(hold, one)]
    for former, present in pairs:
        around = [address for address in hold.locations if former.at and address.lies_in(former.at)]
        if not present:
            lost.update(dict.fromkeys(address for address in around if address.key in missing))
        for one in present:
            if one.at is None or holdings.names(hold, one):
                continue
            if former.at and around and not holdings.names(hold, former):
                # The hold is on something inside the folder that was moved.
                places = [address.moved(former.at, one.at) for address in around]
                below.update(place.key for place in places)
                now.update(dict.fromkeys(places, one.item[0]))
                continue
            items.add(one.item)
            now[one.at] = one.item[0]
            if one.is_folder:
                below.add(one.at.key)
    return Followed(frozenset(items), frozenset(below), frozenset(now.values()), tuple(lost), tuple(now))


@dataclass(frozen=True)
class _Holdings:
    """What the holds cover by the registers of today, and what left it."""

    bundle: Bundle
    homes: Mapping[str, Address]
    moved_items: pl.DataFrame

    def left(self, hold: Hold) -> Iterator[_Placed]:
        """What left a place of a hold on a day on which it was in force."""
        for one, at in self._departed:
            day = self.bundle.day(at)
            if hold.since <= day and (hold.ends is None or day <= hold.ends) and self.covers(hold, one):
                yield one

    def covers(self, hold: Hold, one: _Placed) -> bool:
        """Whether a hold covers a place, or may, or covers something in a folder."""
        return self._held.covers(hold, one.home, one.at, around=one.is_folder or one.at is None)

    def names(self, hold: Hold, one: _Placed) -> bool:
        """Whether a hold covers a place by what it says itself, so that it needs not follow anything there."""
        at = one.at
        if hold.locations:
            return at is not None and any(at.lies_in(address) for address in hold.locations)
        return self.covers(hold, one)

    def near(self, hold: Hold) -> frozenset[str]:
        """The libraries in which a hold covers something."""
        return frozenset(
            drive
            for drive, home in self.homes.items()
            if self.covers(hold, _Placed(("", ""), home, None, is_folder=True))
        )

    @cached_property
    def _held(self) -> HeldByRegisters:
        return HeldByRegisters(self.bundle.records, self.homes.values())

    @cached_property
    def _departed(self) -> list[tuple[_Placed, datetime]]:
        rows = self.moved_items.select(*_ITEM, "path", "is_folder", "left_at").iter_rows()
        return [
            (_Placed((drive, item), home, home.below(path) if path else None, bool(is_folder)), left_at)
            for drive, item, path, is_folder, left_at in rows
            if (home := self.homes.get(drive)) is not None
        ]


@dataclass(frozen=True)
class _Mirror:
    """What is in the mirror now, looked through once for all holds."""

    facts: Facts
    locator: Locator
    holdings: _Holdings

    def present(self, former: Item) -> list[_Placed]:
        """What in the mirror is, or may be, something that left its place."""
        return self._of_departed.get(former, [])

    @cached_property
    def unsettled(self) -> list[tuple[_Placed, _Placed]]:
        """What may have come from a place under a hold, as long as that library was not read again: before and now."""
        read_at = dict(self.facts.states.select("drive_id", "synced_at").collect().iter_rows())
        near = frozenset[str]().union(*map(self.holdings.near, self.holdings.bundle.records.holds)) & read_at.keys()
        oldest = min((at for drive in near if (at := read_at[drive]) is not None), default=None)
        if oldest is None:
            return []
        new = self._items.filter((pl.col("seen_at") >= oldest) & (pl.col("parent_id") != "")).collect()
        held = self._items.filter(pl.col("drive_id").is_in(sorted(near)) & (pl.col("parent_id") != ""))
        pairs: dict[tuple[Item, Item], tuple[_Placed, _Placed]] = {}
        for keys in _SURVIVES:
            known = new.lazy().filter(_known(keys))
            both = (
                held.join(known, on=keys, suffix="_now").filter(pl.col("drive_id") != pl.col("drive_id_now")).collect()
            )
            for row in both.iter_rows(named=True):
                at = read_at[row["drive_id"]]
                before, now = self._placed(row), self._placed(row, "_now")
                if before and now and at is not None and at <= row["seen_at_now"]:
                    pairs[before.item, now.item] = before, now
        return list(pairs.values())

    @cached_property
    def _items(self) -> pl.LazyFrame:
        columns = (*_ITEM, "parent_id", "name", "is_folder", "created", "content_hash", "size", "seen_at")
        return self.facts.every_item.select(*columns, UNIQUE_ID)

    @cached_property
    def _of_departed(self) -> Mapping[Item, list[_Placed]]:
        held = {one.item for hold in self.holdings.bundle.records.holds for one in self.holdings.left(hold)}
        found: dict[Item, list[_Placed]] = defaultdict(list)
        if not held:
            return found
        ids = pl.DataFrame(sorted(held), schema=dict.fromkeys(_ITEM, pl.String), orient="row")
        here = self._items.join(ids.lazy(), on=_ITEM, how="semi").collect()
        for row in here.iter_rows(named=True):
            if one := self._placed(row):
                found[one.item].append(one)
        away = self.holdings.moved_items.join(ids, on=_ITEM, how="semi").join(here, on=_ITEM, how="anti")
        for keys in (*_SURVIVES, _CONTENT) if away.height else ():
            known = away.lazy().filter(_known(keys)).select(keys, old_drive="drive_id", old_item="item_id").unique()
            alike = self._items.filter(pl.col("parent_id") != "").join(known, on=keys).collect()
            for row in alike.iter_rows(named=True):
                one = self._placed(row)
                if one and one not in found[row["old_drive"], row["old_item"]]:
                    found[row["old_drive"], row["old_item"]].append(one)
        return found

    def _placed(self, row: Mapping[str, str | None], which: str = "") -> _Placed | None:
        """The item in a row of a frame; None when nobody knows its library."""
        drive, item = row["drive_id" + which] or "", row["item_id" + which] or ""
        home = self.locator.libraries.get(drive)
        if home is None:
            return None
        parent = row.get("parent_id" + which, row.get("parent_id"))
        name = row.get("name" + which, row.get("name"))
        at = self.locator.address_of(drive, parent, name)
        return _Placed((drive, item), home, at, bool(row["is_folder" + which]))


def _known(keys: list[str]) -> pl.Expr:
    """Whether what would be compared is known; files without content are all alike."""
    told = pl.all_horizontal(pl.col(key).is_not_null() for key in keys)
    return told & (pl.col("content_hash") != "") & (pl.col("size") > 0) if keys == _CONTENT else told
