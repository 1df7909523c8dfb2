"""What nobody else answers under Microsoft's host names: 501 naming the operation, and counted; never a silent 404."""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web

from simulator.app_keys import TENANT
from simulator.refusal import Refused
from simulator.tenant.state import Tenant

_SURFACES = ("/graph", "/login", "/bot", "/botframework", "/imds", "/msi")


def routes(tenant: Tenant) -> Iterable[web.RouteDef]:  # noqa: ARG001  # every module of the simulator has this face
    """All of each surface; registered last, so that only what is left comes here. SharePoint sees to its own."""
    return [web.route("*", f"{surface}/{{operation:.*}}", _unknown) for surface in _SURFACES]


async def _unknown(request: web.Request) -> web.Response:
    name = f"{request.method} {request.path}"
    counts = request.app[TENANT].unanswered
    counts[name] = counts.get(name, 0) + 1
    raise Refused(501, "notSupported", f"The simulated tenant does not have this operation: {name}")
