"""What knocks at the public doors and is nobody: counted in memory, and written down by those who are somebody.

A request that is refused costs no storage: whoever sends a thousand of them must not be able to make a thousand writes, a thousand
incidents, or an unwell service. The counts of a process are added to the day's row by its timers, and by its genuine requests
once a minute at most. What was counted since is lost with the process; the log has the first of each kind in every minute.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from custos.clock import Clock
from custos.row_conflicts import first_or_again
from custos.storage.rows import Row, Rows
from custos.telemetry import logger
from custos.wording import many

TABLE = "refusedrequests"
_PARTITION = "day"
_EVERY_SECONDS = 60.0

_log = logger(__name__)


class Door(StrEnum):
    """Where anybody can knock."""

    NOTIFICATION = "notification"
    BOT = "bot message"
    PAGE = "page"
    HEALTH = "health"


FORGED_SIGN_IN = "forged sign-in"
"""Why a request was refused that says of itself that somebody is signed in, where nobody signs in."""
NOBODY_SIGNED_IN = "nobody signed in"
"""Why a request for a page was refused that Easy Auth should have kept away."""
ALARMING = (FORGED_SIGN_IN, NOBODY_SIGNED_IN)
"""What becomes an incident all the same: the way to the page may be open. One incident a door, however many there were, and the service
stays well."""
type Alarm = Callable[[Door, str], Awaitable[None]]
"""Raises an incident at a door, with what was found."""


@dataclass
class RefusedRequests:
    """The counts of this process. `day` raises StorageTrouble, and so does `write_down`."""

    rows: Rows
    clock: Clock
    alarm: Alarm
    _counted: Counter[tuple[Door, str]] = field(default_factory=Counter, init=False)
    _logged: dict[tuple[Door, str], float] = field(default_factory=dict, init=False)
    _written: float = field(default=-1e9, init=False)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock, init=False, repr=False)

    def refused(self, door: Door, why: str, number: int = 1) -> None:
        """Count `number` requests that were not believed, for a reason of a few words. Nothing is written."""
        self._counted[door, why] += number
        now = time.monotonic()
        if now - self._logged.get((door, why), -1e9) > _EVERY_SECONDS:
            self._logged[door, why] = now
            _log.warning("refused at the door", extra={"door": door.value, "why": why})

    async def overheard(self) -> None:
        """A genuine request came: write down what was counted, unless that was done within the last minute."""
        if self._counted and time.monotonic() - self._written > _EVERY_SECONDS:
            await self.write_down()

    async def write_down(self) -> None:
        """Add what was counted to the day's row."""
        async with self._lock:
            counted, self._counted, self._written = self._counted, Counter(), time.monotonic()
            if not counted:
                return
            try:
                for (door, why), number in counted.items():
                    if why in ALARMING:
                        await self.alarm(door, f"{why}: {many(number, 'request')}")
                await self._add(counted)
            except Exception:
                self._counted.update(counted)
                raise

    async def day(self) -> Mapping[tuple[Door, str], int]:
        """How many were refused today (UTC) and why, by all processes, as far as they wrote it down."""
        return _counts(await self.rows.get(_PARTITION, self._today()))

    async def _add(self, counted: Mapping[tuple[Door, str], int]) -> None:
        async def turn() -> None:
            found = await self.rows.get(_PARTITION, self._today())
            total = Counter(_counts(found))
            total.update(counted)
            told = json.dumps([(door.value, why, number) for (door, why), number in total.items()])
            row = Row(_PARTITION, self._today(), {"counts": told}, found.etag if found else "")
            await (self.rows.insert(row) if found is None else self.rows.replace(row))

        await first_or_again(turn)

    def _today(self) -> str:
        return self.clock.now().date().isoformat()


def _counts(row: Row | None) -> dict[tuple[Door, str], int]:
    return {(Door(door), why): number for door, why, number in json.loads(row.text("counts") or "[]")} if row else {}
