"""`_vti_bin/client.svc/ProcessQuery`: HTTP 200 even when something went wrong, which `ErrorInfo` then tells.

Source: https://learn.microsoft.com/openspecs/sharepoint_protocols/ms-csom
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
from aiohttp import web

from simulator.entra.identity import AUTHORITY, Caller
from simulator.odata import Complex, Guid, Many, Moment
from simulator.refusal import Refused
from simulator.sharepoint import call, forms
from simulator.sharepoint.csom.interpret import Interpreter, Start
from simulator.sharepoint.csom.request import LARGEST, parse, too_large
from simulator.sharepoint.node import Missing, Resource
from simulator.sharepoint.scope import RequestScope

_LIBRARY = "16.0.25528.12009"
_FARM = "908bed80-a04a-4433-b4a0-883d9847d110"
_WITH_A_STATUS = (401, 413, 429, 501)  # what is answered before CSOM itself, or not by it


async def answered(
    request: web.Request,
    audience: str,
    scope_of: Callable[[Caller], RequestScope],
    start_of: Callable[[RequestScope], Start],
) -> web.Response:
    """Run a request for a caller with a token for `audience`."""
    trace = str(uuid.uuid4())
    try:
        caller = request.app[AUTHORITY].check(request.headers.get("Authorization"), audience)
        call.charge(request.app, caller, call.UNITS)
        if (request.content_length or 0) > LARGEST:
            raise too_large()
        scope = scope_of(caller)

        def identity(resource: Resource) -> str:
            return f"{trace}|{_FARM}:{scope.tenant.id}\n{resource.identity or resource.path}"

        told = Interpreter(scope, start_of(scope), parse(await request.read()), identity).run()
    except Refused as refusal:
        call.count(request.app, refusal)
        if refusal.status in _WITH_A_STATUS or isinstance(refusal, Missing):
            form = forms.form_of(request.headers.get("Accept", ""), request.headers.get("OData-Version", ""))
            return forms.error(form, refusal)
        return _response([_header(trace, _error(refusal, trace))], trace)
    return _response([_header(trace, None), *told], trace)


def _header(trace: str, error: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "SchemaVersion": "15.0.0.0",
        "LibraryVersion": _LIBRARY,
        "ErrorInfo": error,
        "TraceCorrelationId": trace,
    }


def _error(refusal: Refused, trace: str) -> dict[str, Any]:
    code, _, kind = refusal.code.partition(", ")
    if not kind:
        code, _, kind = forms.CODES.get(refusal.status, "-1, Microsoft.SharePoint.SPException").partition(", ")
    return {
        "ErrorMessage": refusal.message,
        "ErrorValue": None,
        "TraceCorrelationId": trace,
        "ErrorCode": int(code),
        "ErrorTypeName": kind,
    }


def _response(body: list[Any], trace: str) -> web.Response:
    headers = forms.response_headers() | {"SPRequestGuid": trace, "request-id": trace}
    return web.Response(body=msgspec.json.encode(_written(body)), headers=headers, content_type="application/json")


def _written(value: Any) -> Any:
    """A value as CSOM writes it: months of a moment begin with 0.

    Source: https://learn.microsoft.com/openspecs/sharepoint_protocols/ms-csom (CSOM DateTime JSON Value)
    """
    match value:
        case dict():
            return {name: _written(each) for name, each in value.items()}
        case list():
            return [_written(each) for each in value]
        case Guid(text):
            return f"/Guid({text})/"
        case Moment(seconds):
            at = datetime.fromtimestamp(seconds, UTC)
            return f"/Date({at.year},{at.month - 1},{at.day},{at.hour},{at.minute},{at.second},0)/"
        case Complex(kind, fields):
            return {"_ObjectType_": kind} | {name: _written(each) for name, each in fields.items()}
        case Many(members):
            return [_written(each) for each in members]
        case _:
            return value
