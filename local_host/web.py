"""HTTP triggers and the admin addresses, on aiohttp, with the habits of the Functions host.

Names of headers reach the function in lower case; repeated query keys are joined by commas and empty ones dropped; the
body is handed on only when Content-Length says that there is one. A function that raises answers 500 without a word.
Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from aiohttp import web

from local_host.easy_auth import EasyAuth
from local_host.errors import InvocationFailed
from local_host.invoker import Invoker
from local_host.keys import Keys
from local_host.log import event
from local_host.payloads import HttpAnswer, HttpCall
from local_host.routes import Route, match

_log = logging.getLogger(__name__)
_LARGEST_BODY_BYTES = 104_857_600
_OF_THE_CONNECTION = ("content-length", "transfer-encoding", "connection")

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Front:
    """Everything that answers on the host's port. `admin` maps (method, path below /admin/) to what answers there; `guard` wants people to
    sign in, when there is one."""

    routes: Sequence[Route]
    keys: Keys
    invoker: Invoker
    admin: Callable[[web.Request, str], Awaitable[web.StreamResponse]]
    guard: EasyAuth | None = None
    is_stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def application(self) -> web.Application:
        """The aiohttp application."""
        application = web.Application(client_max_size=_LARGEST_BODY_BYTES)
        application.router.add_route("*", "/{path:.*}", self._answer)
        return application

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if self.is_stopping.is_set():
            return web.Response(status=503)
        path, _, query = request.raw_path.partition("?")
        given = request.headers.get("x-functions-key") or dict(parse_qsl(query)).get("code", "")
        if path.lower().startswith("/admin/"):
            if not self.keys.allow("admin", "", given):
                return web.Response(status=401)
            return await self.admin(request, path[len("/admin/") :].strip("/"))
        if self.guard is not None and (stopped := await self.guard.stop(request)) is not None:
            return stopped
        found = match(self.routes, request.method, path)
        if found is None:
            return web.Response(status=404)
        route = found.route
        if not self.keys.allow(route.level, route.function.name, given):
            event(_log, "refused for want of a key", level=logging.WARNING, function=route.function.name)
            return web.Response(status=401)
        headers = headers_of([(name, value) for name, value in request.headers.items()])
        call = HttpCall(
            method=request.method,
            url=f"{request.scheme}://{request.host}{request.raw_path}",
            headers=self.guard.headers(request, headers) if self.guard is not None else headers,
            query=query_of(query),
            route=found.values,
            body=await request.read() if (request.content_length or 0) > 0 else b"",
        )
        work = self.invoker.begin(
            self.invoker.run(route.function, call.datum(), reason=f"{request.method} /{route.template}")
        )
        try:
            # The invocation goes on when the caller hangs up, as it does in Azure.
            answer = HttpAnswer.of(await asyncio.shield(work))
        except InvocationFailed:
            return web.Response(status=500)
        response = web.Response(status=answer.status, body=answer.body)
        response.headers.popall("Content-Type", None)
        for name, value in answer.headers:
            if name.lower() not in _OF_THE_CONNECTION:
                response.headers.add(name, value)
        return response


def query_of(text: str) -> Mapping[str, str]:
    """A query string as the host hands it on: decoded once, keys regardless of case, repeated ones joined by commas."""
    joined: dict[str, list[str]] = {}
    spelling: dict[str, str] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        joined.setdefault(spelling.setdefault(name.lower(), name), []).append(value)
    values = {name: ",".join(values) for name, values in joined.items()}
    return {name: value for name, value in values.items() if value}


def headers_of(pairs: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    """Headers as the host hands them on: names in lower case, repeated ones joined by commas, empty ones dropped."""
    joined: dict[str, list[str]] = {}
    for name, value in pairs:
        joined.setdefault(name.lower(), []).append(value)
    return {name: ",".join(values) for name, values in joined.items() if any(values)}
