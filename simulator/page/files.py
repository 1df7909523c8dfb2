"""The files that the pages are made of: styles, scripts, the icon, and Microsoft's card renderer."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from custos.notices.card_page import LOOK, RENDERER
from simulator.control.loopback import loopback_only
from simulator.page.html.layout import HEADERS

_STATIC = Path(__file__).resolve().parent / "static"
_MEDIA = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


async def static(request: web.Request) -> web.Response:
    """One file by its name; 404 for any other."""
    loopback_only(request)
    name = request.match_info["name"]
    known = {path.name: path for path in [*_STATIC.iterdir(), *LOOK.iterdir(), RENDERER] if path.suffix in _MEDIA}
    path = known.get(name)
    if path is None or not path.is_file():
        raise web.HTTPNotFound(text="No such file; `npm ci` brings the card renderer.")
    return web.Response(body=path.read_bytes(), content_type=_MEDIA[path.suffix], charset="utf-8", headers=HEADERS)
