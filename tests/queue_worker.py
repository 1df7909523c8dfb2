"""The function app's part of what is typed at a terminal, without a host: what waits in its queues is done."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Mapping

from custos.bootstrap import Custos
from custos.jobs import runs, sync
from custos.storage.queues import ACT, SYNC
from tests.running_stack import wired


class QueueWorker(threading.Thread):
    """Does what waits in the queue of actions, until it is told to rest."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        super().__init__(daemon=True)
        self._environment = environment
        self._resting = threading.Event()

    def run(self) -> None:
        asyncio.run(self._work())

    def rest(self) -> None:
        """End it."""
        self._resting.set()
        self.join(30)

    async def _work(self) -> None:
        app = wired(self._environment)
        queue = app.account.queue(ACT)
        await queue.create()
        try:
            while not self._resting.is_set():
                async for message in queue.client.receive_messages():
                    await runs.work(app, json.loads(message.content))
                    await queue.client.delete_message(message)
                await asyncio.sleep(0.1)
        finally:
            await app.close()


async def read_what_is_queued(app: Custos) -> None:
    """Read each library that waits to be read, once."""
    queue = app.account.queue(SYNC)
    wanted: set[str] = set()
    async for message in queue.client.receive_messages(messages_per_page=32):
        wanted.add(json.loads(message.content)["drive"])
        await queue.client.delete_message(message)
    await asyncio.gather(*(sync.sync(app, drive) for drive in wanted))
