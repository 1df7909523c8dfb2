"""Storage queues: work that is waiting. Messages hold ids as JSON, never payloads (48 KB before base64).

Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError

from custos.errors import StorageTrouble

if TYPE_CHECKING:
    from azure.storage.queue.aio import QueueClient

SYNC = "sync-drive"
EVALUATE = "evaluate"
ACT = "act"
NOTIFY = "notify"
RETRY = "retry-timer"
ALL = (SYNC, EVALUATE, ACT, NOTIFY, RETRY)


def poison(queue: str) -> str:
    """Where messages of `queue` end that failed each time."""
    return f"{queue}-poison"


@dataclass
class Queue:
    """One queue. Raises StorageTrouble when storage cannot be reached: then nothing was queued."""

    client: QueueClient

    async def send(self, message: Mapping[str, object], *, delay_seconds: int = 0) -> None:
        """Queue `message`, to be seen after `delay_seconds`."""
        text = json.dumps(message, separators=(",", ":"))
        try:
            try:
                await self.client.send_message(text, visibility_timeout=delay_seconds or None)
            except ResourceNotFoundError:
                await self.create()
                await self.client.send_message(text, visibility_timeout=delay_seconds or None)
        except AzureError as error:
            raise StorageTrouble(f"queue {self.client.queue_name} cannot be reached: {type(error).__name__}") from error

    async def create(self) -> None:
        """Make the queue; harmless when it exists."""
        try:
            await self.client.create_queue()
        except ResourceExistsError:
            return

    async def length(self) -> int:
        """About how many messages wait; 0 when there is no such queue."""
        try:
            properties = await self.client.get_queue_properties()
        except ResourceNotFoundError:
            return 0
        except AzureError as error:
            raise StorageTrouble(f"queue {self.client.queue_name} cannot be reached: {type(error).__name__}") from error
        return int(properties.approximate_message_count or 0)

    async def close(self) -> None:
        await self.client.close()
