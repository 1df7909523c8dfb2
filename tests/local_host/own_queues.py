"""Queues with names of their own, for one test: what goes in, and what came out."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue import QueueClient

from tests.local_host.served_app import eventually


@dataclass
class QueueRoom:
    """`settings` name the queues IN and OUT for an app, on the storage behind `connection`."""

    connection: str
    name: str = field(default_factory=lambda: f"t{uuid.uuid4().hex[:16]}")

    @property
    def settings(self) -> dict[str, str]:
        return {"AzureWebJobsStorage": self.connection, "IN": f"{self.name}-in", "OUT": f"{self.name}-out"}

    def put(self, text: str, *, encoded: bool = True) -> None:
        with self._queue("in") as queue:
            if not self._exists(queue):
                queue.create_queue()
            queue.send_message(base64.b64encode(text.encode()).decode() if encoded else text)

    def waiting(self, which: str) -> list[str]:
        """The texts that wait in a queue, as they were meant."""
        return [base64.b64decode(text).decode() for text in self.stored(which)]

    def stored(self, which: str) -> list[str]:
        """The texts that wait in a queue, as they lie there."""
        with self._queue(which) as queue:
            if not self._exists(queue):
                return []
            return [message.content for message in queue.peek_messages(max_messages=32)]

    def reports(self, count: int, which: str = "out") -> list[dict[str, Any]]:
        """The first `count` messages that are JSON objects, once they are there."""

        def told() -> list[dict[str, Any]]:
            found = [json.loads(text) for text in self.waiting(which) if text.startswith("{")]
            return found if len(found) >= count else []

        return eventually(told)

    def report(self, text: str) -> dict[str, Any]:
        """The report on the message `text`, once it is there."""
        return eventually(lambda: next((each for each in self.reports(1) if each.get("text") == text), {}))

    def size(self, which: str) -> int:
        """How many messages a queue holds, hidden ones too."""
        with self._queue(which) as queue:
            return int(queue.get_queue_properties().approximate_message_count or 0)

    @contextmanager
    def _queue(self, which: str) -> Iterator[QueueClient]:
        with QueueClient.from_connection_string(self.connection, f"{self.name}-{which}") as queue:
            yield queue

    @staticmethod
    def _exists(queue: QueueClient) -> bool:
        try:
            queue.get_queue_properties()
        except ResourceNotFoundError:
            return False
        return True
