"""What every SharePoint REST request meets: its caller is checked, it is charged, and refusals are dressed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from aiohttp import web

from simulator import odata
from simulator.entra.identity import AUTHORITY, Caller
from simulator.keys import METER
from simulator.odata import Entity, Many, Returned, Segment
from simulator.refusal import Refused, bad_request
from simulator.tenant.model import Actor

READ = ("Sites.Read.All", "Sites.ReadWrite.All", "Sites.Manage.All", "Sites.FullControl.All")
WRITE = ("Sites.ReadWrite.All", "Sites.Manage.All", "Sites.FullControl.All")
FULL_CONTROL = "Sites.FullControl.All"

# Microsoft publishes no cost for SharePoint REST; it plans with 2 a request on average.
UNITS, PERMISSION_UNITS = 2, 5

type Result = Entity | Many | Returned | None
type Handler = Callable[[RestCall], Awaitable[Result]]


@dataclass(slots=True)
class RestCall:
    """One request to `_api`: the path's segments, the query, and who calls. `base` is the address of the web called."""

    request: web.Request
    base: str
    path: list[Segment]
    query: Mapping[str, str]
    caller: Caller
    body: bytes

    @property
    def method(self) -> str:
        """The method, or the one that `X-HTTP-Method` puts in its place."""
        return self.request.headers.get("X-HTTP-Method", self.request.method).upper()

    @property
    def actor(self) -> Actor:
        """The calling app as author of a change."""
        return Actor(self.caller.client_id, self.caller.name, application=True)

    @property
    def full_control(self) -> bool:
        """Whether the caller counts as a site collection administrator."""
        return FULL_CONTROL in self.caller.roles

    def json(self) -> dict[str, Any]:
        """The body as a JSON object. Raises Refused 400."""
        try:
            found = msgspec.json.decode(self.body or b"{}")
        except msgspec.DecodeError as error:
            raise bad_request("Invalid JSON.") from error
        if not isinstance(found, dict):
            raise bad_request("The body must be a JSON object.")
        return found

    def parameter(self, name: str) -> Any:
        """A parameter of an operation: out of the body, the brackets of the last segment or the query, in that
        order.
        """
        wanted = name.lower()
        for found, value in self.json().items():
            if found.lower() == wanted:
                return value
        last = self.path[-1]
        if wanted in last.named:
            return last.named[wanted]
        if last.arguments:
            return last.arguments[0]
        return self.query.get(name)

    def need(self, *roles: str) -> None:
        """Refuse as SharePoint does, with 401, a caller without any of the roles."""
        if self.caller.roles.isdisjoint(roles):
            raise Refused(401, odata.ACCESS_DENIED, "Access is denied. (Exception from HRESULT: 0x80070005)")


async def answered(request: web.Request, audience: str, base: str, path: str, handler: Handler) -> web.Response:
    """Run a handler for a caller with a token for `audience`, and give its result or refusal in SharePoint's form."""
    try:
        caller = request.app[AUTHORITY].check(request.headers.get("Authorization"), audience)
        call = RestCall(request, base, odata.parse(path, request.query), request.query, caller, await request.read())
        units = PERMISSION_UNITS if "getsharinginformation" in path.lower() else UNITS
        charge = request.app[METER].charge(caller.client_id, units)
        if charge.retry_after:
            throttled = Refused(429, "-1, Microsoft.SharePoint.Client.TooManyRequests", "The app has been throttled.")
            throttled.headers.update(charge.headers, **{"Retry-After": str(charge.retry_after)})
            raise throttled
        return odata.answer(request, await handler(call))
    except Refused as refusal:
        return odata.error(request, refusal)


def context_information(call: RestCall) -> Returned:
    """The form digest that the library asks for before everything else."""
    stamp = "0x" + "0" * 126 + "01"
    return Returned(
        "GetContextWebInformation",
        odata.Complex(
            "SP.ContextWebInformation",
            {
                "FormDigestTimeoutSeconds": 1800,
                "FormDigestValue": f"{stamp},23 Nov 2026 09:00:00 -0000",
                "LibraryVersion": "16.0.25528.12009",
                "SiteFullUrl": call.base,
                "SupportedSchemaVersions": Many(["14.0.0.0", "15.0.0.0"], "Edm.String"),
                "WebFullUrl": call.base,
            },
        ),
    )


def no_such_resource(call: RestCall) -> Refused:
    """404 for a path that is not there."""
    path = call.request.path.partition("/_api/")[2]
    code = "-1, Microsoft.SharePoint.Client.ResourceNotFoundException"
    return Refused(404, code, f"Cannot find resource for the request {path}.")
