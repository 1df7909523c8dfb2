"""Graph behind HTTP: one route for everything, and batches. What is not here answers 501 and is counted."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace

import aiohttp
from aiohttp import web

from simulator.app_keys import METER, TENANT
from simulator.entra import selected
from simulator.entra.identity import AUTHORITY, GRAPH, Caller
from simulator.front.hosts import called
from simulator.graph import (
    admin,
    analytics,
    audit,
    batch,
    beta,
    content,
    group_settings,
    groups,
    labels,
    licences,
    list_delta,
    list_items,
    lists,
    mailbox_settings,
    options,
    permissions,
    reports,
    shares,
    sites,
    teams,
    uploads,
    users,
)
from simulator.graph.calls import Answer, Call
from simulator.graph.errors import error_answer
from simulator.graph.router import Router
from simulator.refusal import Refused
from simulator.tenant.state import Tenant
from simulator.trouble.answers import lacks_a_part, on_part

PREFIX = "/graph/v1.0/"
_BETA = "/graph/beta/"
_MODULES = (
    admin, analytics, audit, content, group_settings, groups, labels, licences, list_delta, list_items, lists, mailbox_settings,
    permissions, sites, reports, shares, teams, uploads, users,
)  # fmt: skip
ROUTER = Router([operation for module in _MODULES for operation in module.OPERATIONS])
_BETA_ROUTER = Router(beta.OPERATIONS)
LOOPBACK = web.AppKey("loopback", aiohttp.ClientSession)


def routes(tenant: Tenant) -> Iterable[web.RouteDef]:
    """Everything under /graph/v1.0 that no other module answers."""
    return [
        web.get(f"/graph/{reports.DOWNLOADS}/{{ticket}}", _download),
        *uploads.routes(tenant),
        web.post("/graph/v1.0/$batch", _batch),
        web.route("*", "/graph/v1.0/{operation:.*}", _one),
        web.route("*", "/graph/beta/{operation:.*}", _beta),
    ]


async def _download(request: web.Request) -> web.Response:
    """A usage report, for whoever holds its address."""
    return _response(reports.download(request.app[TENANT], request.match_info["ticket"]))


async def lifespan(app: web.Application) -> AsyncIterator[None]:
    """Keeps the session by which a batch reaches operations of other modules."""
    app[LOOPBACK] = aiohttp.ClientSession(auto_decompress=False)
    yield
    await app[LOOPBACK].close()


async def _one(request: web.Request) -> web.Response:
    return await _performed(request, PREFIX, ROUTER)


async def _beta(request: web.Request) -> web.Response:
    return await _performed(request, _BETA, _BETA_ROUTER)


async def _performed(request: web.Request, prefix: str, router: Router) -> web.Response:
    call = Call(
        tenant=request.app[TENANT],
        caller=request.app[AUTHORITY].check(request.headers.get("Authorization"), GRAPH),
        method=request.method,
        path=request.rel_url.path.removeprefix(prefix),
        base=called(request, prefix.rstrip("/")),
        query=dict(request.rel_url.query),
        prefer=preferences(",".join(request.headers.getall("Prefer", ()))),
        headers=request.headers,
        body=await request.read() if request.can_read_body else b"",
    )
    answered = perform(request.app, call, router)
    if answered is None:
        raise call.absent(f"{call.method} /{call.path}")
    return _response(answered)


def preferences(header: str) -> frozenset[str]:
    """The preferences in a `Prefer` header, in lower case."""
    return frozenset(filter(None, (each.strip().lower() for each in header.split(","))))


def perform(app: web.Application, call: Call, router: Router = ROUTER) -> Answer | None:
    """Do what a call asks, after role and budget are checked; None when no operation of this module fits.

    Raises Refused.
    """
    operation = router.find(call)
    if operation is None:
        return None
    call.caller = _with_site(call)
    if operation.roles and call.caller.roles.isdisjoint(operation.roles):
        raise Refused(403, "accessDenied", "Insufficient privileges to complete the operation.")
    options.check(call.query, operation.options)
    call.names = operation.names
    charge = app[METER].charge(call.caller.client_id, operation.cost(call), sharing=operation.sharing)
    if charge.retry_after:
        refusal = Refused(429, "activityLimitReached", "The app has been throttled.", inner="throttledRequest")
        refusal.headers.update(charge.headers, **{"Retry-After": str(charge.retry_after)})
        raise refusal
    answered = operation.handler(call)
    return replace(answered, headers={**answered.headers, **charge.headers}) if charge.headers else answered


def _with_site(call: Call) -> Caller:
    """The caller with the roles that it has on the site of the call, if the call has one."""
    caller = selected.in_person(call.tenant, call.caller) if call.caller.user_id else call.caller
    if "site" in call.arguments:
        return selected.on_site(caller, call.tenant.site(call["site"]))
    if "drive" in call.arguments:
        return selected.on_site(caller, call.tenant.drive(call["drive"]).site)
    return caller


def _response(answered: Answer) -> web.Response:
    if answered.body is None:
        return web.Response(status=answered.status, headers=answered.headers)
    return web.Response(
        body=answered.body, status=answered.status, headers=answered.headers, content_type=answered.media
    )


async def _batch(request: web.Request) -> web.Response:
    caller = request.app[AUTHORITY].check(request.headers.get("Authorization"), GRAPH)
    parts = batch.parse(await request.read())
    base = called(request, PREFIX.rstrip("/"))
    answers: dict[str, batch.PartAnswer] = {}
    for part in parts:
        if any(answers[each].status >= 400 for each in part.depends_on):
            answers[part.id] = batch.failed_dependency(part)
            continue
        call = part.call(request.app[TENANT], caller, base, preferences)
        answers[part.id] = await _part(request, part, call)
    if lacks_a_part(request.app, request.method, request.rel_url.path_qs):
        answers.pop(next(reversed(answers)), None)
    return _response(batch.encode(list(answers.values())))


async def _part(request: web.Request, part: batch.Part, call: Call) -> batch.PartAnswer:
    try:
        told_to_fail = on_part(request.app, call.method, "/" + part.url)
        if told_to_fail is not None:
            raise told_to_fail
        answered = perform(request.app, call)
    except Refused as refusal:
        number = str(uuid.uuid4())
        told = error_answer(refusal, request_id=number, client_request_id=number, headers=refusal.headers)
        return batch.part_answer(part, told)
    if answered is not None:
        return batch.part_answer(part, answered)
    return await _elsewhere(request, part)


async def _elsewhere(request: web.Request, part: batch.Part) -> batch.PartAnswer:
    """A part that another module of this tenant answers, asked over loopback."""
    host, port = request.transport.get_extra_info("sockname")[:2] if request.transport else ("127.0.0.1", 0)
    headers = {**part.headers, "Authorization": request.headers["Authorization"]}
    session = request.app[LOOPBACK]
    url = f"http://{host}:{port}{PREFIX}{part.url}"
    async with session.request(part.method, url, data=part.body or None, headers=headers) as answer:
        return batch.part_answer(part, Answer(await answer.read() or None, answer.status, {}))
