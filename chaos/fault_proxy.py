"""A tap between a process of Custos and what it writes to: it counts the steps, and strikes at one of them.

    Custos ──► Tap ──► Azurite (tables, queues, blobs) or the simulated tenant

Bytes go through as they are, so signatures hold. A *step* is a request that leaves something behind, or that reads what a job
begins with, under a name that people understand: `table runs`, `queue act`, `tenant label`.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

_LONGEST_HEAD = 1 << 20
_TABLE_IN_BATCH = re.compile(rb"/devstoreaccount1/(\w+)\(")
_MADE_IN_BATCH = re.compile(rb"(?m)^POST \S*/devstoreaccount1/(\w+)")
_TENANT = (
    ("POST", re.compile(r"SetComplianceTagOnBulkItems"), "tenant labels"),
    ("PATCH", re.compile(r"/retentionLabel"), "tenant label"),
    ("DELETE", re.compile(r"/retentionLabel"), "tenant label taken off"),
    ("PATCH", re.compile(r"/permissions/"), "tenant expiry"),
    ("POST", re.compile(r"^/bot/.*/activities"), "tenant card"),
    ("POST", re.compile(r"^/bot/.*/conversations(\?|$)"), "tenant conversation"),
    ("POST", re.compile(r"/subscriptions"), "tenant subscription"),
    ("POST", re.compile(r"/\$batch"), "tenant batch"),
    ("GET", re.compile(r"/delta"), "tenant delta"),
    ("GET", re.compile(r"getAllSites"), "tenant sites"),
)

type Strike = Callable[[], bool]
"""Does something to the process. True: the request's connection is cut."""


@dataclass
class Armed:
    """A strike at the step `name` for the `nth` time, `before` it is carried out or after; for `times` steps in a row."""

    name: str
    nth: int
    before: bool
    strike: Strike
    times: int = 1
    begun: int = 0
    struck: int = 0  # strikes that are over

    async def fall(self) -> bool:
        """Strike; True when the connection is cut."""
        cut = await asyncio.to_thread(self.strike)
        self.struck += 1
        return cut


@dataclass
class Watch:
    """The steps since `begin`, in their order, and what is to happen at one of them."""

    steps: list[str] = field(default_factory=list)
    armed: Armed | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, armed: Armed | None = None) -> None:
        """Count from here on."""
        with self._lock:
            self.steps, self.armed = [], armed

    def end(self) -> list[str]:
        """Strike no more. Returns the steps so far."""
        with self._lock:
            self.armed = None
            return list(self.steps)

    @property
    def struck(self) -> bool:
        """Whether it has struck."""
        return self.armed is not None and self.armed.struck > 0

    def seen(self, name: str) -> Armed | None:
        """One more step; what is to happen at it."""
        if not name:
            return None
        with self._lock:
            self.steps.append(name)
            armed = self.armed
            if armed is None or armed.name != name or armed.begun >= armed.times:
                return None
            if Counter(self.steps)[name] < armed.nth:
                return None
            armed.begun += 1
            return armed


@dataclass
class Tap:
    """One address before another one. `url` is its own."""

    upstream: str
    watch: Watch
    url: str = ""

    async def open(self) -> asyncio.Server:
        """Listen on a free port of the loopback."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_LONGEST_HEAD)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        return server

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there: asyncio.StreamWriter | None = None
        try:
            parts = urlsplit(self.upstream)
            back, there = await asyncio.open_connection(parts.hostname, parts.port, limit=_LONGEST_HEAD)
            while await self._exchange(reader, writer, back, there):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
            pass
        finally:
            for one in (writer, there):
                if one is not None:
                    with suppress(OSError):
                        one.transport.abort()

    async def _exchange(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        back: asyncio.StreamReader,
        there: asyncio.StreamWriter,
    ) -> bool:
        """One request and its answer. False when the connection is at its end."""
        head = await reader.readuntil(b"\r\n\r\n")
        method, path = head.split(b" ", 2)[:2]
        body = await _body(reader, head, head_only=False)
        armed = self.watch.seen(step_name(method.decode(), path.decode("latin-1"), body))
        if armed and armed.before and await armed.fall():
            return False
        there.write(head + body)
        await there.drain()
        answer = await _answer(back, method)
        if armed and not armed.before and await armed.fall():
            return False
        writer.write(answer)
        await writer.drain()
        return True


async def _answer(back: asyncio.StreamReader, method: bytes) -> bytes:
    head = await back.readuntil(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    return head + await _body(back, head, head_only=method == b"HEAD" or status in (204, 304))


async def _body(reader: asyncio.StreamReader, head: bytes, *, head_only: bool) -> bytes:
    headers = head.lower()
    if head_only:
        return b""
    if b"\r\ntransfer-encoding: chunked" in headers:
        return await _chunks(reader)
    found = re.search(rb"\r\ncontent-length: *(\d+)", headers)
    return await reader.readexactly(int(found[1])) if found else b""


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    whole = b""
    while True:
        line = await reader.readuntil(b"\r\n")
        size = int(line.split(b";")[0], 16)
        whole += line + await reader.readexactly(size + 2)
        if size == 0:
            return whole


def step_name(method: str, path: str, body: bytes) -> str:
    """What a request is called as a step; "" when it is none."""
    plain = re.sub(r"^http://[^/]+", "", unquote(path))  # a proxy is asked for whole addresses
    if not plain.startswith("/devstoreaccount1/"):
        return next((name for verb, form, name in _TENANT if verb == method and form.search(plain)), "")
    if method in ("GET", "HEAD"):
        return ""
    rest = plain.removeprefix("/devstoreaccount1/").partition("?")[0]
    if rest == "$batch":
        found = _TABLE_IN_BATCH.search(body) or _MADE_IN_BATCH.search(body)
        return f"table {found[1].decode()}" if found else ""
    first, slash, more = rest.partition("/")
    if slash and more.startswith("messages"):
        if method == "PUT":
            return ""  # kept hidden, or shown again
        return f"queue {first}" if method == "POST" else f"queue {first} done"
    if slash:
        if first.startswith("azure-webjobs"):
            return ""
        return f"commit {more.partition('/')[0]}" if "/_delta_log/" in more else f"blob {first}"
    name = re.match(r"\w+", first)
    return f"table {name[0]}" if name and name[0] != "Tables" and "restype" not in plain else ""


@dataclass
class Taps:
    """Taps on a loop in a thread of its own."""

    watch: Watch = field(default_factory=Watch)

    @contextmanager
    def before(self, upstreams: Sequence[str]) -> Iterator[list[str]]:
        """Open one before each address; their own addresses, in the same order."""
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, name="taps", daemon=True)
        thread.start()

        def wait[T](work: Awaitable[T]) -> T:
            async def doing() -> T:
                return await work

            return asyncio.run_coroutine_threadsafe(doing(), loop).result(30)

        taps = [Tap(upstream, self.watch) for upstream in upstreams]
        servers = [wait(tap.open()) for tap in taps]
        try:
            yield [tap.url for tap in taps]
        finally:
            for server in servers:
                loop.call_soon_threadsafe(server.close)
            wait(_ended())
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()


async def _ended() -> None:
    """Every connection through the taps is closed."""
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
