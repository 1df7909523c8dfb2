"""Work that many ask for at once, done for all of them together.

Whoever asks waits for a round that *begins* after it asked: one round at a time is under way, and what is asked meanwhile goes
into the next. A burst of a thousand askers costs a few rounds, not a thousand.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field


@dataclass
class Coalesced:
    """`work` does one round, for the keys that were asked for. What it raises is raised in everybody who waits for it."""

    work: Callable[[frozenset[str]], Awaitable[None]]
    _asked: set[str] = field(default_factory=set, init=False)
    _next: asyncio.Future[None] | None = field(default=None, init=False)
    _working: asyncio.Task[None] | None = field(default=None, init=False, repr=False)

    async def join(self, keys: Collection[str]) -> None:
        """Wait until a round that began after this call has been done for `keys`."""
        if not keys:
            return
        self._asked.update(keys)
        if self._next is None:
            self._next = asyncio.get_running_loop().create_future()
        waiting = self._next
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._go_round())
        await asyncio.shield(waiting)

    async def _go_round(self) -> None:
        while self._next is not None:
            keys, done = frozenset(self._asked), self._next
            self._asked, self._next = set(), None
            try:
                await self.work(keys)
            except Exception as error:  # noqa: BLE001  # it is theirs who wait for it
                done.set_exception(error)
                done.exception()  # also when none of them waits any more
            else:
                done.set_result(None)
