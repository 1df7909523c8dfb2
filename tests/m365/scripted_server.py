"""A server on loopback that answers with Microsoft's shapes, in the order that a test lays down."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def error(
    status: int, code: str = "", *, inner: str = "", headers: Mapping[str, str] | None = None
) -> Callable[[], web.Response]:
    """An error as Graph writes it."""
    body: dict[str, Any] = {"error": {"code": code, "message": "localised"}}
    if inner:
        body["error"]["innerError"] = {"code": inner, "request-id": "r-1"}
    return lambda: web.json_response(body, status=status, headers={"request-id": "r-1", **(headers or {})})


def answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Callable[[], web.Response]:
    """A JSON answer."""
    return lambda: web.json_response(body, status=status, headers=dict(headers or {}))


def raw(body: bytes, content_type: str = "application/json", status: int = 200) -> Callable[[], web.Response]:
    """Bytes as they are."""
    return lambda: web.Response(body=body, content_type=content_type, status=status)


@dataclass
class Seen:
    """One request that arrived."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    at: float

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass
class Wire:
    """The server: `script(method, path, *answers)` answers in order, the last one for ever; `seen` keeps all
    requests.
    """

    seen: list[Seen] = field(default_factory=list)
    tokens: int = 0
    url: str = ""
    _scripts: dict[tuple[str, str], deque[Any]] = field(default_factory=dict)
    _runner: web.AppRunner | None = None

    def script(self, method: str, path: str, *answers: Any) -> None:
        """Lay down what `method path` answers: makers of responses, or handlers that take the request."""
        self._scripts[method, path] = deque(answers)

    @property
    def environment(self) -> Mapping[str, str]:
        """Where its managed identities are."""
        return {"IDENTITY_ENDPOINT": f"{self.url}/msi/token", "IDENTITY_HEADER": "secret"}

    def calls(self, path: str, method: str = "") -> list[Seen]:
        """The requests that arrived at `path`."""
        return [one for one in self.seen if one.path == path and method in ("", one.method)]

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{tail:.*}", self._handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/msi/token":
            self.tokens += 1
            return web.json_response(
                {
                    "access_token": f"token-{self.tokens}-{request.query['resource']}",
                    "expires_on": str(int(time.time()) + 3_600),
                    "resource": request.query["resource"],
                    "token_type": "Bearer",
                    "client_id": request.query.get("client_id", ""),
                }
            )
        self.seen.append(
            Seen(
                request.method,
                request.path,
                dict(request.query),
                request.headers.copy(),
                await request.read(),
                time.monotonic(),
            )
        )
        answers = self._scripts.get((request.method, request.path))
        if not answers:
            return error(404, "itemNotFound")()
        chosen = answers[0] if len(answers) == 1 else answers.popleft()
        if asyncio.iscoroutinefunction(chosen):
            response: web.StreamResponse = await chosen(request)
            return response
        made: web.StreamResponse = chosen()
        return made


async def cut_short(request: web.Request) -> web.StreamResponse:
    """Promises more bytes than it sends, then closes the connection."""
    response = web.StreamResponse(headers={"Content-Length": "1000", "Content-Type": "application/json"})
    await response.prepare(request)
    await response.write(b'{"value":[')
    assert request.transport is not None
    request.transport.close()
    return response


async def hang_up(request: web.Request) -> web.StreamResponse:
    """Reads the request and closes the connection without a word."""
    assert request.transport is not None
    request.transport.close()
    return web.Response()
