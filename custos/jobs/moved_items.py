"""What was written down of things that left their place: kept as long as a hold needs it; of what is gone for good, as long as the
settings say (`history:`), for whoever asks years later what became of it (`custos history`)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from custos.engine.moved_holds import needed
from custos.errors import BadInput
from custos.inventory.lakehouse import literal
from custos.jobs import policies
from custos.model.policy import Bundle

if TYPE_CHECKING:
    from custos.bootstrap import Custos

_LASTS = timedelta(days=31)
"""So long a hold may begin before it is written into the register."""
_NAMED_AT_MOST = 5_000  # ids in one predicate; with more nothing is let go


async def forget(app: Custos) -> None:
    """Let go of what left its place more than a month ago and is under no hold; what is gone from the mirror too is remembered as ended.

    Killed in between it does so again, and what is remembered stands twice: whoever reads it takes it once. Raises StorageTrouble.
    """
    try:
        bundle = (await policies.in_force(app)).bundle
    except BadInput:
        return  # nobody knows what is held
    placed = await app.registers.placed(bundle)
    before = pl.col("left_at") < app.clock.now() - _LASTS
    left = (await asyncio.to_thread(app.lakehouse.read, "moved_items")).filter(before)
    kept = {item for _, item in await asyncio.to_thread(needed, placed.bundle, left, placed.homes)}
    gone = left.filter(~pl.col("item_id").is_in(sorted(kept)))
    await asyncio.to_thread(_forget_ended, app, bundle)
    if gone.height and len(kept) <= _NAMED_AT_MOST:
        await asyncio.to_thread(_remember, app, gone)
        named = f" AND item_id NOT IN ({', '.join(map(literal, sorted(kept)))})" if kept else ""
        latest = str(gone["left_at"].max())
        await asyncio.to_thread(app.lakehouse.delete, "moved_items", f"left_at <= {literal(latest)}{named}")


def _remember(app: Custos, left: pl.DataFrame) -> None:
    """Keep what the mirror has no more."""
    here = app.lakehouse.scan("items", columns=["drive_id", "item_id"])
    ended = app.lakehouse.collect(left.lazy().join(here, on=["drive_id", "item_id"], how="anti"))
    if ended.height:
        app.lakehouse.append("ended_items", ended)


def _forget_ended(app: Custos, bundle: Bundle) -> None:
    """Let go of what ended longer ago than the settings keep."""
    before = bundle.settings.history.before(app.clock.now())
    old = app.lakehouse.read("ended_items", columns=["left_at"]).filter(pl.col("left_at") < before)
    if old.height:
        app.lakehouse.delete("ended_items", f"left_at <= {literal(str(old['left_at'].max()))}")
