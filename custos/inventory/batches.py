"""Pages into batches: the same for full rounds and rounds of changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace

import polars as pl

from custos.inventory.columns import latest
from custos.inventory.drive_source import ItemPage
from custos.inventory.sync_turn import SyncTurn
from custos.m365.errors import Gone, Malformed, MicrosoftTrouble

SEEN = "seen"
"""Kind of the parts that hold which ids a round met, as `IDS`."""

IDS: dict[str, pl.DataType] = {"item_id": pl.String(), "deleted": pl.Boolean()}

type Commit = Callable[[ItemPage], Awaitable[None]]


async def read_batches(work: SyncTurn, commit: Commit, *, full: bool) -> bool:
    """Read pages from the row's next link on and `commit` them in batches, each as one page. True at the end.

    The last batch is the one with a delta link. In a batch the last occurrence of an item wins. When a page
    cannot be read, the whole pages before it are committed first, so that the next attempt begins at the page that
    failed.
    """
    held: list[ItemPage] = []
    link = work.state.next_link if work.state.begun else ""
    link = link or ("" if full else work.state.delta_link)
    async with aclosing(work.source.pages(work.drive_id, link, full=full)) as pages:
        while True:
            try:
                page = await anext(pages)
            except StopAsyncIteration:
                raise Malformed("delta: the pages ended without a delta link.") from None
            except Gone:
                raise
            except MicrosoftTrouble:
                if held:
                    await commit(_joined(held))
                raise
            held.append(page)
            last = bool(page.delta_link)
            if last or work.is_over or sum(one.items.height for one in held) >= work.batch_rows:
                await commit(_joined(held))
                held = []
                if last:
                    return True
                if work.is_over:
                    return False


def _joined(pages: list[ItemPage]) -> ItemPage:
    items = latest([page.items for page in pages])
    return replace(pages[-1], items=items, unidentified=sum(page.unidentified for page in pages))
