"""Pages of a collection: follow nextLink to the end, and fetch the next page while the caller works on this one.

Source: https://learn.microsoft.com/graph/paging
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

import msgspec

from custos.m365.entries import Entry, Pages
from custos.m365.errors import Malformed

if TYPE_CHECKING:
    from custos.m365.graph import Graph


class Linked(Protocol):
    """A page that may name the next one ("" when it is the last)."""

    @property
    def next_link(self) -> str: ...


def decoded[T](decoder: msgspec.json.Decoder[T], raw: bytes, what: str) -> T:
    """`raw` as the decoder's type. Raises Malformed when it is cut short, is not JSON, or lacks a required field."""
    try:
        return decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Malformed(f"{what}: the answer cannot be read ({error}).") from error


async def prefetched[P: Linked](
    first: Callable[[], Awaitable[P]], following: Callable[[str], Awaitable[P]]
) -> AsyncGenerator[P]:
    """The pages from `first` on. The request for the next page is under way while the caller works on the last one.

    When the caller stops early, the page under way is abandoned. A page's trouble is raised when its turn comes.
    """
    coming: asyncio.Task[P] | None = asyncio.create_task(_run(first))
    try:
        while coming is not None:
            page = await coming
            link = page.next_link
            coming = asyncio.create_task(_run(partial(following, link))) if link else None
            yield page
    finally:
        if coming is not None and not coming.done():
            coming.cancel()
            await asyncio.wait([coming])
        elif coming is not None and not coming.cancelled():
            coming.exception()  # a trouble nobody waits for any more is not "never retrieved"


async def _run[P](call: Callable[[], Awaitable[P]]) -> P:
    return await call()


@dataclass(frozen=True, slots=True)
class Listing[T]:
    """A whole collection. `unidentified` entries had no id that can be read: nobody knows what they were about."""

    values: list[T]
    unidentified: int = 0


async def collected[T: Entry](
    graph: Graph,
    path: str,
    pages: Pages[T],
    *,
    units: int,
    params: dict[str, str | int] | None = None,
    prefer: Sequence[str] = (),
) -> Listing[T]:
    """All entries of the collection at `path`, in order; of an id that comes twice, as it came last. Costs `units` for
    each page.
    """
    page = pages.read(await graph.get(path, units=units, params=params, prefer=prefer), path)
    values, unidentified = {entry.id: entry for entry in page.value}, page.unidentified
    while page.next_link:
        page = pages.read(await graph.get_link(page.next_link, units=units, prefer=prefer), path)
        values |= {entry.id: entry for entry in page.value}
        unidentified += page.unidentified
    return Listing(list(values.values()), unidentified)
