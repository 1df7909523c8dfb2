"""The host put together: index, check, serve, and stop in good order."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from local_host.admin import Admin
from local_host.configuration import HostOptions, expand, read_host
from local_host.easy_auth import EasyAuth
from local_host.errors import HostError
from local_host.functions import HTTP, QUEUE, TIMER, Function
from local_host.invoker import Invoker
from local_host.keys import Keys
from local_host.log import event
from local_host.queues import HIDDEN_SECONDS, QueueListener, poison_name
from local_host.routes import Route, routes_of
from local_host.schedule import parse_schedule
from local_host.storage import HOST_CONNECTION, Storage
from local_host.timers import HOST_CONTAINER, Timer, TimerKeeper
from local_host.web import Front
from local_host.worker import Worker

if TYPE_CHECKING:
    from azure.storage.blob.aio import ContainerClient

_log = logging.getLogger(__name__)
_WAITING_CONNECTIONS = 1_024  # a burst of callers is kept waiting, not turned away
_LAST_POLL_SECONDS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to serve.

    `port` 0 takes a free one; `state` is where keys lie; without `timers` they fire by hand alone; `grace_seconds` is
    how long running functions may go on at the end; `hidden_seconds` how long a taken message stays hidden when this
    process dies; `guard` wants people to sign in before they reach a function.
    """

    app: Path
    state: Path
    port: int = 7071
    timers: bool = True
    grace_seconds: float = 30.0
    hidden_seconds: int = HIDDEN_SECONDS
    guard: EasyAuth | None = None


@dataclass
class Host:
    """One app being served. `start`, then `address` answers; `stop` in the end.

    Making one checks all that only the host can know; raises HostError with one sentence.
    """

    options: Options
    settings: Mapping[str, str]
    host: HostOptions
    functions: Sequence[Function]
    worker: Worker
    address: str = field(default="", init=False)

    def __post_init__(self) -> None:
        for function in self.functions:
            function.check()
        app = str(self.options.app)
        self.host_id = (
            self.settings.get("AzureFunctionsWebHost__hostid") or hashlib.sha256(app.encode()).hexdigest()[:32]
        )
        self.storage = Storage(self.settings)
        self.invoker = Invoker(self.worker, self.storage, self.host, self._queued, self._ran)
        self.routes: Sequence[Route] = routes_of(self.functions, self.host.route_prefix)
        self._check_storage()
        self.listeners = [self._listener(each) for each in self.functions if each.trigger.type == QUEUE]
        self.timers = {each.name: self._timer(each) for each in self.functions if each.trigger.type == TIMER}
        self._tasks: list[asyncio.Task[None]] = []
        self._keeping: asyncio.Task[None] | None = None
        self._runner: web.AppRunner | None = None

    @classmethod
    async def index(cls, options: Options, settings: Mapping[str, str]) -> Host:
        """The host for the app, all of it checked and nothing started. Raises HostError with one sentence.

        The app finds its `settings` in the environment of the process, which whoever owns it lays down first.
        """
        host = read_host(options.app, settings)
        worker = Worker()
        return cls(options, settings, host, await worker.start(options.app), worker)

    async def start(self) -> None:
        """Begin to answer, to poll and to keep time. Raises HostError when the port is taken."""
        keys = Keys.open(self.options.state, [function.name for function in self.functions])
        admin = Admin(self.host_id, self.functions, self.routes, self.timers, self.invoker)
        self._front = Front(self.routes, keys, self.invoker, admin.answer, self.options.guard)
        self._runner = web.AppRunner(self._front.application(), access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.options.port, backlog=_WAITING_CONNECTIONS)
        try:
            await site.start()
        except OSError as error:
            await self._runner.cleanup()
            raise HostError(f"Port {self.options.port} cannot be opened: {error.strerror}.") from error
        self.address = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._tasks = [asyncio.create_task(listener.run(), name=listener.function.name) for listener in self.listeners]
        if self.timers and self.options.timers:
            keeper = TimerKeeper(list(self.timers.values()), self._container(), self.host_id)
            self._keeping = asyncio.create_task(keeper.run(), name="timers")
            self._tasks.append(self._keeping)

    async def run(self, stopping: asyncio.Event) -> None:
        """Serve until `stopping` is set. Raises what a listener ended with, which none should."""
        waiting = asyncio.create_task(stopping.wait())
        try:
            done, _ = await asyncio.wait([waiting, *self._tasks], return_when=asyncio.FIRST_COMPLETED)
            for task in done - {waiting}:
                task.result()
        finally:
            waiting.cancel()

    async def stop(self) -> int:
        """Take nothing new, let what runs finish in the grace time, close. Returns how many were cut off."""
        event(_log, "stopping", running=sum(tally.running for tally in self.invoker.tallies.values()))
        for listener in self.listeners:
            listener.stop()
        polling = [task for task in self._tasks if task is not self._keeping]
        if polling:
            # What storage hands out now is still to be had; cancelled, it would stay hidden for a while.
            await asyncio.wait(polling, timeout=_LAST_POLL_SECONDS)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._runner is not None:
            self._front.is_stopping.set()
        cut = await self.invoker.finish(self.options.grace_seconds)
        if self._runner is not None:
            await self._runner.cleanup()
        await self.storage.close()
        event(_log, "stopped", cut_off=cut)
        return cut

    def _check_storage(self) -> None:
        for function in self.functions:
            where = f"Function {function.name}"
            for binding in function.bindings:
                if binding.type in (QUEUE, "queue"):
                    expand(binding.text("queueName"), self.settings, where=where)
                    self.storage.check(binding.text("connection"), where=where)
                elif binding.type == TIMER:
                    self.storage.check(HOST_CONNECTION, where=where)

    def _container(self) -> ContainerClient:
        return self.storage.container(HOST_CONTAINER)

    def _listener(self, function: Function) -> QueueListener:
        trigger = function.trigger
        name = expand(trigger.text("queueName"), self.settings, where=f"Function {function.name}")
        queue = self.storage.queue(trigger.text("connection"), name)
        poison = self.storage.queue(trigger.text("connection"), poison_name(name))
        hidden = self.options.hidden_seconds
        return QueueListener(function, queue, poison, self.invoker, self.host.queues, hidden, self._queued)

    def _timer(self, function: Function) -> Timer:
        text = expand(function.trigger.text("schedule"), self.settings, where=f"Function {function.name}")
        schedule = parse_schedule(text, timer=function.name)
        return Timer(function, schedule, self.invoker, self._container(), self.host_id)

    def _ran(self) -> None:
        for listener in self.listeners:
            listener.wake_soon()

    def _queued(self, queue: str) -> None:
        for listener in self.listeners:
            if listener.queue.queue_name == queue:
                listener.wake()


def described(host: Host) -> list[str]:
    """One line a function with what wakes it, for people."""
    shown: list[tuple[str, str]] = []
    addresses = {route.function.name: route.shown for route in host.routes}
    for function in host.functions:
        trigger = function.trigger
        where = f"Function {function.name}"
        if trigger.type == HTTP:
            what = f"{addresses[function.name]}  ({trigger.text('authLevel', 'function').lower()})"
        elif trigger.type == QUEUE:
            what = f"queue {expand(trigger.text('queueName'), host.settings, where=where)}"
        else:
            what = f"timer {expand(trigger.text('schedule'), host.settings, where=where)}"
        shown.append((function.name, what))
    width = max(len(name) for name, _ in shown)
    return [f"  {name:<{width}}  {what}" for name, what in shown]
