"""Libraries of which notifications said that something changed, marked and queued together.

A burst of a thousand notifications about seventy libraries costs a few rounds of seventy, not a thousand writes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field

from custos.clock import Clock
from custos.inventory.coalescing import Coalesced
from custos.inventory.sync_requests import clear_request, request_syncs
from custos.storage.account import Account
from custos.storage.queues import SYNC

_AT_ONCE = 16


@dataclass
class ChangeNotifications:
    """The hints of this process."""

    account: Account
    clock: Clock
    _rounds: Coalesced = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._rounds = Coalesced(self._mark)

    async def take(self, drives: Collection[str]) -> None:
        """Mark `drives` as changed and queue a sync of those that were not waiting for one.

        Raises StorageTrouble: then whoever told of them should tell again.
        """
        await self._rounds.join(drives)

    async def _mark(self, drives: Collection[str]) -> None:
        clean = await request_syncs(self.account, self.clock, drives)
        room = asyncio.Semaphore(_AT_ONCE)

        async def queue(drive_id: str) -> None:
            async with room:
                await self.account.queue(SYNC).send({"drive": drive_id})

        results = await asyncio.gather(*(queue(drive) for drive in clean), return_exceptions=True)
        failed = {drive: result for drive, result in zip(clean, results, strict=True) if result is not None}
        if failed:
            await asyncio.gather(*(clear_request(self.account, drive) for drive in failed), return_exceptions=True)
            raise next(iter(failed.values()))
