"""Queue triggers: takes messages, runs the function on each, and decides what becomes of the message.

As the Functions host does: a batch is fetched when no more than newBatchThreshold messages are running; a message that
is worked on stays hidden, for its time is renewed; one that succeeded is deleted; one that failed is shown again after
visibilityTimeout, and after maxDequeueCount attempts is moved to `<queue>-poison`. An empty queue is asked less and
less often, up to maxPollingInterval; soon again when a function of this app has run, which may have put something there. Only a
poison queue that does not exist is asked more seldom still: it is this host that would make it.
Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue-trigger
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient

from local_host.configuration import QueueOptions
from local_host.errors import InvocationFailed
from local_host.functions import Function
from local_host.invoker import Invoker, send
from local_host.log import event
from local_host.messages import decode
from local_host.payloads import QueueItem

_log = logging.getLogger(__name__)
_SHORTEST_WAIT_SECONDS = 0.1
_SOON_SECONDS = 0.25
_ABSENT_WAIT_SECONDS = 5.0
_TROUBLE_WAIT_SECONDS = 2.0
#: After so long a message is seen again whose host was killed. Azure hides it for ten minutes; here somebody waits.
HIDDEN_SECONDS = 120
_POISON = "-poison"


@dataclass
class QueueListener:
    """Serves one function that a queue wakes. `queue` is that queue, `poison` where its hopeless messages go, of which
    `on_queued` is told.
    """

    function: Function
    queue: QueueClient
    poison: QueueClient
    invoker: Invoker
    options: QueueOptions
    hidden_seconds: int = HIDDEN_SECONDS
    on_queued: Callable[[str], None] = lambda _queue: None
    _running: int = field(default=0, init=False)
    _room: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _woken: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _soon: asyncio.TimerHandle | None = field(default=None, init=False)
    _is_stopping: bool = field(default=False, init=False)

    def stop(self) -> None:
        """Take nothing new. What was asked for already still comes, and runs."""
        self._is_stopping = True
        self._woken.set()
        self._room.set()

    def wake(self) -> None:
        """Look now: a message was just put there."""
        self._woken.set()

    def wake_soon(self) -> None:
        """Look within a quarter of a second: something may have been put there. Asked several times it looks once."""
        if self._soon is None and not self._is_poison:
            self._soon = asyncio.get_running_loop().call_later(_SOON_SECONDS, self._look_soon)

    def _look_soon(self) -> None:
        self._soon = None
        self._woken.set()

    async def run(self) -> None:
        """Take messages until stopped. Messages that run then are left to finish by the invoker."""
        wait = _SHORTEST_WAIT_SECONDS
        while not self._is_stopping:
            if self._running > self.options.new_batch_threshold:
                self._room.clear()
                await self._room.wait()
                continue
            self._woken.clear()
            longest = self.options.max_polling_interval.total_seconds()
            try:
                messages = await self._receive()
            except ResourceNotFoundError:
                messages = []  # as in Azure, the queue is for those who write to it to make
                longest = max(longest, _ABSENT_WAIT_SECONDS) if self._is_poison else longest
            except AzureError as error:
                event(
                    _log, "queue cannot be read", level=logging.ERROR, queue=self.queue.queue_name, error=_brief(error)
                )
                await _happens(self._woken, within=_TROUBLE_WAIT_SECONDS)
                continue
            for message in messages:
                self._running += 1
                self.invoker.begin(self._process(message))
            if messages:
                wait = _SHORTEST_WAIT_SECONDS
                continue
            await _happens(self._woken, within=wait)
            wait = min(wait * 2, longest)

    async def _receive(self) -> list[QueueMessage]:
        pages = self.queue.receive_messages(
            messages_per_page=self.options.batch_size, visibility_timeout=self.hidden_seconds
        ).by_page()
        async for page in pages:
            return [message async for message in page]
        return []

    async def _process(self, message: QueueMessage) -> None:
        done = asyncio.Event()
        renewal = asyncio.create_task(self._keep_hidden(message, done))
        try:
            try:
                succeeded = await self._attempt(message)
            finally:
                # Never cancelled in the middle: the receipt that storage gives then would be lost, and the deletion refused.
                done.set()
                await renewal
            await self._settle(message, succeeded=succeeded)
        except AzureError as error:
            event(
                _log,
                "message cannot be settled and will come again",
                level=logging.ERROR,
                queue=self.queue.queue_name,
                message_id=message.id,
                error=_brief(error),
            )
        finally:
            self._running -= 1
            self._room.set()

    async def _attempt(self, message: QueueMessage) -> bool:
        count = message.dequeue_count or 1
        if count > self.options.max_dequeue_count and not self._is_poison:
            return False
        try:
            item = QueueItem(
                id=message.id,
                body=decode(message.content, as_base64=self.options.base64),
                dequeue_count=count,
                pop_receipt=message.pop_receipt or "",
                inserted=message.inserted_on,
                expires=message.expires_on,
                next_visible=message.next_visible_on,
            )
        except ValueError as error:
            event(_log, "message cannot be decoded", level=logging.ERROR, message_id=message.id, error=error)
            return False
        reason = f"message {message.id} on {self.queue.queue_name}, attempt {count}"
        try:
            await self.invoker.run(self.function, item.datum(), metadata=item.metadata(), reason=reason)
        except InvocationFailed:
            return False
        return True

    async def _keep_hidden(self, message: QueueMessage, done: asyncio.Event) -> None:
        while not await _happens(done, within=self.hidden_seconds / 3):
            try:
                renewed = await self.queue.update_message(message, visibility_timeout=self.hidden_seconds)
                message.pop_receipt = renewed.pop_receipt
            except AzureError as error:
                event(
                    _log,
                    "message cannot be kept hidden",
                    level=logging.WARNING,
                    message_id=message.id,
                    error=_brief(error),
                )

    async def _settle(self, message: QueueMessage, *, succeeded: bool) -> None:
        if succeeded:
            await self.queue.delete_message(message)
        elif self._is_poison:
            return  # there is nowhere to move it; it stays hidden for a while, which prevents a quick endless loop
        elif (message.dequeue_count or 1) >= self.options.max_dequeue_count:
            await send(self.poison, message.content)
            self.on_queued(self.poison.queue_name)
            await self.queue.delete_message(message)
            event(
                _log,
                "message moved to the poison queue",
                level=logging.WARNING,
                queue=self.poison.queue_name,
                message_id=message.id,
            )
        else:
            await self.queue.update_message(
                message, visibility_timeout=round(self.options.visibility_timeout.total_seconds())
            )

    @property
    def _is_poison(self) -> bool:
        return self.queue.queue_name.endswith(_POISON)


async def _happens(event: asyncio.Event, *, within: float) -> bool:
    try:
        async with asyncio.timeout(within):
            return await event.wait()
    except TimeoutError:
        return False


def poison_name(queue: str) -> str:
    """Where the messages of `queue` end that failed each time."""
    return f"{queue}{_POISON}"


def _brief(error: AzureError) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
