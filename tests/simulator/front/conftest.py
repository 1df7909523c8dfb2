"""One small tenant with its proxy for the whole module, in a thread of its own: clients that block may call it."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp import web

from simulator.entra.identity import AUTHORITY, GRAPH
from simulator.entra.registrations import TOOLS_CLIENT_ID
from simulator.front.certificates import app_certificate
from simulator.server import serve
from simulator.tenant.clock import machine_now
from tests.simulator.served_tenant import small_tenant


@dataclass(frozen=True)
class Front:
    """A tenant's address and what a client needs: the file to trust, and keys whose certificates the tools' app has."""

    url: str
    trust: Path
    app: web.Application
    key: bytes
    expired_key: bytes

    def token(self, audience: str = GRAPH) -> str:
        return self.app[AUTHORITY].issue(TOOLS_CLIENT_ID, audience)

    def client(self, audience: str = GRAPH) -> httpx.Client:
        """A client behind the proxy that trusts its authority, signed in to `audience`."""
        headers = {"Authorization": f"Bearer {self.token(audience)}"}
        trusting = ssl.create_default_context(cafile=str(self.trust))
        return httpx.Client(proxy=self.url, verify=trusting, headers=headers, trust_env=False)


class _Loop:
    """An event loop in a thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def wait[Result](self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """The small tenant of the people's tests, with a proxy."""
    directory, loop = tmp_path_factory.mktemp("trust"), _Loop()
    runner = loop.wait(serve(small_tenant(), proxy=directory))
    assert isinstance(runner.app, web.Application)
    (key, certificate), (old_key, expired) = (app_certificate("tools", machine_now(), days=days) for days in (30, -1))
    for each in (certificate, expired):
        runner.app[AUTHORITY].upload(TOOLS_CLIENT_ID, each)
    yield Front(f"http://127.0.0.1:{runner.addresses[0][1]}", directory / "ca.pem", runner.app, key, old_key)
    loop.wait(runner.cleanup())
    loop.end()
