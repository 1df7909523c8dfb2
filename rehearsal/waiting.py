"""Waiting until the function app has done what it was asked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from azure.core.exceptions import ResourceNotFoundError

from custos.bootstrap import Custos
from custos.inventory.drive_state import DriveStates, SyncState
from custos.storage.queues import ALL
from rehearsal.narrator import Work
from rehearsal.stack import Stage

_POLL_SECONDS = 0.25


class TookTooLong(Exception):
    """Something did not happen in time; the text says what."""


async def until(what: str, holds: Callable[[], Awaitable[bool]], *, seconds: float = 300.0) -> float:
    """Wait until `holds`. Returns how many seconds it took. Raises TookTooLong."""
    began = asked = time.monotonic()
    while not await holds():
        now = time.monotonic()
        if now - began > seconds:
            raise TookTooLong(f"{what} did not happen within {seconds:.0f} s; the logs are in .custos/rehearsal/.")
        await asyncio.sleep(max(_POLL_SECONDS, 2 * (now - asked)))  # what is waited for needs the processor more
        asked = time.monotonic()
    return time.monotonic() - began


async def fired(stage: Stage, function: str) -> None:
    """Fire a timer and wait until it has run. Raises TookTooLong when it failed."""
    before = await asyncio.to_thread(stage.executions, function)
    await asyncio.to_thread(stage.fire, function)

    async def done() -> bool:
        now = await asyncio.to_thread(stage.executions, function)
        if now.failed > before.failed:
            raise TookTooLong(f"{function} failed; see .custos/rehearsal/host.log.")
        return now.succeeded > before.succeeded and not now.running

    await until(function, done)


async def quiet(app: Custos, stage: Stage) -> None:
    """Wait until `is_quiet`. Raises TookTooLong."""
    await until("Quiet", lambda: is_quiet(app, stage))


async def is_quiet(app: Custos, stage: Stage) -> bool:
    """Whether no queue holds a message that is due and no function runs, seen twice: between the two looks lies what a
    function has taken and not yet begun. The cheap question is asked first."""
    for _ in range(2):
        if await asyncio.to_thread(stage.running):
            return False
        if any(await asyncio.gather(*(_is_due(app, name) for name in ALL))):
            return False
    return not await asyncio.to_thread(stage.running)


async def _is_due(app: Custos, queue: str) -> bool:
    try:
        return bool(await app.account.queue(queue).client.peek_messages(1))
    except ResourceNotFoundError:
        return False


async def mirrored(app: Custos, work: Work) -> tuple[int, int, int]:
    """Wait until every library was read. Returns libraries complete, libraries, items."""
    told = (0, 0, 0)

    async def complete() -> bool:
        nonlocal told
        states = [state async for state in DriveStates.of(app.account).all()]
        done = sum(state.state is SyncState.COMPLETE for state in states)
        items = sum(state.items for state in states)
        told = (done, len(states), items)
        work.at(done, len(states), f"{done} of {len(states)} libraries, {items:,} items")
        return bool(states) and done == len(states)

    await until("The first mirror", complete, seconds=900.0)
    return told
