"""Web addresses of items, which the inventory keeps as names and parents."""

from __future__ import annotations

from urllib.parse import quote

import polars as pl

from custos.engine.facts import Facts
from custos.engine.site_facts import SiteFacts

_DEEPEST = 400


class Paths:
    """Builds addresses for batches of items. The folders of a library are read once."""

    def __init__(self, facts: Facts, places: SiteFacts) -> None:
        self._facts = facts
        self._libraries: dict[str, str] = {
            drive: str(url or "") for drive, url in places.libraries.select("drive_id", "library_address").iter_rows()
        }
        self._folders: dict[tuple[str, str], tuple[str, str]] = {}  # (drive, folder) ► (parent, name)
        self._read: set[str] = set()
        self._known: dict[tuple[str, str], str] = {}

    def of(self, rows: pl.DataFrame) -> list[str]:
        """The address of each row (drive_id, parent_id, name, item_id). Of an item that is not known, its library's."""
        self._read_folders(set(rows["drive_id"].unique()))
        return [
            self._libraries.get(drive, "")
            if name is None or not parent
            else f"{self._folder(drive, parent)}/{quote(name)}"
            for drive, parent, name, _ in rows.select("drive_id", "parent_id", "name", "item_id").iter_rows()
        ]

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
        known = self._known.get((drive, folder))
        if known is not None:
            return known
        names: list[str] = []
        at = folder
        while len(names) < _DEEPEST:
            parent, name = self._folders.get((drive, at), ("", ""))
            if not parent:
                break
            names.append(quote(name or "…"))
            at = parent
        url = "/".join((self._libraries.get(drive, "").rstrip("/"), *reversed(names)))
        self._known[drive, folder] = url
        return url
