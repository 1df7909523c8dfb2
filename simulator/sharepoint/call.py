"""What every SharePoint REST operation meets: its caller is checked, it is charged, its path is walked, and refusals are
dressed. A part of a batch meets the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from aiohttp import web

from simulator import odata
from simulator.app_keys import METER, TENANT
from simulator.entra.identity import AUTHORITY, Caller
from simulator.odata import Complex, Entity, Many, Returned, Segment
from simulator.refusal import Refused, bad_request
from simulator.sharepoint import forms, query
from simulator.sharepoint.node import Collection, Missing, Node, Operation, Outcome, Resource, missing, named
from simulator.sharepoint.scope import RequestScope

# Microsoft publishes no cost for SharePoint REST; it plans with 2 a request on average.
UNITS, PERMISSION_UNITS = 2, 5
_SHARING_WRITES = (
    "unsharelink", "breakroleinheritance", "resetroleinheritance", "removeroleassignment", "deleteallanonymouslinks",
)  # fmt: skip  # Microsoft does not say which calls its limit of 300 in five minutes counts; these change sharing
_COSTLY = ("getsharinginformation", "sharinginformation", "roleassignments")

type Result = Entity | Complex | Many | Returned | None


@dataclass(frozen=True, slots=True)
class Service:
    """One `_api` and who may come to it: with a token for `audience`, at the web whose address is `base`."""

    audience: str
    base: str
    scope_of: Callable[[Caller], RequestScope]
    root_of: Callable[[RequestScope, str], Resource]


@dataclass(frozen=True, slots=True)
class Asked:
    """What one operation asks for, alone or in a batch: `path` is what follows `_api/`, decoded, `form` the answer's."""

    method: str
    path: str
    query: Mapping[str, str]
    form: forms.Form
    body: bytes


@dataclass(slots=True)
class RestCall:
    """One operation on its walk: the path's segments, and on whose behalf. `base` is the address of the web called."""

    asked: Asked
    base: str
    path: list[Segment]
    scope: RequestScope

    @property
    def method(self) -> str:
        return self.asked.method

    @property
    def query(self) -> Mapping[str, str]:
        return self.asked.query

    @property
    def address(self) -> str:
        """The address that was called, without its query."""
        return f"{self.base}/_api/{self.asked.path}"

    def json(self) -> dict[str, Any]:
        """The body as a JSON object. Raises Refused 400."""
        try:
            found = msgspec.json.decode(self.asked.body.strip() or b"{}")
        except msgspec.DecodeError as error:
            raise bad_request("Invalid JSON.") from error
        if not isinstance(found, dict):
            raise bad_request("The body must be a JSON object.")
        return found


async def answered(request: web.Request, service: Service) -> web.Response:
    """Answer a request of its own; the result or refusal in SharePoint's form."""
    form = forms.form_of(request.headers.get("Accept", ""), request.headers.get("OData-Version", ""))
    try:
        caller = checked(request, service)
    except Refused as refusal:
        return forms.error(form, refusal)
    method = request.headers.get("X-HTTP-Method", request.method).upper()
    asked = Asked(method, request.match_info["path"], request.query, form, await request.read())
    return performed(request.app, service, caller, asked)


def checked(request: web.Request, service: Service) -> Caller:
    """Whose request it is. Raises Refused 401."""
    return request.app[AUTHORITY].check(request.headers.get("Authorization"), service.audience)


def performed(app: web.Application, service: Service, caller: Caller, asked: Asked) -> web.Response:
    """Charge one operation and walk its path from the root; the result or refusal in SharePoint's form."""
    path = asked.path.lower()
    try:
        sharing = any(each in path for each in _SHARING_WRITES)
        costly = sharing or any(each in path for each in _COSTLY)
        charge(app, caller, PERMISSION_UNITS if costly else UNITS, sharing=sharing)
        scope = service.scope_of(caller)
        call = RestCall(asked, service.base, odata.parse(asked.path, asked.query), scope)
        return forms.answer(asked.form, _perform(call, service.root_of(scope, service.base)), base=service.base)
    except Refused as refusal:
        count(app, refusal)
        return forms.error(asked.form, refusal)


def charge(app: web.Application, caller: Caller, units: int, *, sharing: bool = False) -> None:
    """Charge a request to its app, also as one of the sharing APIs. Raises Refused 429 for one that spent too much."""
    told = app[METER].charge(caller.client_id, units, sharing=sharing)
    if told.retry_after:
        throttled = Refused(429, "-1, Microsoft.SharePoint.Client.TooManyRequests", "The app has been throttled.")
        throttled.headers.update(told.headers, **{"Retry-After": str(told.retry_after)})
        raise throttled


def count(app: web.Application, refusal: Refused) -> None:
    """Count an operation that was asked for and is not here."""
    if isinstance(refusal, Missing):
        counts = app[TENANT].unanswered
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
    code = "-1, Microsoft.SharePoint.Client.ResourceNotFoundException"
    return Refused(404, code, f"Cannot find resource for the request {call.asked.path}.")
