"""One switch ends all writes, on every instance."""

from __future__ import annotations

import pytest

from custos.audit.events import What
from custos.clock import FixedClock
from custos.engine.stop_switch import CACHE_SECONDS, StopSwitch
from custos.errors import StorageTrouble
from custos.table import Row
from tests.engine.memory_store import MemoryAudit, MemoryTable
from tests.engine.planned import ADMIN, NOW


class Away(MemoryTable):
    """Storage that cannot be reached."""

    async def get(self, partition: str, key: str) -> Row | None:
        raise StorageTrouble(f"{partition}/{key}: away")


def stop_switch(table: MemoryTable, audit: MemoryAudit, cache_seconds: float = 0.0) -> StopSwitch:
    return StopSwitch(table, FixedClock(NOW), audit, cache_seconds)


async def test_stop_and_start() -> None:
    """Another instance sees the stop with who and why, and its end; both are audited."""
    table, audit = MemoryTable(), MemoryAudit()
    one, other = stop_switch(table, audit), stop_switch(table, audit)
    assert await other.stopped() is None
    await one.stop(by=ADMIN, why="mistake")
    stop = await other.stopped()
    assert stop is not None
    assert (stop.by, stop.why, stop.at) == (ADMIN.upn, "mistake", NOW)
    await one.start(by=ADMIN, why="mended")
    assert await other.stopped() is None
    assert [event.what for event in audit.events] == [What.WRITES_STOPPED, What.WRITES_STARTED]


async def test_who_is_leaving_goes_on_leaving() -> None:
    """A stop after a leaving does not take it back, nor does one that was thrown in the same moment; `start` alone does."""

    class Overtaken(MemoryTable):
        """Somebody leaves between the reading of the switch and the writing of it."""

        overtaken = False

        async def get(self, partition: str, key: str) -> Row | None:
            row = await super().get(partition, key)
            if not self.overtaken:
                self.overtaken = True
                await leaver.stop(by=ADMIN, why="we leave", leaving=True)
            return row

    table = Overtaken()
    leaver, other = stop_switch(table, MemoryAudit()), stop_switch(table, MemoryAudit())
    assert (await other.stop(by=ADMIN, why="mistake")).leaving
    assert (await other.stop(by=ADMIN, why="and again")).leaving
    stop = await leaver.stopped()
    assert stop is not None
    assert (stop.leaving, stop.why) == (True, "and again")
    await other.start(by=ADMIN, why="we stay")
    assert not (await other.stop(by=ADMIN, why="mistake")).leaving


async def test_an_instance_believes_what_it_read_only_for_a_while() -> None:
    """The switch is kept for at most fifteen seconds; whoever threw it sees it at once."""
    assert CACHE_SECONDS <= 15
    table, audit = MemoryTable(), MemoryAudit()
    one, other = stop_switch(table, audit, 60.0), stop_switch(table, audit, 60.0)
    assert await other.stopped() is None
    await one.stop(by=ADMIN, why="mistake")
    assert await one.stopped() is not None
    assert await other.stopped() is None
    other.cache_seconds = 0.0
    assert await other.stopped() is not None


async def test_a_switch_that_cannot_be_read_is_not_on() -> None:
    """When storage is away nobody may conclude that writing is allowed: the trouble goes up."""
    with pytest.raises(StorageTrouble):
        await stop_switch(Away(), MemoryAudit()).stopped()
