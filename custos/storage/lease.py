"""Leases: one worker at a time on one thing, let go by themselves when the worker dies.

A lease is a row with an owner and an end. Taking it is a compare-and-set, so two instances never hold it together; its
holder renews it while it works. Ends are in the machine's time, with room for clocks that differ by some seconds.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from custos.errors import RowChanged, RowExists
from custos.storage.rows import Row, Rows

LEASE_SECONDS = 90
_CLOCK_ROOM_SECONDS = 5


@dataclass
class Lease:
    """The right to work on `key`, until `ends` (epoch seconds)."""

    rows: Rows
    key: str
    owner: str
    ends: float = 0.0
    _etag: str = ""

    async def take(self) -> bool:
        """True when the lease is ours now; False while somebody else holds it."""
        found = await self.rows.get("lease", self.key)
        now = time.time()
        row = Row("lease", self.key, {"owner": self.owner, "ends": now + LEASE_SECONDS}, found.etag if found else "")
        try:
            if found is None:
                self._etag = await self.rows.insert(row)
            elif found.text("owner") == self.owner or is_free(found, now):
                self._etag = await self.rows.replace(row)
            else:
                return False
        except (RowChanged, RowExists):
            return False
        self.ends = now + LEASE_SECONDS
        return True

    async def renew(self) -> bool:
        """Keep the lease for another while. False when it was lost: then stop before the next write."""
        if self.ends - time.time() > LEASE_SECONDS / 2:
            return True
        return await self.take()

    async def release(self) -> None:
        """Let go, if the lease is still ours."""
        if self._etag:
            try:
                await self.rows.replace(Row("lease", self.key, {"owner": "", "ends": 0.0}, self._etag))
            except RowChanged:
                return


def is_free(row: Row, now: float) -> bool:
    """Whether the lease in a row has ended, at `now` (epoch seconds)."""
    return float(row.text("ends") or 0) + _CLOCK_ROOM_SECONDS < now
