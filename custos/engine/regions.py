"""Which part of the inventory an address of a register means: libraries, folders with all that lies below, single files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

from custos.engine.facts import Facts
from custos.records.places import address, lies_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A part of the inventory. `lost` are addresses that lie in a known library but not in its mirror."""

    drives: frozenset[str] = frozenset()
    folders: Mapping[str, frozenset[str]] = field(default_factory=dict)  # drive ► folders, the ones below them included
    items: Mapping[str, frozenset[str]] = field(default_factory=dict)  # drive ► single files and folders
    lost: tuple[str, ...] = ()

    def holds(self) -> pl.Expr:
        """True for rows (drive_id, parent_id, item_id) inside the region."""
        inside = pl.col("drive_id").is_in(sorted(self.drives))
        for drive, folders in self.folders.items():
            inside |= (pl.col("drive_id") == drive) & pl.col("parent_id").is_in(sorted(folders))
        for drive, items in self.items.items():
            inside |= (pl.col("drive_id") == drive) & pl.col("item_id").is_in(sorted(items))
        return inside


class Finder:
    """Finds addresses in the inventory."""

    def __init__(self, facts: Facts, libraries: Mapping[str, str]) -> None:
        """`libraries`: drive_id ► normalised address."""
        self._facts = facts
        self._libraries = libraries
        self._trees: dict[str, _Tree] = {}

    def region(self, addresses: Iterable[str]) -> Region:
        """The region that some addresses mean together."""
        drives: set[str] = set()
        folders: dict[str, frozenset[str]] = {}
        items: dict[str, frozenset[str]] = {}
        lost: list[str] = []
        for written in addresses:
            place = address(written)
            drives.update(drive for drive, library in self._libraries.items() if lies_in(library, place))
            home = max(
                (drive for drive, library in self._libraries.items() if place != library and lies_in(place, library)),
                key=lambda drive: len(self._libraries[drive]),
                default="",
            )
            if not home:
                if not any(lies_in(library, place) for library in self._libraries.values()):
                    lost.append(written)
                continue
            found = self._tree(home).find(place[len(self._libraries[home]) + 1 :].split("/"))
            if not found:
                lost.append(written)
                drives.add(home)
                continue
            items[home] = items.get(home, frozenset()) | {found}
            folders[home] = folders.get(home, frozenset()) | self._tree(home).below(found)
        return Region(drives=frozenset(drives), folders=folders, items=items, lost=tuple(lost))

    def _tree(self, drive: str) -> _Tree:
        if drive not in self._trees:
            rows = (
                self._facts.bare_items.filter((pl.col("drive_id") == drive) & pl.col("is_folder"))
                .select("item_id", "parent_id", pl.col("name").str.to_lowercase())
                .collect()
            )
            self._trees[drive] = _Tree(drive, self._facts.bare_items, rows)
        return self._trees[drive]


class _Tree:
    """The folders of one library."""

    def __init__(self, drive: str, items: pl.LazyFrame, folders: pl.DataFrame) -> None:
        self._drive = drive
        self._items = items
        self._children: dict[str, list[str]] = {}
        self._named: dict[tuple[str, str], str] = {}
        self._roots = [""]
        for item_id, parent_id, name in folders.iter_rows():
            if parent_id == "":
                self._roots.append(item_id)
            self._children.setdefault(parent_id, []).append(item_id)
            self._named[parent_id, name] = item_id

    def find(self, segments: list[str]) -> str:
        """Id of the folder or file at the end of a path, "" when the mirror does not have it."""
        parents = self._roots
        for number, segment in enumerate(segments):
            found = [self._named[parent, segment] for parent in parents if (parent, segment) in self._named]
            if not found and number == len(segments) - 1:
                return self._file(parents, segment)
            if not found:
                return ""
            parents = found
        return parents[0]

    def below(self, folder: str) -> frozenset[str]:
        """A folder and all folders below it."""
        inside, waiting = {folder}, [folder]
        while waiting:
            for child in self._children.get(waiting.pop(), ()):
                if child not in inside:
                    inside.add(child)
                    waiting.append(child)
        return frozenset(inside)

    def _file(self, parents: list[str], name: str) -> str:
        found = (
            self._items.filter(
                (pl.col("drive_id") == self._drive)
                & pl.col("parent_id").is_in(parents)
                & (pl.col("name").str.to_lowercase() == name)
            )
            .select("item_id")
            .head(1)
            .collect()
        )
        return str(found["item_id"][0]) if found.height else ""
