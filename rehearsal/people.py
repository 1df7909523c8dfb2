"""A morning's work of many people, for the benchmark: uploads, edits, renames, links and deletions all over the tenant."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp
import polars as pl

from custos.bootstrap import Custos

_AT_ONCE = 4
_DEEPEST = 400
_MORE = 3  # so many times as many files are chosen as are needed, for some refuse: records, checked out, posture
_WEEK = ("edit", "edit", "edit", "edit", "upload", "upload", "upload", "rename", "share", "delete")
"""Of ten changes."""


@dataclass
class Changed:
    """What people did: how many changes, and in which libraries."""

    count: int = 0
    drives: set[str] = field(default_factory=set)


async def changes_by_people(app: Custos, wanted: int, tell: Callable[[int], None]) -> Changed:
    """Have people make exactly `wanted` changes, spread over all libraries by their size. Raises RuntimeError when they cannot."""
    tenant = f"{urlsplit(app.settings.clock).scheme}://{urlsplit(app.settings.clock).netloc}"
    changed = Changed()
    deeds = _deeds(await asyncio.to_thread(_files, app, wanted * _MORE))
    async with aiohttp.ClientSession(tenant) as session:
        while changed.count < wanted:
            some = [deed for deed, _ in zip(deeds, range(min(_AT_ONCE, wanted - changed.count)), strict=False)]
            if not some:
                raise RuntimeError(f"Only {changed.count} of {wanted} changes could be made.")
            for drive_id in await asyncio.gather(*(_done(session, deed) for deed in some)):
                if drive_id:
                    changed.drives.add(drive_id)
                    changed.count += 1
            tell(changed.count)
    return changed


async def _done(session: aiohttp.ClientSession, deed: dict[str, Any]) -> str:
    """Do it. The library in which it happened, "" when the tenant refused."""
    async with session.post("/sim/act", json=deed) as answer:
        told = await answer.json()
        return str(told["driveId"]) if answer.ok else ""


def _deeds(places: list[tuple[str, str]]) -> Iterator[dict[str, Any]]:
    """A deed for each file (its folder's address, its name)."""
    for number, (folder, name) in enumerate(places):
        verb = _WEEK[number % len(_WEEK)]
        at = f"{folder}/{quote(name)}"
        if verb == "upload":
            yield {"verb": verb, "at": folder, "name": f"Minutes {number:05}.docx"}
        elif verb == "rename":
            yield {"verb": verb, "at": at, "name": f"{number:05} {name}"}
        elif verb == "share":
            yield {"verb": verb, "at": at, "with": "anyone"}
        else:
            yield {"verb": verb, "at": at}


def _files(app: Custos, wanted: int) -> list[tuple[str, str]]:
    """Files of the mirror at even distances, as the address of their folder and their name."""
    columns = ["drive_id", "item_id", "parent_id", "name", "is_folder"]
    items = app.lakehouse.scan("items", columns=columns)
    files = app.lakehouse.collect(items.filter(~pl.col("is_folder")).select("drive_id", "parent_id", "name"))
    tree = app.lakehouse.collect(items.filter("is_folder").select("drive_id", "item_id", "parent_id", "name"))
    folders = {(drive, item): (parent, name) for drive, item, parent, name in tree.iter_rows()}
    roots = dict(app.lakehouse.read("drives", columns=["drive_id", "web_url"]).iter_rows())
    chosen = files.gather_every(max(1, files.height // wanted)).sample(fraction=1.0, shuffle=True, seed=1)
    return [(_address(folders, roots, drive, parent), name) for drive, parent, name in chosen.iter_rows()]


def _address(folders: dict[tuple[str, str], tuple[str, str]], roots: dict[str, str], drive: str, folder: str) -> str:
    names: list[str] = []
    while len(names) < _DEEPEST and (found := folders[drive, folder])[0]:
        folder, name = found
        names.append(quote(name))
    return "/".join((roots[drive].rstrip("/"), *reversed(names)))
