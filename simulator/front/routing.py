"""Sends what came in under a host name of Microsoft's to the surface that stands for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web
from yarl import URL

from simulator.front.hosts import HOSTS, stranger

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def routed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The outermost: puts the surface's prefix before the path, for all that comes after.

    What a proxy's client asks of a stranger is refused: nothing leaves this machine.
    """
    prefix = request.app[HOSTS].prefix(request.host)
    if prefix is None:
        if _for_a_stranger(request):
            return web.Response(status=403, text=stranger(request.host))
        return await handler(request)
    moved = request.clone(rel_url=URL(prefix + request.rel_url.raw_path_qs, encoded=True))
    match = await request.app.router.resolve(moved)
    match.add_app(request.app)
    match.freeze()
    moved._match_info = match  # noqa: SLF001  # as the application itself does after it has looked a route up
    return await handler(moved)


@web.middleware
async def dispatched(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The innermost: `handler` is that of the address as it came in, the request's own that of where it was sent."""
    if request.app[HOSTS].prefix(request.host) is None:
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
