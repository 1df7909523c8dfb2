"""What every SharePoint REST request meets: its caller is checked, it is charged, its path is walked, and refusals are
dressed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from aiohttp import web

from simulator import odata
from simulator.entra.identity import AUTHORITY, Caller
from simulator.keys import METER, TENANT
from simulator.odata import Complex, Entity, Many, Returned, Segment
from simulator.refusal import Refused, bad_request
from simulator.sharepoint import forms, query
from simulator.sharepoint.node import Collection, Missing, Node, Operation, Outcome, Resource, missing, named
from simulator.sharepoint.scope import Scope

# Microsoft publishes no cost for SharePoint REST; it plans with 2 a request on average.
UNITS, PERMISSION_UNITS = 2, 5
_SHARING_WRITES = (
    "unsharelink", "breakroleinheritance", "resetroleinheritance", "removeroleassignment", "deleteallanonymouslinks",
)  # fmt: skip  # Microsoft does not say which calls its limit of 300 in five minutes counts; these change sharing
_COSTLY = ("getsharinginformation", "sharinginformation", "roleassignments")

type Result = Entity | Complex | Many | Returned | None


@dataclass(slots=True)
class RestCall:
    """One request to `_api`: the path's segments and the query. `base` is the address of the web that was called."""

    request: web.Request
    base: str
    path: list[Segment]
    query: Mapping[str, str]
    body: bytes
    scope: Scope

    @property
    def method(self) -> str:
        """The method, or the one that `X-HTTP-Method` puts in its place."""
        return self.request.headers.get("X-HTTP-Method", self.request.method).upper()

    @property
    def address(self) -> str:
        """The address that was called, without its query."""
        return f"{self.base}/_api/{self.request.path.partition('/_api/')[2]}"

    def json(self) -> dict[str, Any]:
        """The body as a JSON object. Raises Refused 400."""
        try:
            found = msgspec.json.decode(self.body.strip() or b"{}")
        except msgspec.DecodeError as error:
            raise bad_request("Invalid JSON.") from error
        if not isinstance(found, dict):
            raise bad_request("The body must be a JSON object.")
        return found


async def answered(
    request: web.Request,
    audience: str,
    base: str,
    scope_of: Callable[[Caller], Scope],
    root_of: Callable[[Scope, str], Resource],
) -> web.Response:
    """Walk a path from the root for a caller with a token for `audience`; the result or refusal in SharePoint's form."""
    path = request.match_info["path"]
    try:
        caller = request.app[AUTHORITY].check(request.headers.get("Authorization"), audience)
        sharing = any(each in path.lower() for each in _SHARING_WRITES)
        costly = sharing or any(each in path.lower() for each in _COSTLY)
        charge(request, caller, PERMISSION_UNITS if costly else UNITS, sharing=sharing)
        scope = scope_of(caller)
        call = RestCall(request, base, odata.parse(path, request.query), request.query, await request.read(), scope)
        return forms.answer(request, _perform(call, root_of(scope, base)), base=base)
    except Refused as refusal:
        count(request, refusal)
        return forms.error(request, refusal)


def charge(request: web.Request, caller: Caller, units: int, *, sharing: bool = False) -> None:
    """Charge a request to its app, also as one of the sharing APIs. Raises Refused 429 for one that spent too much."""
    told = request.app[METER].charge(caller.client_id, units, sharing=sharing)
    if told.retry_after:
        throttled = Refused(429, "-1, Microsoft.SharePoint.Client.TooManyRequests", "The app has been throttled.")
        throttled.headers.update(told.headers, **{"Retry-After": str(told.retry_after)})
        raise throttled


def count(request: web.Request, refusal: Refused) -> None:
    """Count an operation that was asked for and is not here."""
    if isinstance(refusal, Missing):
        counts = request.app[TENANT].unanswered
        counts[refusal.what] = counts.get(refusal.what, 0) + 1


def _perform(call: RestCall, root: Resource) -> Result:
    at: Outcome = root
    asked = False
    for index, segment in enumerate(call.path):
        if not isinstance(at, Resource | Collection):
            raise _no_such_resource(call)
        at, asked = _step(call, at, segment, last=index == len(call.path) - 1)
    if asked or call.method == "GET":
        return _told(call, at)
    if call.method in ("MERGE", "PATCH", "PUT") and isinstance(at, Resource) and at.update is not None:
        call.scope.need(at.update_roles)
        at.update({name: value for name, value in call.json().items() if not name.startswith(("__", "odata.", "@"))})
        return None
    raise missing(f"{call.method} {at.type if isinstance(at, Resource | Collection) else 'value'}")


def _told(call: RestCall, outcome: Outcome) -> Result:
    match outcome:
        case Resource():
            return query.entity(outcome, call.base, call.query)
        case Collection():
            return query.many(outcome, call.base, call.address, call.query)
        case _:
            return outcome


def _step(call: RestCall, node: Node, segment: Segment, *, last: bool) -> tuple[Outcome, bool]:
    """Where a segment leads, and whether an operation was run for it."""
    operation = node.operations.get(segment.name)
    if operation is not None:
        call.scope.need(operation.roles)
        return operation.run(_given(call, segment, operation, last=last)), True
    if isinstance(node, Resource):
        link = named(node.links, segment.name)
        if link is not None:
            found = link[1]()
            keyed = segment.arguments or segment.named
            return (_member(found, segment) if keyed else found), False
        if last:
            return Returned(*_property(node, segment.name)), False
    raise missing(f"{node.type}.{segment.name}")


def _member(node: Node | None, segment: Segment) -> Resource:
    if not isinstance(node, Collection) or node.find is None:
        raise bad_request(f"{segment.name} takes no key.")
    return node.find(segment.argument())


def _property(resource: Resource, name: str) -> tuple[str, Any]:
    found = named(resource.fields, name)
    if found is not None:
        return found
    more = named(resource.more, name)
    if more is None:
        raise missing(f"{resource.type}.{name}")
    return more[0], more[1]()


def _given(call: RestCall, segment: Segment, operation: Operation, *, last: bool) -> dict[str, Any]:
    """Parameters: out of the query, the brackets of the segment, the body; the later wins."""
    given: dict[str, Any] = {}
    if last:
        given = {name.lower(): odata.literal(value) for name, value in call.query.items() if name[0] not in "$@"}
    given |= dict(zip((name.lower() for name in operation.parameters), segment.arguments, strict=False))
    given |= segment.named
    if last and call.method != "GET":
        given |= {name.lower(): value for name, value in call.json().items()}
    return given


def _no_such_resource(call: RestCall) -> Refused:
    """404 for a path that goes on behind a value."""
    path = call.request.path.partition("/_api/")[2]
    code = "-1, Microsoft.SharePoint.Client.ResourceNotFoundException"
    return Refused(404, code, f"Cannot find resource for the request {path}.")
