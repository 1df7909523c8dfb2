"""What was written down of things that left their place: kept as long as a hold needs it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from custos.engine.moved_holds import needed
from custos.errors import BadInput
from custos.inventory.lakehouse import literal
from custos.jobs import policies

if TYPE_CHECKING:
    from custos.bootstrap import Custos

_LASTS = timedelta(days=31)
"""So long a hold may begin before it is written into the register."""
_NAMED_AT_MOST = 5_000  # ids in one predicate; with more nothing is let go


async def forget(app: Custos) -> None:
    """Let go of what left its place more than a month ago and is under no hold. Raises StorageTrouble."""
    try:
        bundle = (await policies.in_force(app)).bundle
    except BadInput:
        return  # nobody knows what is held
    placed = await app.registers.placed(bundle)
    before = pl.col("left_at") < app.clock.now() - _LASTS
    left = (await asyncio.to_thread(app.lakehouse.read, "moved_items")).filter(before)
    kept = {item for _, item in await asyncio.to_thread(needed, placed.bundle, left, placed.homes)}
    gone = left.filter(~pl.col("item_id").is_in(sorted(kept)))
    if gone.height and len(kept) <= _NAMED_AT_MOST:
        named = f" AND item_id NOT IN ({', '.join(map(literal, sorted(kept)))})" if kept else ""
        latest = str(gone["left_at"].max())
        await asyncio.to_thread(app.lakehouse.delete, "moved_items", f"left_at <= {literal(latest)}{named}")
