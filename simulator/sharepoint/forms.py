"""How SharePoint writes an answer: in the form of OData that the caller accepts.

Version 3 in `odata=verbose`, `minimalmetadata` (also for plain `application/json`) and `nometadata`; version 4 for a
caller that asks for `odata.metadata=…` or sends `OData-Version: 4.0`.
Source: https://www.odata.org/documentation/odata-version-3-0/json-verbose-format/
"""

from __future__ import annotations

import uuid
from enum import StrEnum
from typing import Any

import msgspec
from aiohttp import web

from simulator.odata import Complex, Entity, Many, Returned, scalar
from simulator.refusal import Refused

ACCESS_DENIED = "-2147024891, System.UnauthorizedAccessException"
NOT_FOUND = "-2147024894, System.IO.FileNotFoundException"
BAD_ARGUMENT = "-2147024809, System.ArgumentException"
LOCKED = "-2147018894, Microsoft.SharePoint.SPFileLockException"
CODES = {400: BAD_ARGUMENT, 401: ACCESS_DENIED, 403: ACCESS_DENIED, 404: NOT_FOUND, 423: LOCKED}


class Form(StrEnum):
    """How an answer is to be written."""

    VERBOSE = "verbose"
    MINIMAL = "minimalmetadata"
    NONE = "nometadata"
    V4_MINIMAL = "minimal"
    V4_NONE = "none"

    @property
    def is_v4(self) -> bool:
        return self in (Form.V4_MINIMAL, Form.V4_NONE)

    @property
    def media_type(self) -> str:
        """Content-Type of an answer in this form."""
        if self.is_v4:
            return f"application/json;odata.metadata={self.value};odata.streaming=true;IEEE754Compatible=false"
        return f"application/json;odata={self.value};streaming=true;charset=utf-8"


def form_of(accept: str, version: str) -> Form:
    """The form that the headers `Accept` and `OData-Version` ask for.

    SharePoint's own default is Atom; here it is JSON with minimal metadata.
    """
    accept = accept.lower().replace(" ", "")
    if "odata=verbose" in accept:
        return Form.VERBOSE
    if "odata=nometadata" in accept:
        return Form.NONE
    if "odata.metadata=none" in accept:
        return Form.V4_NONE
    if "odata.metadata=" in accept or version.startswith("4"):
        return Form.V4_MINIMAL
    return Form.MINIMAL


def answer(
    form: Form, result: Entity | Complex | Many | Returned | None, *, base: str = "", status: int = 200
) -> web.Response:
    """A result in the form that was asked for; None is 204 without a body. `base` is the web's address."""
    headers = response_headers() | {
        "OData-Version" if form.is_v4 else "DataServiceVersion": "4.0" if form.is_v4 else "3.0"
    }
    if result is None:
        return web.Response(status=204, headers=headers)
    body = _verbose(result) if form is Form.VERBOSE else _light(result, form, base)
    headers["Content-Type"] = form.media_type
    if isinstance(result, Entity) and result.etag:
        headers["ETag"] = result.etag
    return web.Response(body=msgspec.json.encode(body), status=status, headers=headers)


def error(form: Form, refusal: Refused) -> web.Response:
    """A refusal in SharePoint's words: `error` in verbose and version 4 answers, `odata.error` in others."""
    code = refusal.code if "," in refusal.code else CODES.get(refusal.status, "-1, Microsoft.SharePoint.SPException")
    message: Any = refusal.message if form.is_v4 else {"lang": "en-US", "value": refusal.message}
    body = {"error" if form.is_v4 or form is Form.VERBOSE else "odata.error": {"code": code, "message": message}}
    headers = response_headers() | refusal.headers | {"Content-Type": form.media_type}
    if refusal.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm=""'
    return web.Response(body=msgspec.json.encode(body), status=refusal.status, headers=headers)


