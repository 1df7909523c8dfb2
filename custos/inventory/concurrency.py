"""Asking many things at once, but not too many."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

_AT_ONCE = 8


async def all_of[T](calls: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """The answers in the order of the calls, eight under way at a time.

    The first error ends it: it is raised as it is, the calls under way are cancelled and the rest are never begun.
    """
    room = asyncio.Semaphore(_AT_ONCE)

    async def one(call: Coroutine[Any, Any, T]) -> T:
        async with room:
            return await call

    running = [asyncio.create_task(one(call)) for call in calls]
    try:
        return await asyncio.gather(*running)
    except BaseException:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        for call in calls:
            call.close()
        raise
