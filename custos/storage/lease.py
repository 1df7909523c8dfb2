"""Leases: one worker at a time on one thing, let go by themselves when the worker dies.

A lease is a row with an owner and an end. Taking it is a compare-and-set, so two instances never hold it together; its
holder renews it while it works, and never gets it back once somebody else had it, for what it knows is old then. Ends
are in the machine's time, with room for clocks that differ by some seconds.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from custos.errors import RowChanged, RowExists, StorageTrouble
from custos.storage.rows import Row, Rows

LEASE_SECONDS = 90
_CLOCK_ROOM_SECONDS = 5
_RENEWALS = 6  # in the time that it lasts


class LeaseLost(StorageTrouble):
    """Somebody else may be at it now. Stop; they go on from what was last committed."""


@dataclass
class Lease:
    """The right to work on `key`, until `ends` (epoch seconds). `owner` is a name that nobody else uses, ever.

    `seconds` is how long it lasts when its holder dies. `busy_seconds` says, after it could not be taken, when to ask again.
    """

    rows: Rows
    key: str
    owner: str
    seconds: float = LEASE_SECONDS
    ends: float = 0.0
    busy_seconds: int = 0
    _etag: str = ""
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False, repr=False)

    async def take(self) -> bool:
        """True when the lease is ours now; False while somebody else holds it."""
        found = await self.rows.get("lease", self.key)
        now = time.time()
        self.busy_seconds = math.ceil(self.seconds) + _CLOCK_ROOM_SECONDS + 1
        row = self._row(now, found.etag if found else "")
        try:
            if found is None:
                self._etag = await self.rows.insert(row)
            elif found.text("owner") == self.owner or is_free(found, now):
                self._etag = await self.rows.replace(row)
            else:
                ends = float(found.text("ends"))
                self.busy_seconds = max(1, math.ceil(ends - now) + _CLOCK_ROOM_SECONDS + 1)
                return False
        except (RowChanged, RowExists):
            return False
        self.ends = now + self.seconds
        return True

    async def renew(self) -> bool:
        """Keep the lease for another while. False when it was lost, for good: then stop before the next write."""
        async with self._turn:
            now = time.time()
            if self.ends - now > self.seconds / 2:
                return True
            found = await self.rows.get("lease", self.key)
            if found is None or found.text("owner") != self.owner:
                return False
            try:
                self._etag = await self.rows.replace(self._row(now, found.etag))
            except RowChanged:
                return False
            self.ends = now + self.seconds
            return True

    async def release(self) -> None:
        """Let go, if the lease is still ours."""
        if self._etag:
            try:
                await self.rows.replace(Row("lease", self.key, {"owner": "", "ends": 0.0}, self._etag))
            except RowChanged:
                return

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Renews the lease, which is ours, while the block runs, and lets go after it.

        When it is lost meanwhile the block is cancelled, and LeaseLost raised.
        """
        try:
            async with asyncio.timeout(None) as block:
                keeping = asyncio.create_task(self._keep(block))
                try:
                    yield
                finally:
                    keeping.cancel()
                    await asyncio.gather(keeping, return_exceptions=True)
        except TimeoutError as error:
            if block.expired():
                raise LeaseLost(f"the lease on {self.key} was lost") from error
            raise
        finally:
            await self.release()

    async def _keep(self, block: asyncio.Timeout) -> None:
        while await self._renewed():  # noqa: ASYNC110  # time itself is waited for
            await asyncio.sleep(self.seconds / _RENEWALS)
        block.reschedule(asyncio.get_running_loop().time())

    async def _renewed(self) -> bool:
        try:
            return await self.renew()
        except StorageTrouble:
            return time.time() < self.ends  # storage may come back before it ends

    def _row(self, now: float, etag: str) -> Row:
        return Row("lease", self.key, {"owner": self.owner, "ends": now + self.seconds}, etag)


def is_free(row: Row, now: float) -> bool:
    """Whether the lease in a row has ended, at `now` (epoch seconds)."""
    return float(row.text("ends") or 0) + _CLOCK_ROOM_SECONDS < now
