"""Sends what came in under a host name of Microsoft's to the surface that stands for it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from aiohttp import web
from yarl import URL

from simulator.front.hosts import HOSTS, stranger

_MOVED = web.RequestKey("moved", bool)
_DOUBLED = re.compile(r"^((?:/graph)?/(?:v1\.0|beta))//+")
"""Graph takes two slashes behind its version: Microsoft's SDKs put one at the end of their base address."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def routed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The outermost: puts the surface's prefix before the path, for all that comes after.

    What a proxy's client asks of a stranger is refused: nothing leaves this machine.
    """
    prefix = request.app[HOSTS].prefix(request.host)
    if prefix is None and _for_a_stranger(request):
        return web.Response(status=403, text=stranger(request.host))
    asked = _DOUBLED.sub(r"\1/", request.rel_url.raw_path_qs)
    if prefix is None and asked == request.rel_url.raw_path_qs:
        return await handler(request)
    moved = request.clone(rel_url=URL((prefix or "") + asked, encoded=True))
    moved[_MOVED] = True
    match = await request.app.router.resolve(moved)
    match.add_app(request.app)
    match.freeze()
    moved._match_info = match  # noqa: SLF001  # as the application itself does after it has looked a route up
    return await handler(moved)


@web.middleware
async def dispatched(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The innermost: `handler` is that of the address as it came in, the request's own that of where it was sent."""
    if not request.get(_MOVED):
        return await handler(request)
    return await request.match_info.handler(request)


def _for_a_stranger(request: web.Request) -> bool:
    """Whether the request came through a tunnel, or as one for a proxy, and names neither a known host nor this server."""
    if request.scheme == "https":  # only a tunnel is
        return True
    if not request.raw_path.startswith(("http://", "https://")):
        return False
    asked = URL(request.raw_path)
    own = request.transport.get_extra_info("sockname") if request.transport else None
    return own is None or asked.port != own[1] or asked.host not in (own[0], "localhost")
