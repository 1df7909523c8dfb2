"""The switch that ends all writes: `custos stop`, `custos start`. One row, read by every instance before each write.

An instance believes what it read for at most 15 seconds, so all writes end well within a minute. When the switch cannot
be read nothing is written: StorageTrouble goes up. The row may be written by hand (docs/runbooks/emergency-stop.md): whatever else it
lacks, it stops. `custos leave` stops too, and says that nothing is to be watched any more.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from custos.audit.events import Event, What
from custos.clock import Clock
from custos.engine.ports import Audit
from custos.errors import RowChanged, RowExists
from custos.records.rights import Person
from custos.table import Row, Table, Value

CACHE_SECONDS = 15.0
SWITCH = ("switch", "writes")


@dataclass(frozen=True, slots=True)
class Stop:
    """Who stopped all writes, when and why; `leaving`: for good, and nothing is watched either.

    Written by hand without a moment it counts from whenever it is read: nothing was started after it.
    """

    at: datetime
    by: str
    why: str
    leaving: bool = False


@dataclass
class StopSwitch:
    """Table `control`."""

    table: Table
    clock: Clock
    audit: Audit
    cache_seconds: float = CACHE_SECONDS
    _stop: Stop | None = field(default=None, init=False)
    _read: float = field(default=-1e9, init=False)

    async def stopped(self) -> Stop | None:
        """The stop in force, or None. At most `cache_seconds` old."""
        if time.monotonic() - self._read >= self.cache_seconds:
            asked = time.monotonic()
            row = await self.table.get(*SWITCH)
            self._stop = _stop(row, self.clock.now())
            self._read = asked
        return self._stop

    async def stop(self, *, by: Person, why: str, leaving: bool = False) -> Stop:
        """End all writes, on every instance. Stopping again ends what was started since; who is leaving goes on leaving until `start`."""
        at = self.clock.now()
        leaving = await self._throw(at, by, why, leaving=leaving)
        self._read = -1e9
        await self._say(What.WRITES_STOPPED, at, by, why)
        return Stop(at, by.upn, why, leaving)

    async def start(self, *, by: Person, why: str) -> None:
        """Let writes go on."""
        at = self.clock.now()
        await self._say(What.WRITES_STARTED, at, by, why)
        await self.table.upsert(Row(*SWITCH, {"stopped": False, "by": by.upn, "why": why, "at": at.isoformat()}))
        self._read = -1e9

    async def _throw(self, at: datetime, by: Person, why: str, *, leaving: bool) -> bool:
        """Write the switch over the one that was read, so that of two who throw it at once neither takes back what the other said."""
        while True:
            row = await self.table.get(*SWITCH)
            before = _stop(row, at)
            leaving = leaving or (before is not None and before.leaving)
            thrown = stop_row(at, by, why, leaving=leaving)
            try:
                await (self.table.insert(thrown) if row is None else self.table.replace(replace(thrown, etag=row.etag)))
            except (RowExists, RowChanged):
                continue
            return leaving

    async def _say(self, what: What, at: datetime, by: Person, why: str) -> None:
        await self.audit.append([Event(what=what, at=at, by=by.upn, by_id=by.id, details={"why": why})])


def stop_row(at: datetime, by: Person, why: str, *, leaving: bool = False) -> Row:
    """The switch, thrown."""
    values: dict[str, Value] = {"stopped": True, "leaving": leaving, "by": by.upn, "why": why, "at": at.isoformat()}
    return Row(*SWITCH, values)


def _stop(row: Row | None, now: datetime) -> Stop | None:
    if row is None or not row.values.get("stopped"):
        return None
    try:
        at = datetime.fromisoformat(row.text("at"))
    except ValueError:
        at = now
    by, why = row.text("by") or "somebody", row.text("why") or "no reason was written down"
    return Stop(at if at.tzinfo else at.replace(tzinfo=UTC), by, why, bool(row.values.get("leaving")))
