"""What troubles do to a request: it waits, fails, breaks off, or comes back as something else."""

from __future__ import annotations

import asyncio
import math
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any

from aiohttp import hdrs, web
from yarl import URL

from simulator.app_keys import TROUBLES
from simulator.entra.identity import AUTHORITY
from simulator.refusal import Refused
from simulator.trouble import kinds
from simulator.trouble.odd_entries import with_odd_entry
from simulator.trouble.troubles import Standing, Troubles, fits

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_NEXT = re.compile(rb'"@odata\.nextLink": ?"([^"]+)"')
_TOKEN_PATHS = ("/msi/token", "/identity/oauth2/token", "/oauth2/v2.0/token")
_CODES = {
    400: "invalidRequest", 401: "unauthenticated", 403: "accessDenied", 404: "itemNotFound", 409: "conflict",
    412: "resourceModified", 423: "resourceLocked", 424: "FailedDependency", 429: "activityLimitReached",
    504: "UnknownError", 507: "quotaLimitReached",
}  # fmt: skip
_LATE_PAGES = web.AppKey("later_pages", deque[str])
_WAITS = web.AppKey("waits", dict[str, "_Wait"])


@dataclass(frozen=True, slots=True)
class _Wait:
    """Until when (the machine's clock) nobody may ask, how many seconds that was, and how often it began."""

    until: float = 0.0
    seconds: float = 0.0
    begun: int = 0


def prepare(app: web.Application) -> None:
    """Give an application what this module remembers: links to later pages, and who must wait until when."""
    app[_LATE_PAGES] = deque(maxlen=1_000)
    app[_WAITS] = {}


