"""OData as SharePoint speaks it: paths with keys and calls, answers in the form that the caller accepts.

Version 3 in `odata=verbose`, `minimalmetadata` (also for plain `application/json`) and `nometadata`; version 4 for a
caller that asks for `odata.metadata=…` or sends `OData-Version: 4.0`.
Sources: https://learn.microsoft.com/sharepoint/dev/sp-add-ins/determine-sharepoint-rest-service-endpoint-uris,
https://www.odata.org/documentation/odata-version-3-0/json-format/
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec
from aiohttp import web

from simulator.refusal import Refused, bad_request
from simulator.tenant.clock import instant

_SEGMENT = re.compile(r"([\w.@$-]+)(?:\((.*)\))?", re.DOTALL)
_ARGUMENT = re.compile(r"\s*(?:(\w+)\s*=\s*)?(?:guid)?('(?:[^']|'')*'|@\w+|[^,']+)\s*(?:,|$)", re.IGNORECASE)
ACCESS_DENIED = "-2147024891, System.UnauthorizedAccessException"
NOT_FOUND = "-2147024894, System.IO.FileNotFoundException"
BAD_ARGUMENT = "-2147024809, System.ArgumentException"
LOCKED = "-2147018894, Microsoft.SharePoint.SPFileLockException"
CODES = {400: BAD_ARGUMENT, 401: ACCESS_DENIED, 403: ACCESS_DENIED, 404: NOT_FOUND, 423: LOCKED}


@dataclass(frozen=True, slots=True)
class Segment:
    """One step of a path: a name in lower case and the arguments in its brackets, named ones in lower case."""

    name: str
    arguments: tuple[str, ...] = ()
    named: Mapping[str, str] = field(default_factory=dict)

    def argument(self) -> str:
        """The one argument. Raises Refused 400 without it."""
        found = [*self.arguments, *self.named.values()]
        if len(found) != 1:
            raise bad_request(f"{self.name} takes one argument.")
        return found[0]

    def number(self) -> int:
        """The one argument as a whole number. Raises Refused 400."""
        text = self.argument()
        if not text.isdecimal():
            raise bad_request(f"{self.name} takes a number, not {text!r}.")
        return int(text)


def parse(path: str, query: Mapping[str, str]) -> list[Segment]:
    """The segments of a decoded path such as `Web/lists(guid'…')/items(17)`; `@a` is looked up in the query."""
    found = []
    for part in _split(path):
        match = _SEGMENT.fullmatch(part)
        if match is None:
            raise bad_request(f"The expression {part!r} is not valid.")
        plain: list[str] = []
        named: dict[str, str] = {}
        for name, raw in _ARGUMENT.findall(match[2] or ""):
            value = literal(query.get(raw, "") if raw.startswith("@") else raw)
            if name:
                named[name.lower()] = value
            else:
                plain.append(value)
        found.append(Segment(match[1].lower(), tuple(plain), named))
    return found


def _split(path: str) -> list[str]:
    """Cut at slashes that stand outside quotes."""
    parts, current, quoted = [], "", False
    for character in path.strip("/"):
        quoted ^= character == "'"
        if character == "/" and not quoted:
            parts.append(current)
            current = ""
        else:
            current += character
    return [part for part in [*parts, current] if part]


def literal(raw: str) -> str:
    """A literal of a path or query as text: without its quotes or the word `guid`."""
    text = raw.strip().removeprefix("guid")
    return text[1:-1].replace("''", "'") if len(text) > 1 and text[0] == text[-1] == "'" else text


@dataclass(frozen=True, slots=True)
class Guid:
    """A GUID among the values of an answer: REST writes it as text, CSOM in a form of its own."""

    text: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment among the values of an answer, in whole seconds since 1970."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Complex:
    """A complex value with its type name."""

    type: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Many:
    """A collection; `type` is that of its members, `next` the address of the next page. `entities`: not mere values."""

    members: Sequence[Any]
    type: str = ""
    next: str = ""
    entities: bool = False


@dataclass(frozen=True, slots=True)
class Entity:
    """Something with an address of its own. `deferred` names what it leads to and was not expanded."""

    type: str
    address: str
    fields: Mapping[str, Any]
    deferred: Sequence[str] = ()
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Returned:
    """What the operation `name` returned: text, number, Complex, Many or None."""

    name: str
    value: Any


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


def form_of(request: web.Request) -> Form:
    """The form that a request asks for. SharePoint's own default is Atom; here it is JSON with minimal metadata."""
    accept = request.headers.get("Accept", "").lower().replace(" ", "")
    if "odata=verbose" in accept:
        return Form.VERBOSE
    if "odata=nometadata" in accept:
        return Form.NONE
    if "odata.metadata=none" in accept:
        return Form.V4_NONE
    if "odata.metadata=" in accept or request.headers.get("OData-Version", "").startswith("4"):
        return Form.V4_MINIMAL
    return Form.MINIMAL


def answer(
    request: web.Request, result: Entity | Complex | Many | Returned | None, *, base: str = "", status: int = 200
) -> web.Response:
    """A result in the form that the request asks for; None is 204 without a body. `base` is the web's address."""
    form = form_of(request)
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


def error(request: web.Request, refusal: Refused) -> web.Response:
    """A refusal in SharePoint's words: `error` in verbose and version 4 answers, `odata.error` in others."""
    code = refusal.code if "," in refusal.code else CODES.get(refusal.status, "-1, Microsoft.SharePoint.SPException")
    form = form_of(request)
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


def scalar(value: Any) -> Any:
    """A value as JSON has it: GUIDs and moments become text."""
    match value:
        case Guid(text):
            return text
        case Moment(seconds):
            return instant(seconds)
        case _:
            return value
