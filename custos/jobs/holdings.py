"""What is held, by asset, as the mirror was some minutes ago at most: counting a million items takes seconds."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from custos.jobs.facts import facts_at_rest
from custos.kpi.holdings import Holdings, holdings
from custos.kpi.inputs import Inputs
from custos.policy import Bundle

if TYPE_CHECKING:
    from custos.bootstrap import Custos

_KEPT_SECONDS = 600.0


@dataclass
class Counted:
    """The last count of this process, and by which registers."""

    found: Holdings | None = None
    version: str = ""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)


async def counted(app: Custos, bundle: Bundle) -> Holdings:
    """The holdings by these registers, ten minutes old at most. Raises StorageTrouble."""
    kept, now = app.counted, app.clock.now()
    async with kept.turn:
        if kept.found is not None and kept.version == bundle.version:
            age = (now - kept.found.as_of).total_seconds()
            if 0 <= age <= _KEPT_SECONDS:
                return kept.found
        inputs = Inputs(bundle=bundle, facts=await facts_at_rest(app, bundle), now=now)
        kept.found, kept.version = await asyncio.to_thread(holdings, inputs), bundle.version
        return kept.found
