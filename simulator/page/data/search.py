"""Finding files and folders by name and path, without holding up everybody else who uses the tenant."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import msgspec

from simulator.page.data.context import Context
from simulator.page.data.items import ItemRow, row
from simulator.refusal import Refused
from simulator.tenant.model import Drive, Item
from simulator.tenant.state import Tenant

MOST = 100
_BREATH = 1_000  # items between two chances for other requests, which is about a millisecond


class Hit(msgspec.Struct, frozen=True, rename="camel"):
    """A file or folder that was found, and the path that leads to it."""

    item: ItemRow
    path: str


class Found(msgspec.Struct, frozen=True, rename="camel"):
    """What was found. `exact` holds for the one item at a web address; `more`: the search ended at its limit."""

    query: str
    hits: list[Hit]
    exact: bool = False
    more: bool = False


async def search(context: Context) -> Found:
    """Files and folders whose path (site, library, folders, name) holds every word of `q`; or the one at the address."""
    query = context.query.get("q", "").strip()
    if not query:
        return Found(query, [])
    if "/" in query:
        try:
            found = context.tenant.item_at(query)
        except Refused:
            pass
        else:
            return Found(query, [_hit(found)], exact=True)
    words = query.casefold().replace("/", " ").split()
    hits: list[Hit] = []
    for each in _matching(context.tenant, words):
        if each is None:
            await asyncio.sleep(0)
        elif len(hits) == MOST:
            return Found(query, hits, more=True)
        else:
            hits.append(_hit(each))
    return Found(query, hits)


def _matching(tenant: Tenant, words: list[str]) -> Iterator[Item | None]:
    for drive in list(tenant.drives.values()):
        yield from _in_library(drive, _missing(words, drive.url.casefold()))


def _in_library(drive: Drive, words: list[str]) -> Iterator[Item | None]:
    """Folder by folder, so that a folder's path is looked through once for all that lies in it; None to take breath."""
    waiting = [(drive.root, words)]
    seen = 0
    while waiting:
        folder, missing = waiting.pop()
        for each in list(folder.children or ()):
            seen += 1
            if seen % _BREATH == 0:
                yield None
            name = each.name.casefold()
            still = [word for word in missing if word not in name]
            if not still:
                yield each
            if each.children:
                waiting.append((each, still))


def _missing(words: list[str], text: str) -> list[str]:
    return [word for word in words if word not in text]


def _hit(found: Item) -> Hit:
    above = found.path.rpartition("/")[0]
    return Hit(row(found), " / ".join(filter(None, (found.drive.site.title, found.drive.name, *above.split("/")))))