@web.middleware
async def troubled(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Lets the troubles happen that somebody asked for. The control addresses are spared."""
    if request.path.startswith("/sim/"):
        return await handler(request)
    troubles, path = request.app[TROUBLES], request.rel_url.path_qs
    troubles.on_request(request.method, path)
    for late in troubles.standing(kinds.Latency):
        if fits(late.trouble, request.method, path) and late.hits():
            troubles.count(late, f"{request.method} {path}")
            await asyncio.sleep(_seconds(late))
    found = _spoiler(request, troubles)
    response = await (handler(request) if found is None else _spoiled(request, handler, found))
    if troubles.standing(kinds.Page):
        _remember_next(request, response)
    return await with_odd_entry(request, response, troubles) if troubles.standing(kinds.Odd) else response


@web.middleware
async def dated(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Gives answers the date of a clock that goes wrong, when it does."""
    ahead = request.app[AUTHORITY].services_ahead
    if not ahead:
        return await handler(request)
    told = formatdate(time.time() + ahead, usegmt=True)
    try:
        response = await handler(request)
    except web.HTTPException as error:
        error.headers[hdrs.DATE] = told
        raise
    if not response.prepared:
        response.headers[hdrs.DATE] = told
    return response


def on_part(app: web.Application, method: str, path: str) -> Refused | None:
    """The refusal that falls on a part of a batch, if any; it is counted."""
    troubles = app[TROUBLES]
    troubles.on_request(method, path)
    candidates: list[Standing[Any]] = [*troubles.standing((kinds.Part, kinds.StatusAnswer, kinds.Errors))]
    for each in candidates:
        if fits(each.trouble, method, path) and each.hits():
            troubles.count(each, f"{method} {path} in a batch")
            trouble = each.trouble
            if isinstance(trouble, kinds.Errors):
                return _refusal(each.chance.choice(trouble.statuses), 0, "")
            return _refusal(trouble.status, trouble.retry_after, trouble.code)
    return None


def lacks_a_part(app: web.Application, method: str, path: str) -> bool:
    """Whether the answer of a batch is to lack one of its parts."""
    troubles = app[TROUBLES]
    for each in troubles.standing(kinds.BatchMissing):
        if fits(each.trouble, method, path) and each.hits():
            troubles.count(each, f"{method} {path}")
            return True
    return False


def _seconds(late: Standing[kinds.Latency]) -> float:
    trouble = late.trouble
    if trouble.distribution == "exponential":
        return late.chance.expovariate(1 / trouble.seconds) if trouble.seconds else 0.0
    if trouble.distribution == "uniform" or trouble.most > trouble.seconds:
        return late.chance.uniform(trouble.seconds, max(trouble.seconds, trouble.most))
    return trouble.seconds


def _spoiler(request: web.Request, troubles: Troubles) -> Standing[kinds.Answering] | None:
    path = request.rel_url.path_qs
    candidates: list[Standing[Any]] = [*troubles.standing(kinds.ANSWERING)]
    for each in candidates:
        trouble = each.trouble
        if not fits(trouble, request.method, path):
            continue
        if isinstance(trouble, kinds.EntraAway) and not request.path.endswith(_TOKEN_PATHS):
            continue
        if isinstance(trouble, kinds.Page) and _key(request.rel_url) not in request.app[_LATE_PAGES]:
            continue
        if isinstance(trouble, kinds.Throttled):
            if not _must_wait(request.app, each):
                continue
        elif not each.hits():
            continue
        troubles.count(each, f"{request.method} {path}")
        return each
    return None


def _must_wait(app: web.Application, each: Standing[Any]) -> bool:
    """Whether an app is told to wait: when its turn to be throttled has come, and again when it comes back too early,
    for twice as long then.
    """
    now, known = time.monotonic(), app[_WAITS].get(each.id, _Wait())
    if now < known.until:
        app[_WAITS][each.id] = _Wait(now + known.seconds * 2, known.seconds * 2, known.begun)
        return True
    if 0 < each.trouble.times <= known.begun:
        app[TROUBLES].take_off(each.id)
        return False
    if not each.hits():
        return False
    app[_WAITS][each.id] = _Wait(now + each.trouble.seconds, each.trouble.seconds, known.begun + 1)
    return True


async def _spoiled(request: web.Request, handler: Handler, each: Standing[kinds.Answering]) -> web.StreamResponse:
    trouble = each.trouble
    match trouble:
        case kinds.Errors():
            raise _refusal(each.chance.choice(trouble.statuses), 0, "")
        case kinds.StatusAnswer():
            return _told_to_fail(trouble.status, trouble.retry_after, trouble.code)
        case kinds.Page() | kinds.EntraAway():
            return _told_to_fail(trouble.status, 0, "")
        case kinds.Throttled():
            seconds = request.app[_WAITS][each.id].seconds if trouble.told else 0
            return _told_to_fail(trouble.status, seconds, "", as_date=trouble.as_date)
        case kinds.Html():
            page = "<html><body><h1>Service Unavailable</h1></body></html>"
            headers = {"Retry-After": f"{trouble.retry_after:g}"} if trouble.retry_after else {}
            return web.Response(status=trouble.status, text=page, content_type="text/html", headers=headers)
        case kinds.NotJson():
            return web.Response(body=b"OK, but not what you think", content_type="application/json")
        case kinds.Dropped():
            if trouble.done:
                await handler(request)
            _disconnect(request)
            return web.Response(status=500)
        case kinds.Truncated() | kinds.Midway():
            return await _half(request, await handler(request), cut=isinstance(trouble, kinds.Midway))


def _refusal(status: int, retry_after: float, code: str, *, as_date: bool = False) -> Refused:
    refusal = Refused(status, code or _CODES.get(status, "generalException"), "Told to fail.")
    if retry_after and as_date:  # whole seconds: the next one, so that nobody who keeps to it comes early
        now = time.time()
        refusal.headers[hdrs.DATE] = formatdate(now, usegmt=True)
        refusal.headers["Retry-After"] = formatdate(math.ceil(now + retry_after), usegmt=True)
    elif retry_after:
        refusal.headers["Retry-After"] = f"{retry_after:g}"
    return refusal


def _told_to_fail(status: int, retry_after: float, code: str, *, as_date: bool = False) -> web.Response:
    refusal = _refusal(status, retry_after, code, as_date=as_date)
    if status == 503:
        return web.Response(status=503, headers=refusal.headers)  # SharePoint's front door has nothing more to say
    raise refusal


def _key(url: URL) -> str:
    return "&".join(sorted(f"{name}={value}" for name, value in url.query.items()))


def _remember_next(request: web.Request, response: web.StreamResponse) -> None:
    body = response.body if isinstance(response, web.Response) else None
    found = _NEXT.search(body) if isinstance(body, bytes) else None
    if found is not None:
        request.app[_LATE_PAGES].append(_key(URL(found[1].decode(), encoded=True)))


def _disconnect(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


async def _half(request: web.Request, response: web.StreamResponse, *, cut: bool) -> web.StreamResponse:
    """Only half of the body: as if whole, or with the connection closed in the middle."""
    if not isinstance(response, web.Response) or not isinstance(response.body, bytes):
        if cut:
            _disconnect(request)
        return response
    half = response.body[: len(response.body) // 2]
    if not cut:
        return web.Response(status=response.status, body=half, content_type="application/json")
    broken = web.StreamResponse(status=response.status, headers={"Content-Type": "application/json"})
    broken.content_length = len(response.body)
    await broken.prepare(request)
    await broken.write(half)
    _disconnect(request)
    return broken
