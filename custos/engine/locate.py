"""What stands at an address, as the mirror has it: a site, a library, a folder or a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from custos.engine.facts import Facts
from custos.inventory.schema import DEEPEST
from custos.model.subject import Kind
from custos.records.address import Address, folded, told_address


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """What stands at an address. `kind` None: nothing that the mirror knows; then `site_id` and `drive_id` are the nearest above."""

    kind: Kind | None
    site_id: str = ""
    drive_id: str = ""
    item_id: str = ""


@dataclass(frozen=True)
class Locator:
    """Finds addresses in the mirror. The folders of a library are read when the first address lies in it."""

    facts: Facts
    _folders: dict[str, _Folders] = field(default_factory=dict, init=False)

    @cached_property
    def sites(self) -> Mapping[str, Address]:
        """site_id ► its address; sites whose address is not known are left out."""
        rows = self.facts.sites.select("site_id", "web_url").collect()
        return {site: at for site, url in rows.iter_rows() if (at := told_address(url)) is not None}

    @cached_property
    def libraries(self) -> Mapping[str, Address]:
        """drive_id ► its address; libraries whose address is not known are left out."""
        return {drive: at for drive, _, url in self._drives.iter_rows() if (at := told_address(url)) is not None}

    def find(self, address: Address) -> Located:
        """What stands at an address."""
        site = next((one for one, at in self.sites.items() if at == address), "")
        if site:
            return Located(kind=Kind.SITE, site_id=site)
        drive = _nearest(self.libraries, address)
        if not drive:
            return Located(kind=None, site_id=_nearest(self.sites, address))
        site = self._site_of[drive]
        names = address.segments[len(self.libraries[drive].segments) :]
        if not names:
            return Located(kind=Kind.LIBRARY, site_id=site, drive_id=drive)
        item, is_folder = self._below(drive).find(names)
        kind = (Kind.FOLDER if is_folder else Kind.FILE) if item else None
        return Located(kind=kind, site_id=site, drive_id=drive, item_id=item)

    def address_of(self, drive: str, parent: str | None, name: str | None) -> Address | None:
        """Where an item of this name in this folder lies; None when nobody knows."""
        above = self._below(drive).path(parent)
        home = self.libraries.get(drive)
        return home.below((*above, name)) if home is not None and above is not None and name is not None else None

    @cached_property
    def _drives(self) -> pl.DataFrame:
        return self.facts.drives.select("drive_id", "site_id", "web_url").collect()

    @cached_property
    def _site_of(self) -> Mapping[str, str]:
        return {drive: site or "" for drive, site, _ in self._drives.iter_rows()}

    def _below(self, drive: str) -> _Folders:
        if drive not in self._folders:
            self._folders[drive] = _Folders(self.facts.every_item.filter(pl.col("drive_id") == drive))
        return self._folders[drive]


def _nearest(places: Mapping[str, Address], address: Address) -> str:
    """The place with the longest address in which an address lies, "" for none."""
    above = [one for one, at in places.items() if address.lies_in(at)]
    return max(above, key=lambda one: len(places[one].key), default="")


class _Folders:
    """The folders of one library, by parent and name."""

    def __init__(self, items: pl.LazyFrame) -> None:
        self._items = items
        self._named: dict[tuple[str, str], str] = {}
        self._roots = [""]
        self._above: dict[str, tuple[str | None, str | None]] = {}
        folders = items.filter(pl.col("is_folder").fill_null(value=False)).select("item_id", "parent_id", "name")
        for item_id, parent_id, name in folders.collect().iter_rows():
            self._above[item_id] = parent_id, name
            if parent_id == "":
                self._roots.append(item_id)
            if name is not None and parent_id is not None:
                self._named[parent_id, folded(name)] = item_id

    def find(self, names: Sequence[str]) -> tuple[str, bool]:
        """Id of what stands at the end of a path of folded names, and whether it is a folder; "" when nothing does."""
        parents = self._roots
        for number, name in enumerate(names):
            found = [self._named[parent, name] for parent in parents if (parent, name) in self._named]
            if not found:
                return (self._file(parents, name), False) if number == len(names) - 1 else ("", False)
            parents = found
        return parents[0], True

    def path(self, folder: str | None) -> tuple[str, ...] | None:
        """The names from the library down to a folder; None when one of them is not known."""
        names: list[str] = []
        while folder is not None and folder in self._above and len(names) < DEEPEST:
            parent, name = self._above[folder]
            if parent == "":
                return tuple(reversed(names))
            if name is None:
                return None
            names.append(name)
            folder = parent
        return None

    def _file(self, parents: Sequence[str], name: str) -> str:
        files = self._items.filter(pl.col("parent_id").is_in(list(parents))).select("item_id", "name").collect()
        return next((item for item, spelled in files.iter_rows() if spelled and folded(spelled) == name), "")
