"""The control addresses serve this machine alone, whatever a page in its browser may try."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from aiohttp import web


def loopback_only(request: web.Request) -> None:
    """403 unless the caller, the name it used and, for a page's script, the page itself are on loopback.

    The name is checked against rebound DNS, the page's origin against pages of other sites.
    """
    origin = request.headers.get("Origin")
    same = origin is None or urlsplit(origin).netloc == request.host
    if not (_is_loopback(request.remote or "") and _is_loopback(urlsplit(f"//{request.host}").hostname or "") and same):
        raise web.HTTPForbidden(text="The simulated tenant is controlled from its own machine alone.")


def same_origin_only(request: web.Request) -> None:
    """`loopback_only` for what a form of the tenant's own pages sends: the browser must say that it came from one.

    Source: https://www.rfc-editor.org/rfc/rfc6454#section-7
    """
    loopback_only(request)
    if request.headers.get("Origin") != f"{request.scheme}://{request.host}":
        raise web.HTTPForbidden(text="Only the simulated tenant's own pages can send this.")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
