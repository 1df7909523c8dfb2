"""The tenant's own record, for whoever checks somebody else's: what apps wrote to it, and what it holds.

| address | what it tells |
|---|---|
| `GET /sim/writes?after=N` | `writes`: every request that wrote, in the order in which it was carried out, from number N + 1 on |
| `GET /sim/items` | every library's items: `id`, `parent`, `name`, `label`, `folder`, and `number` in its list |

A write is a request of an app to Graph, SharePoint or Teams that is no GET, whatever became of its answer: also one whose
connection was cut after it was done. `status` is how it was answered, or would have been.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections import deque
from collections.abc import Awaitable, Callable, Iterable

import msgspec
from aiohttp import web

from simulator.app_keys import TENANT
from simulator.control.loopback import loopback_only
from simulator.refusal import Refused
from simulator.tenant.clock import instant
from simulator.tenant.model import Drive
from simulator.tenant.state import Tenant

_KEPT = 100_000
_LARGEST_BODY = 8_192
_SURFACES = ("/graph/", "/sharepoint", "/bot/")
_READS = ("GET", "HEAD", "OPTIONS")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Write(msgspec.Struct, frozen=True, kw_only=True):
    """One request that wrote. `app` is the client id of who sent it; `body` is "" beyond eight kilobytes, but whole where it is a message
    to a person."""

    number: int
    at: str
    app: str
    method: str
    path: str
    body: str
    status: int


class Writes:
    """The last hundred thousand."""

    def __init__(self) -> None:
        self.kept: deque[Write] = deque(maxlen=_KEPT)
        self.count = 0

    def add(self, request: web.Request, body: bytes, status: int) -> None:
        """Write one down."""
        self.count += 1
        write = Write(
            number=self.count,
            at=instant(request.app[TENANT].clock.seconds()),
            app=_app(request.headers.get("Authorization", "")),
            method=request.method,
            path=request.rel_url.raw_path_qs,
            body=body.decode("utf-8", "replace") if len(body) <= _LARGEST_BODY or _is_message(request.path) else "",
            status=status,
        )
        self.kept.append(write)


WRITES = web.AppKey("writes", Writes)


def routes(tenant: Tenant) -> Iterable[web.RouteDef]:
    """The two addresses."""

    async def writes(request: web.Request) -> web.Response:
        loopback_only(request)
        after = request.query.get("after", "0")
        if not after.isdecimal():
            raise web.HTTPBadRequest(text="after is a number.")
        found = [each for each in request.app[WRITES].kept if each.number > int(after)]
        return web.Response(body=msgspec.json.encode({"writes": found}), content_type="application/json")

    async def items(request: web.Request) -> web.Response:
        loopback_only(request)
        held = {drive.id: _items(drive) for drive in tenant.drives.values()}
        urls = {drive.id: drive.url for drive in tenant.drives.values()}
        return web.Response(body=msgspec.json.encode({"drives": held, "urls": urls}), content_type="application/json")

    return [web.get("/sim/writes", writes), web.get("/sim/items", items)]


@web.middleware
async def written(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Keeps the record. It stands where a request is carried out, behind all that goes wrong with it."""
    if request.method in _READS or not request.path.startswith(_SURFACES):
        return await handler(request)
    status = 500
    try:
        response = await handler(request)
        status = response.status
    except web.HTTPException as error:
        status = error.status
        raise
    except Refused as refusal:
        status = refusal.status
        raise
    finally:
        request.app[WRITES].add(request, await request.read(), status)
    return response


def _items(drive: Drive) -> list[dict[str, object]]:
    return [
        {
            "id": item.id,
            "parent": item.parent.id if item.parent else "",
            "name": item.name,
            "label": item.stamp.label.name if item.stamp else "",
            "folder": item.is_folder,
            "number": item.list_item_id,
        }
        for item in drive.items.values()
    ]


def _is_message(path: str) -> bool:
    return path.startswith("/bot/") or path.endswith(("/sendMail", "/sendActivityNotification"))


def _app(authorization: str) -> str:
    """The client id in a token, unchecked: what the token opens is not decided here."""
    parts = authorization.removeprefix("Bearer ").split(".")
    try:
        claims = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return str(claims.get("appid", ""))
    except (IndexError, ValueError, AttributeError):
        return ""
