"""Web addresses of items, which the inventory keeps as names and parents."""

from __future__ import annotations

from urllib.parse import quote

import polars as pl

from custos.engine.facts import Facts
from custos.engine.site_facts import SiteFacts
from custos.inventory.schema import DEEPEST


class Paths:
    """Builds addresses for batches of items. The folders of a library are read once."""

    def __init__(self, facts: Facts, places: SiteFacts) -> None:
        self._facts = facts
        self._libraries: dict[str, str] = {
            drive: str(url or "") for drive, url in places.libraries.select("drive_id", "library_address").iter_rows()
        }
        self._folders: dict[tuple[str, str], tuple[str | None, str | None]] = {}  # (drive, folder) ► (parent, name)
        self._read: set[str] = set()
        self._known: dict[tuple[str, str], str] = {}

    def of(self, rows: pl.DataFrame) -> list[str]:
        """The address of each row (drive_id, parent_id, name, item_id). Of an item of which it is not known where it is, its
        library's.
        """
        self._read_folders(set(rows["drive_id"].unique()))
        return [
            self._item(drive, parent, name)
            for drive, parent, name, _ in rows.select("drive_id", "parent_id", "name", "item_id").iter_rows()
        ]

    def _item(self, drive: str, parent: str | None, name: str | None) -> str:
        above = self._folder(drive, parent) if parent and name is not None else ""
        return f"{above}/{quote(name or '')}" if above else self._libraries.get(drive, "")

    def _read_folders(self, drives: set[str]) -> None:
        wanted = sorted(drives - self._read)
        if not wanted:
            return
        folders = (
            self._facts.bare_items.filter(pl.col("drive_id").is_in(wanted) & pl.col("is_folder"))
            .select("drive_id", "item_id", "parent_id", "name")
            .collect()
        )
        for drive, folder, parent, name in folders.iter_rows():
            self._folders[drive, folder] = (parent, name)
        self._read.update(wanted)

    def _folder(self, drive: str, folder: str) -> str:
        """The address of a folder, "" when it has no name, or one above it has none, or nobody knows what that is."""
        known = self._known.get((drive, folder))
        if known is not None:
            return known
        names: list[str] = []
        at = folder
        while len(names) < DEEPEST:
            parent, name = self._folders.get((drive, at), (None, None))
            if parent == "":
                break
            if parent is None or name is None:
                return self._known.setdefault((drive, folder), "")
            names.append(quote(name))
            at = parent
        url = "/".join((self._libraries.get(drive, "").rstrip("/"), *reversed(names)))
        self._known[drive, folder] = url
        return url
