"""The port of the simulated tenant: a web server, and on the same port an HTTPS proxy for the tenant's host names.

A connection that begins with `CONNECT graph.microsoft.com:443` is answered, put under TLS with a certificate for that
name, and given to the same web server. No connection is ever made to anywhere else.
Source: https://www.rfc-editor.org/rfc/rfc9110#name-connect
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Coroutine

from aiohttp import web

from simulator.front.certificates import CertificateAuthority
from simulator.front.hosts import Hosts, stranger

_CONNECT = b"CONNECT "
_HEAD_LIMIT = 16_384
_HTTPS = "443"
NO_PROXY = "This simulated tenant was started without --proxy.\n"


class Door(web.BaseSite):
    """Listens for a runner. `authority` None: it is no proxy, and says so."""

    def __init__(
        self, runner: web.AppRunner, host: str, port: int, hosts: Hosts, authority: CertificateAuthority | None
    ) -> None:
        super().__init__(runner)
        self._host, self._port = host, port
        self._hosts, self._authority = hosts, authority
        self._waiting: set[_Caller] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def name(self) -> str:
        """The address."""
        return f"http://{self._host}:{self._port}"

    async def start(self) -> None:
        """Open."""
        await super().start()
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Caller(self), self._host, self._port)

    async def stop(self) -> None:
        """Close, also to those who have said nothing yet. The runner ends the conversations that go on."""
        await super().stop()
        for caller in list(self._waiting):
            caller.dismiss()
        for task in self._tasks:
            task.cancel()

    def admit(self, transport: asyncio.Transport, heard: bytes) -> None:
        """Hand a connection to the web server, with what was heard of it."""
        assert self._runner.server is not None, "a site starts after its runner"
        handler = self._runner.server()
        transport.set_protocol(handler)
        handler.connection_made(transport)
        handler.data_received(heard)

    def context(self, host: str, port: str) -> ssl.SSLContext | str:
        """TLS for a tunnel to `host`, or why there will be none."""
        if self._authority is None:
            return NO_PROXY
        if host not in self._hosts.secure or port != _HTTPS:
            return stranger(f"{host}:{port}")
        return self._authority.context(host)

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        """Do something beside, until the door closes."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def entered(self, caller: _Caller) -> None:
        """Somebody connected."""
        self._waiting.add(caller)

    def left(self, caller: _Caller) -> None:
        """Somebody is in the web server's hands, or gone."""
        self._waiting.discard(caller)


class _Caller(asyncio.Protocol):
    """A connection of which too little is known; `heard` is what it said so far."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._heard = bytearray()
        self._transport: asyncio.Transport | None = None
        self._act: Callable[[], None] = self._first_words

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._door.entered(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # the protocol's face
        self._transport = None
        self._door.left(self)

    def data_received(self, data: bytes) -> None:
        self._heard += data
        self._act()

    def dismiss(self) -> None:
        """Close."""
        if self._transport is not None:
            self._transport.abort()

    def _first_words(self) -> None:
        if _CONNECT.startswith(self._heard[: len(_CONNECT)]) and len(self._heard) < len(_CONNECT):
            return
        if not self._heard.startswith(_CONNECT):
            self._admit()
        elif b"\r\n\r\n" in self._heard:
            self._connect()
        elif len(self._heard) > _HEAD_LIMIT:
            self.dismiss()

    def _connect(self) -> None:
        target = bytes(self._heard[len(_CONNECT) :]).split(b" ", 1)[0].decode("latin-1")
        self._heard.clear()
        self._act = _wait
        host, _, port = target.lower().rpartition(":")
        context = self._door.context(host, port)
        if isinstance(context, str):
            self._refuse(context)
        else:
            self._door.spawn(self._under_tls(context))

    def _refuse(self, why: str) -> None:
        if self._transport is not None:
            head = f"HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nContent-Length: {len(why)}\r\n"
            self._transport.write(f"{head}Connection: close\r\n\r\n{why}".encode())
            self._transport.close()

    async def _under_tls(self, context: ssl.SSLContext) -> None:
        plain = self._transport
        if plain is None:
            return
        plain.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        try:
            secured = await asyncio.get_running_loop().start_tls(plain, self, context, server_side=True)
        except OSError:  # a client that does not trust the authority, or went away; ssl.SSLError is one
            plain.abort()
            return
        if self._transport is None or secured is None:  # it left while hands were shaken
            return
        self._transport = secured
        self._act = self._admit
        if self._heard:
            self._admit()

    def _admit(self) -> None:
        if self._transport is not None:
            self._door.left(self)
            self._door.admit(self._transport, bytes(self._heard))


def _wait() -> None:
    """Let what is said pile up."""
