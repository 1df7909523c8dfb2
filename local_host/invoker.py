"""Runs functions: one invocation, its log lines, its time limit, its output bindings, and the count of what runs."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError
from azure.storage.queue.aio import QueueClient

from local_host.configuration import HostOptions, expand
from local_host.errors import InvocationFailed
from local_host.functions import Binding, Function
from local_host.log import event
from local_host.messages import encode, messages_of
from local_host.storage import Storage
from local_host.worker import Datum, InvocationResult, Worker, current_invocation

_log = logging.getLogger(__name__)
_CUT_SECONDS = 2.0  # for a function that does not heed its cancellation


@dataclass
class Tally:
    """How a function fared since the host started."""

    running: int = 0
    succeeded: int = 0
    failed: int = 0


@dataclass
class Invoker:
    """Every invocation goes through `run`. `on_queued` is told each queue that an output binding wrote to, `on_ran` whenever
    a function has run.
    """

    worker: Worker
    storage: Storage
    options: HostOptions
    on_queued: Callable[[str], None] = lambda _queue: None
    on_ran: Callable[[], None] = lambda: None
    tallies: defaultdict[str, Tally] = field(default_factory=lambda: defaultdict(Tally), init=False)
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set, init=False)

    def begin[T](self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Start work that a stopping host lets finish, whoever asked for it and went away."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def finish(self, grace: float) -> int:
        """Wait up to `grace` seconds for all that was begun, then cut it off. Returns how many were cut off."""
        deadline = time.monotonic() + grace
        while self._tasks and time.monotonic() < deadline:
            await asyncio.wait(self._tasks, timeout=deadline - time.monotonic())
        left = list(self._tasks)
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=_CUT_SECONDS)
        return len(left)

    async def run(
        self,
        function: Function,
        trigger: Datum,
        *,
        reason: str,
        metadata: Mapping[str, Datum] | None = None,
        attempt: int = 0,
        invocation_id: str = "",
    ) -> Datum | None:
        """Invoke once and write the outputs; returns the return value that is not an output.

        Raises InvocationFailed when the function raised, took too long, or an output could not be written.
        """
        invocation_id = invocation_id or str(uuid.uuid4())
        mark = current_invocation.set(invocation_id)
        tally = self.tallies[function.name]
        tally.running += 1
        began = time.monotonic()
        event(_log, "executing", function=function.name, reason=reason)
        outcome = "cut off"
        try:
            returned = await self._run(function, invocation_id, trigger, metadata, attempt)
            outcome = "succeeded"
        except InvocationFailed as error:
            outcome = "failed"
            tally.failed += 1
            event(_log, "function failed", level=logging.ERROR, function=function.name, error=error)
            raise
        else:
            tally.succeeded += 1
            return returned
        finally:
            tally.running -= 1
            spent = round((time.monotonic() - began) * 1000)
            event(_log, "executed", function=function.name, outcome=outcome, ms=spent)
            current_invocation.reset(mark)
            self.on_ran()

    async def _run(
        self, function: Function, invocation_id: str, trigger: Datum, metadata: Mapping[str, Datum] | None, attempt: int
    ) -> Datum | None:
        limit = self.options.function_timeout
        try:
            async with asyncio.timeout(limit.total_seconds() if limit else None):
                outcome = await self.worker.invoke(function, invocation_id, trigger, metadata=metadata, attempt=attempt)
        except TimeoutError as error:
            assert isinstance(limit, timedelta)
            raise InvocationFailed(f"The function ran longer than functionTimeout, {limit}.") from error
        return await self._write(function, outcome)

    async def _write(self, function: Function, outcome: InvocationResult) -> Datum | None:
        values = list(outcome.outputs)
        answers = outcome.returned
        returning = next((binding for binding in function.bindings if binding.name == "$return"), None)
        if returning is not None and returning.type == "queue" and answers is not None and answers.type is not None:
            values.append((returning.name, answers))
            answers = None
        for name, datum in values:
            binding = function.binding(name)
            if binding.type == "queue":
                await self._send(function, binding, datum)
            else:
                answers = datum
        return answers

    async def _send(self, function: Function, binding: Binding, datum: Datum) -> None:
        name = expand(binding.text("queueName"), self.storage.settings, where=f"Function {function.name}")
        queue = self.storage.queue(binding.text("connection"), name)
        try:
            for body in messages_of(datum):
                await send(queue, encode(body, as_base64=self.options.queues.base64))
        except (AzureError, ValueError) as error:
            raise InvocationFailed(
                f"The output {binding.name} could not be written to queue {name}: {error}"
            ) from error
        self.on_queued(name)


async def send(queue: QueueClient, stored: str) -> None:
    """Put a message, encoded already, into `queue`, which is made when it is not there."""
    try:
        await queue.send_message(stored)
    except ResourceNotFoundError:
        await _settled(queue.create_queue())
        await queue.send_message(stored)


async def _settled(creation: Awaitable[object]) -> None:
    try:
        await creation
    except ResourceExistsError:
        return
