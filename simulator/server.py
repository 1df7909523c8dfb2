"""The simulated tenant behind HTTP: routes of all modules, and what every request meets on its way."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

from simulator import graph, mail, workplace
from simulator.app_keys import METER, TENANT, TRAFFIC, TROUBLES
from simulator.control import expected_answers, record
from simulator.control import routes as control
from simulator.entra import app_roles, managed_identity
from simulator.entra import endpoints as entra
from simulator.entra.identity import AUTHORITY, GRAPH, SHAREPOINT, Authority, http_refusal
from simulator.entra.people import SIGN_INS, SignIns
from simulator.front import not_implemented
from simulator.front import routes as front
from simulator.front.certificates import CertificateAuthority
from simulator.front.hosts import HOSTS, Hosts
from simulator.front.port import Door
from simulator.front.routing import dispatched, routed
from simulator.graph.errors import error_answer
from simulator.graph.service import ROUTER
from simulator.page import pages
from simulator.page.flash import NOTES, Notes
from simulator.refusal import Refused
from simulator.sharepoint import admin as sharepoint_admin
from simulator.sharepoint import rest as sharepoint_rest
from simulator.teams import activity, bot, installs
from simulator.tenant.clock import machine_now
from simulator.tenant.state import Tenant
from simulator.traffic import Traffic
from simulator.trouble import answers, effects
from simulator.trouble import routes as trouble
from simulator.trouble.throttling import Meter
from simulator.trouble.troubles import Troubles
from simulator.webhooks import subscriptions

_GRAPH = "/graph/v1.0"
_SURFACES = (
    app_roles, graph, entra, managed_identity, bot, pages, mail, activity, installs, subscriptions, sharepoint_rest,
    sharepoint_admin, front, control, trouble, expected_answers, record, not_implemented,
)  # fmt: skip

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def build(tenant: Tenant, *, traffic: Path | None = None, throttling: bool = True) -> web.Application:
    """The web application of a tenant. `traffic` is where Graph exchanges are recorded.

    Without `throttling` units are counted but nobody has to wait.
    """
    app = web.Application(
        middlewares=[routed, _recorded, answers.dated, _refusals, answers.troubled, record.written, dispatched],
        client_max_size=64 * 1024 * 1024,
    )
    app[TENANT] = tenant
    app[HOSTS] = Hosts.of(tenant.host)
    app[AUTHORITY] = Authority(tenant.id, tenant.host)
    app[SIGN_INS] = SignIns()
    app[METER] = Meter(tenant.licences, throttling=throttling)
    app[TROUBLES] = Troubles(tenant.clock, tenant.seed)
    app[NOTES] = Notes()
    app[record.WRITES] = record.Writes()
    answers.prepare(app)
    effects.attach(app)
    if traffic is not None:
        app[TRAFFIC] = Traffic(traffic, ROUTER.words())
        app.on_cleanup.append(_close_traffic)
    for surface in _SURFACES:
        app.router.add_routes(surface.routes(tenant))
    app.cleanup_ctx.extend((workplace.lifespan, graph.lifespan))
    return app


async def _close_traffic(app: web.Application) -> None:
    app[TRAFFIC].close()


@web.middleware
async def _recorded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Writes the exchange down when asked to, and gives every Graph answer its ids."""
    if not request.path.startswith(_GRAPH):
        return await handler(request)
    try:
        response = await handler(request)
    except web.HTTPException as error:
        response = error
    request_id = response.headers.get("request-id") or str(uuid.uuid4())
    response.headers["request-id"] = request_id
    response.headers["client-request-id"] = request.headers.get("client-request-id", request_id)
    if TRAFFIC in request.app:
        body = response.body if isinstance(response, web.Response) and isinstance(response.body, bytes) else b""
        operation = request.rel_url.raw_path_qs.removeprefix(_GRAPH)
        request.app[TRAFFIC].record(request.method, operation, await request.read(), response.status, body)
    if isinstance(response, web.HTTPException):
        raise response
    return response


@web.middleware
async def _refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Dresses a refusal as the service that was called would."""
    try:
        return await handler(request)
    except Refused as refusal:
        if not request.path.startswith("/graph/"):
            dressed = http_refusal(refusal, SHAREPOINT if request.path.startswith("/sharepoint") else GRAPH)
            dressed.set_status(refusal.status)
            dressed.headers.update(refusal.headers)
            raise dressed from refusal
        number = str(uuid.uuid4())
        client = request.headers.get("client-request-id", number)
        told = error_answer(refusal, request_id=number, client_request_id=client, headers=refusal.headers)
        headers = {**told.headers, "request-id": number}
        return web.Response(body=told.body, status=told.status, headers=headers, content_type="application/json")


async def serve(
    tenant: Tenant,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    traffic: Path | None = None,
    throttling: bool = True,
    proxy: Path | None = None,
) -> web.AppRunner:
    """Serve a tenant; returns the running server, whose address is in `addresses`. End it with `cleanup()`.

    With `proxy`, a directory that exists, it is an HTTPS proxy too, whose authority's certificate is put there.
    """
    app = build(tenant, traffic=traffic, throttling=throttling)
    authority = None
    if proxy is not None:
        authority = CertificateAuthority(app[HOSTS].secure, machine_now())
        app[front.TRUST] = proxy / "ca.pem"
        app[front.TRUST].write_bytes(authority.pem())
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await Door(runner, host, port, app[HOSTS], authority).start()
    return runner
