"""Evaluations take turns: one at a time, and asked for once however many libraries changed.

Whoever changed something asks; the first to ask queues a message, the others find that it was asked. The evaluation takes the
request back *before* it reads what changed, so what comes later asks again. Two evaluations for changes begin some seconds
apart at least, which is a setting. A request is believed for minutes only: who made it may have died before the message was queued.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from custos.clock import Clock
from custos.errors import RowChanged, RowExists, StorageTrouble
from custos.inventory.pending_changes import TABLE
from custos.storage.account import Account
from custos.storage.queues import EVALUATE
from custos.storage.rows import Row

BELIEVED_FOR = timedelta(minutes=5)
_KEY = ("turn", "evaluation")
_POLL_SECONDS = 0.5
_PATIENCE_SECONDS = 20 * 60.0  # within the function's time-out


async def request(account: Account, clock: Clock) -> bool:
    """Have what is marked evaluated soon. True when this queued it, False when it was asked for already."""
    rows, apart = account.rows(TABLE), timedelta(seconds=account.settings.evaluation_seconds_apart)
    while True:
        now = clock.now()
        found = await rows.get(*_KEY)
        asked, began = (_moment(found, "asked_at"), _moment(found, "began_at")) if found else (None, None)
        if asked is not None and timedelta(0) <= now - asked < BELIEVED_FOR:
            return False
        values = {"asked_at": now.isoformat(), "began_at": began.isoformat() if began else ""}
        try:
            if found is None:
                await rows.insert(Row(*_KEY, values))
            else:
                await rows.replace(Row(*_KEY, values, found.etag))
        except (RowChanged, RowExists):
            continue  # somebody else asked, or an evaluation began: that decides whether we still have to
        since = now - began if began is not None else apart
        pause = apart - since if timedelta(0) <= since < apart else timedelta(0)
        await account.queue(EVALUATE).send(
            {"asked_at": now.isoformat()}, delay_seconds=math.ceil(pause.total_seconds())
        )
        return True


@asynccontextmanager
async def turn(account: Account, clock: Clock) -> AsyncIterator[None]:
    """The only evaluation under way, waiting for another one's end. Raises StorageTrouble when that never comes."""
    lease = account.lease(TABLE, _KEY[1])
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not await lease.take():  # noqa: ASYNC110  # another process holds it
                await asyncio.sleep(_POLL_SECONDS)
    except TimeoutError as error:
        raise StorageTrouble("another evaluation has not ended") from error
    async with lease.kept():
        await _begin(account, clock)
        yield


async def _begin(account: Account, clock: Clock) -> None:
    """Take the request back: whatever is marked from here on asks for an evaluation of its own."""
    rows = account.rows(TABLE)
    while True:
        found = await rows.get(*_KEY)
        row = Row(*_KEY, {"asked_at": "", "began_at": clock.now().isoformat()})
        try:
            await (rows.replace(replace(row, etag=found.etag)) if found else rows.insert(row))
        except (RowChanged, RowExists):
            continue
        return


def _moment(row: Row, name: str) -> datetime | None:
    text = row.text(name)
    return datetime.fromisoformat(text) if text else None
