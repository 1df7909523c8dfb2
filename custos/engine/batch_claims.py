"""Whose a batch is: one worker's at a time, and the next one's when it died or stood still for too long.

    claimed ── writes may leave ──► reserve ──► ends ──► anybody's
              (kept up meanwhile)   (what was sent arrives)

A worker asks before every write, so that one that wakes up late finds that its time has passed and writes nothing. What
left in time has arrived before anybody else begins: the reserve is longer than a request can take.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace

from custos.engine.run import Batch
from custos.engine.run_store import RunStore
from custos.errors import CustosError, RowChanged
from custos.model.action import Outcome
from custos.row_conflicts import first_or_again

CLAIM_SECONDS = 180.0
_RESERVE = 5 / 12  # 75 seconds of 180: an answer is waited for a minute at most
_KEEP_UP = 2 / 3


class ClaimLost(CustosError):
    """Another worker has the batch now. Write nothing more, and leave to that one to say how it ended."""


@dataclass(frozen=True, slots=True)
class Busy:
    """Another worker has the batch, or died with it: ask again in so many seconds."""

    seconds: int


@dataclass
class Claim:
    """The right to one batch. A batch that is done is nobody's; its claim says so and gives no right."""

    runs: RunStore
    batch: Batch
    seconds: float

    async def until(self) -> float:
        """Until when a write may leave, in epoch seconds of the machine. Raises ClaimLost."""
        now = self.runs.machine()
        if self.batch.claimed_until - now < self.seconds * _KEEP_UP:
            await self._change(replace(self.batch, claimed_until=now + self.seconds, moved_at=now))
        return self.batch.claimed_until - self.seconds * _RESERVE

    async def report(self, counts: Mapping[Outcome, int], *, again_in: float | None = None) -> None:
        """Write down what came of the batch, and let it go: done, or to be tried again after some seconds.

        Raises ClaimLost when it is another worker's by now.
        """
        told = {outcome.value: count for outcome, count in counts.items() if count}
        attempt = self.batch.attempt if again_in is None else self.batch.attempt + 1
        moved_at = self.runs.machine() + (again_in or 0.0)
        left = replace(self.batch, counts=told, done=again_in is None, attempt=attempt, moved_at=moved_at)
        await self._change(replace(left, claimed_by="", claimed_until=0.0))

    async def _change(self, after: Batch) -> None:
        async def turn() -> None:
            before = await self.runs.batch(self.batch.run, self.batch.number)
            if before.claimed_by != self.batch.claimed_by:
                raise ClaimLost(f"batch {before.number} of {before.run} was taken over")
            self.batch = await self.runs.put(replace(after, etag=before.etag))

        await first_or_again(turn)  # who was it? an answer of ours may have been lost


async def claim(runs: RunStore, run_id: str, number: int, *, seconds: float = CLAIM_SECONDS) -> Claim | Busy:
    """The right to a batch, or when to ask again. Raises BadInput when the run has no such batch."""
    batch, now = await runs.batch(run_id, number), runs.machine()
    if batch.done:
        return Claim(runs, batch, seconds)
    if batch.claimed_until > now:
        return Busy(math.ceil(batch.claimed_until - now) + 1)
    mine = replace(batch, claimed_by=uuid.uuid4().hex, claimed_until=now + seconds, moved_at=now)
    try:
        return Claim(runs, await runs.put(mine), seconds)
    except RowChanged:
        return Busy(math.ceil(seconds) + 1)