def response_headers() -> dict[str, str]:
    """What SharePoint sends along with every answer; the id is for Microsoft's support."""
    number = str(uuid.uuid4())
    return {
        "SPRequestGuid": number,
        "request-id": number,
        "X-SharePointHealthScore": "1",
        "MicrosoftSharePointTeamServices": "16.0.0.25528",
        "Cache-Control": "private, max-age=0",
    }


def _verbose(result: Entity | Complex | Many | Returned) -> dict[str, Any]:
    match result:
        case Returned(name, value):
            return {"d": {name: _nested(value)}}
        case Many(members, _, following):
            return {
                "d": {"results": [_nested(each) for each in members]} | ({"__next": following} if following else {})
            }
        case _:
            return {"d": _nested(result)}


def _nested(value: Any) -> Any:
    if value is None or isinstance(value, str | int):
        return value
    match value:
        case Entity(kind, address, fields, deferred, etag):
            head = {"id": address, "uri": address, "type": kind} | ({"etag": etag} if etag else {})
            rest = {name: {"__deferred": {"uri": f"{address}/{name}"}} for name in deferred}
            return {"__metadata": head} | rest | {name: _nested(each) for name, each in fields.items()}
        case Complex(kind, fields):
            return {"__metadata": {"type": kind}} | {name: _nested(each) for name, each in fields.items()}
        case Many(members, _, _, True):
            return {"results": [_nested(each) for each in members]}
        case Many(members, kind, _):
            return {"__metadata": {"type": f"Collection({kind})"}, "results": [_nested(each) for each in members]}
        case _:
            return scalar(value)


def _light(result: Any, form: Form, base: str) -> Any:
    sign = "@odata." if form.is_v4 else "odata."
    about = {"@odata.context" if form.is_v4 else "odata.metadata": f"{base}/_api/$metadata#{_kind(result)}"}
    head = about if form in (Form.MINIMAL, Form.V4_MINIMAL) else {}
    value = result.value if isinstance(result, Returned) else result
    match value:
        case None:
            return head | {f"{sign}null": True}
        case Many(members, _, following):
            told = head | ({f"{sign}nextLink": following} if following else {})
            return told | {"value": [_bare(each, form, base) for each in members]}
        case Entity() | Complex():
            return head | _bare(value, form, base)
        case _:
            return head | {"value": scalar(value)}


def _kind(result: Any) -> str:
    match result:
        case Returned(_, value):
            return _kind(value)
        case Entity(kind):
            return f"{kind}/@Element"
        case Complex(kind):
            return kind
        case Many(_, kind, _, entities):
            return kind if entities else f"Collection({kind})"
        case None:
            return "Edm.Null"
        case bool():
            return "Edm.Boolean"
        case int():
            return "Edm.Int32"
        case _:
            return "Edm.String"


def _bare(value: Any, form: Form, base: str) -> Any:
    if value is None or isinstance(value, str | int):  # nearly everything
        return value
    match value:
        case Entity(kind, address, fields, deferred, etag):
            told = {name: _bare(each, form, base) for name, each in fields.items()}
            if form not in (Form.MINIMAL, Form.V4_MINIMAL):
                return told
            sign = "@odata." if form.is_v4 else "odata."
            link = address.removeprefix(f"{base}/_api/")
            head = {f"{sign}type": f"#{kind}" if form.is_v4 else kind, f"{sign}id": address}
            head |= ({f"{sign}etag": etag} if etag else {}) | {f"{sign}editLink": link}
            lead = "navigationLink" if form.is_v4 else "odata.navigationLinkUrl"
            at = "@odata." if form.is_v4 else "@"
            return head | {f"{name}{at}{lead}": f"{link}/{name}" for name in deferred} | told
        case Complex(_, fields):
            return {name: _bare(each, form, base) for name, each in fields.items()}
        case Many(members, _, _):
            return [_bare(each, form, base) for each in members]
        case _:
            return scalar(value)
