"""The drives' rows and the flag that notifications share."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from custos.clock import FixedClock
from custos.errors import RowChanged
from custos.inventory.drive_state import DriveStates, Round, SyncState
from custos.inventory.sync_requests import BELIEVED_FOR, clear_request, request_sync
from custos.storage.account import Account
from tests.inventory.memory_library import BEGAN


async def test_row_comes_back_as_it_was_written(account: Account, drive_id: str) -> None:
    """Every field of a drive's row survives storage."""
    states = DriveStates.of(account)
    made = await states.register(drive_id, site_id="s", list_id="l", name="Documents")
    saved = await states.save(
        made,
        state=SyncState.COMPLETE,
        round=Round.FULL,
        synced_at=BEGAN,
        labels_complete=True,
        batch=7,
        next_link="x?y",
    )
    assert await states.get(drive_id) == saved
    assert (saved.site_id, saved.synced_at, saved.round, saved.batch) == ("s", BEGAN, Round.FULL, 7)


async def test_stale_row_cannot_be_written(account: Account, drive_id: str) -> None:
    """Of two workers that read the same row, the second to write is told."""
    states = DriveStates.of(account)
    read = await states.register(drive_id, site_id="s", list_id="l", name="Documents")
    await states.save(read, items=1)
    with pytest.raises(RowChanged):
        await states.save(read, items=2)


async def test_registering_again_keeps_the_progress(account: Account, drive_id: str) -> None:
    """Discovery renames a library without touching how far it was read."""
    states = DriveStates.of(account)
    first = await states.register(drive_id, site_id="s", list_id="l", name="Documents")
    await states.save(first, items=9, state=SyncState.COMPLETE)
    again = await states.register(drive_id, site_id="s", list_id="l", name="Papers")
    assert (again.items, again.state, again.name) == (9, SyncState.COMPLETE, "Papers")


async def test_many_notifications_queue_a_drive_once(account: Account, clock: FixedClock, drive_id: str) -> None:
    """Of many notifications that come together, one finds the drive clean."""
    found = await asyncio.gather(*(request_sync(account, clock, drive_id) for _ in range(8)))
    assert sum(found) == 1


async def test_drive_is_clean_once_its_sync_begins(account: Account, clock: FixedClock, drive_id: str) -> None:
    """A notification that comes after a sync has begun to read queues the drive again."""
    await request_sync(account, clock, drive_id)
    await clear_request(account, drive_id)
    assert await request_sync(account, clock, drive_id)


async def test_flag_of_a_dead_process_is_not_believed_for_ever(
    account: Account, clock: FixedClock, drive_id: str
) -> None:
    """A flag that stood for minutes does not silence a drive."""
    await request_sync(account, clock, drive_id)
    clock.advance(BELIEVED_FOR + timedelta(seconds=1))
    assert await request_sync(account, clock, drive_id)
    assert not await request_sync(account, clock, drive_id)
