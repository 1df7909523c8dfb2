"""The flag that many notifications share: a drive is dirty from the first one until a sync begins to read.

The webhook enqueues a drive only when `mark_all_dirty` says that it was clean. The worker clears the flag *before* it reads
delta, so a change that comes meanwhile marks the drive again. A flag is believed for some minutes only, and the backstop
syncs whatever it says: a process that died between flag and queue silences a drive for that long at most.
Source: https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from custos.clock import Clock
from custos.errors import RowChanged, RowExists
from custos.inventory.drive_state import TABLE
from custos.storage.account import Account
from custos.storage.rows import Row, Write, key_part
from custos.table import TRANSACTION_ROWS

BELIEVED_FOR = timedelta(minutes=5)
_LEFT_AFTER = timedelta(minutes=15)
_PARTITION = "sync-request"


async def request_sync(account: Account, clock: Clock, drive_id: str) -> bool:
    """True when the drive was clean: then queue it. False when it is waiting already.

    A flag that has stood for long counts as clean: who set it may have died before the drive was queued.
    """
    rows, key, now = account.rows(TABLE), key_part(drive_id), clock.now()
    values = {"drive_id": drive_id, "since": now.isoformat()}
    try:
        await rows.insert(Row(_PARTITION, key, values))
    except RowExists:
        found = await rows.get(_PARTITION, key)
        if found is None:
            return True  # a sync began this moment and may have read too early
        if now - _since(found) < BELIEVED_FOR:
            return False
        try:
            await rows.replace(Row(_PARTITION, key, values, found.etag))
        except RowChanged:
            return False
    return True


async def request_syncs(account: Account, clock: Clock, drives: Collection[str]) -> list[str]:
    """Those of `drives` that were clean, as `mark_dirty` says it of one: many for the price of a few requests."""
    rows, now, wanted = account.rows(TABLE), clock.now(), sorted(set(drives))
    found = {row.text("drive_id"): row for row in await rows.pick(_PARTITION, [key_part(drive) for drive in wanted])}
    marked: list[str] = []
    unmarked = [drive for drive in wanted if drive not in found]
    for start in range(0, len(unmarked), TRANSACTION_ROWS):
        some = unmarked[start : start + TRANSACTION_ROWS]
        values = [{"drive_id": drive, "since": now.isoformat()} for drive in some]
        fresh = [Row(_PARTITION, key_part(drive), value) for drive, value in zip(some, values, strict=True)]
        try:
            await rows.transact([Write("insert", row) for row in fresh])
        except (RowExists, RowChanged):  # another instance was faster with one of them
            marked += [drive for drive in some if await request_sync(account, clock, drive)]
        else:
            marked += some
    old = [drive for drive, row in found.items() if now - _since(row) >= BELIEVED_FOR]
    return marked + [drive for drive in old if await request_sync(account, clock, drive)]


async def forgotten_requests(account: Account, clock: Clock) -> list[str]:
    """Drives whose flag has stood for so long that their message must be lost. Each is told once in that time."""
    rows, now = account.rows(TABLE), clock.now()
    left = [row async for row in rows.query(_PARTITION) if now - _since(row) > _LEFT_AFTER]
    for row in left:
        try:
            await rows.replace(replace(row, values={**row.values, "since": now.isoformat()}))
        except RowChanged:
            continue  # a sync has begun, or another notification came
    return [row.text("drive_id") for row in left]


async def clear_request(account: Account, drive_id: str) -> None:
    """Call before delta is read, and when queueing failed."""
    await account.rows(TABLE).delete(_PARTITION, key_part(drive_id))


def _since(row: Row) -> datetime:
    return datetime.fromisoformat(row.text("since"))
