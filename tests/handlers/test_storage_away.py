"""Storage that cannot be reached: nothing is acknowledged that is not stored."""

from __future__ import annotations

import asyncio
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from custos.settings import REPOSITORY
from local_host.deployed_files import copy_deployed
from tests.local_host.runtime import Runtime
from tests.running_stack import Council

pytestmark = pytest.mark.timeout(600)


@dataclass
class Line:
    """A line to a TCP server, which can be cut and mended. While it is cut, nobody answers at `port`."""

    target: int
    port: int = 0
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop, init=False)
    _server: asyncio.Server | None = field(default=None, init=False)
    _talks: set[asyncio.StreamWriter] = field(default_factory=set, init=False)

    def mend(self) -> None:
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)

    def cut(self) -> None:
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result(10)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _hang_up(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in list(self._talks):
            writer.transport.abort()
        await self._server.wait_closed()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self.target)
        self._talks |= {writer, back}
        try:
            await asyncio.gather(_carry(reader, back), _carry(there, writer))
        finally:
            self._talks -= {writer, back}


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass  # the line was cut
    finally:
        writer.close()


@contextmanager
def line_to(target: int) -> Iterator[Line]:
    """A line that is whole at first."""
    line = Line(target)
    thread = threading.Thread(target=line._loop.run_forever)
    thread.start()
    try:
        line.mend()
        yield line
        line.cut()
    finally:
        line._loop.call_soon_threadsafe(line._loop.stop)
        thread.join()
        line._loop.close()


@pytest.fixture(params=["QueueEndpoint", "TableEndpoint"])
def app(request: pytest.FixtureRequest, council: Council, tmp_path: Path) -> Iterator[tuple[Runtime, Line]]:
    """The deployed app, with a line to one of the storage services that can be cut."""
    connection = council.stage.environment["AzureWebJobsStorage"]
    parts = dict(part.split("=", 1) for part in connection.split(";") if part)
    port = urlsplit(parts[request.param]).port
    assert port is not None
    copy_deployed(REPOSITORY, tmp_path / "app")
    with line_to(port) as line:
        changed = connection.replace(f":{port}/", f":{line.port}/")
        settings = {**os.environ, **council.stage.environment, "AzureWebJobsStorage": changed}
        with Runtime(tmp_path / "app", settings) as runtime:
            yield runtime, line


def test_notification_that_cannot_be_stored_is_not_acknowledged(council: Council, app: tuple[Runtime, Line]) -> None:
    """Without storage Graph hears 503 and sends it again; with storage back the library is read."""
    runtime, line = app
    council.quiet()
    known = council.subscriptions()[2]
    body = json.dumps({"value": [council.genuine(known)]}).encode()
    syncs = council.ran("sync_drive")
    began = time.monotonic()
    runtime.invoke_http("graph_notifications", method="POST", body=b"{}")
    usual = time.monotonic() - began  # on this machine, at this moment
    line.cut()
    began = time.monotonic()
    assert runtime.invoke_http("graph_notifications", method="POST", body=body).status == 503
    assert time.monotonic() - began - usual < 10  # when Graph gives up on an answer
    council.quiet()
    assert council.ran("sync_drive") == syncs
    line.mend()
    assert runtime.invoke_http("graph_notifications", method="POST", body=body).status == 202
    council.until(lambda: council.ran("sync_drive") == syncs + 1)
