"""OData as SharePoint speaks it: paths with keys and calls, answers in `odata=verbose`, `minimalmetadata` and
`nometadata`.

Source: https://learn.microsoft.com/sharepoint/dev/sp-add-ins/determine-sharepoint-rest-service-endpoint-uris
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from aiohttp import web

from simulator.refusal import Refused, bad_request

_SEGMENT = re.compile(r"([\w.@$-]+)(?:\((.*)\))?", re.DOTALL)
_ARGUMENT = re.compile(r"\s*(?:(\w+)\s*=\s*)?(?:guid)?('(?:[^']|'')*'|@\w+|[^,']+)\s*(?:,|$)", re.IGNORECASE)
ACCESS_DENIED = "-2147024891, System.UnauthorizedAccessException"
NOT_FOUND = "-2147024894, System.IO.FileNotFoundException"
BAD_ARGUMENT = "-2147024809, System.ArgumentException"
LOCKED = "-2147018894, Microsoft.SharePoint.SPFileLockException"
_CODES = {400: BAD_ARGUMENT, 401: ACCESS_DENIED, 403: ACCESS_DENIED, 404: NOT_FOUND, 423: LOCKED}


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
            value = _literal(query.get(raw, "") if raw.startswith("@") else raw)
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


def _literal(raw: str) -> str:
    text = raw.strip().removeprefix("guid")
    return text[1:-1].replace("''", "'") if len(text) > 1 and text[0] == text[-1] == "'" else text


@dataclass(frozen=True, slots=True)
class Complex:
    """A complex value with its type name."""

    type: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Many:
    """A collection; `type` is the type of its members, `next` the address of the next page. `entities`: not values."""

    members: Sequence[Any]
    type: str = ""
    next: str = ""


@dataclass(frozen=True, slots=True)
class Entity:
    """Something with an address of its own."""

    type: str
    address: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Returned:
    """What the operation `name` returned: text, number, Complex, Many or None."""

    name: str
    value: Any


def answer(request: web.Request, result: Entity | Many | Returned | None, *, status: int = 200) -> web.Response:
    """A result in the form that the request's Accept header asks for; None is 204 without a body."""
    headers = {"SPRequestGuid": str(uuid.uuid4()), "X-SharePointHealthScore": "1"}
    if result is None:
        return web.Response(status=204, headers=headers)
    verbose = _is_verbose(request)
    body = _verbose(result) if verbose else _plain(result)
    form = "verbose" if verbose else "nometadata" if _accepts(request, "nometadata") else "minimalmetadata"
    headers["Content-Type"] = f"application/json;odata={form};streaming=true;charset=utf-8"
    return web.Response(body=msgspec.json.encode(body), status=status, headers=headers)


def error(request: web.Request, refusal: Refused) -> web.Response:
    """A refusal in SharePoint's words: `error` in verbose answers, `odata.error` in others."""
    code = refusal.code if "," in refusal.code else _CODES.get(refusal.status, "-1, Microsoft.SharePoint.SPException")
    told = {"code": code, "message": {"lang": "en-US", "value": refusal.message}}
    body = {"error" if _is_verbose(request) else "odata.error": told}
    headers = {"SPRequestGuid": str(uuid.uuid4()), **refusal.headers}
    if refusal.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm=""'
    return web.Response(
        body=msgspec.json.encode(body), status=refusal.status, headers=headers, content_type="application/json"
    )


def select(fields: Mapping[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
    """The fields that `$select` names, all without it."""
    wanted = [each.strip() for each in query.get("$select", "").split(",") if each.strip()]
    if not wanted or "*" in wanted:
        return dict(fields)
    tops = {each.partition("/")[0].lower() for each in wanted}
    return {name: value for name, value in fields.items() if name.lower() in tops}


def _accepts(request: web.Request, form: str) -> bool:
    return f"odata={form}" in request.headers.get("Accept", "").lower().replace(" ", "")


def _is_verbose(request: web.Request) -> bool:
    return _accepts(request, "verbose")


def _verbose(result: Entity | Many | Returned) -> dict[str, Any]:
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
    match value:
        case Entity(kind, address, fields):
            head = {"__metadata": {"id": address, "uri": address, "type": kind}}
            return head | {name: _nested(each) for name, each in fields.items()}
        case Complex(kind, fields):
            return {"__metadata": {"type": kind}} | {name: _nested(each) for name, each in fields.items()}
        case Many(members, kind, _):
            return {"__metadata": {"type": f"Collection({kind})"}, "results": [_nested(each) for each in members]}
        case _:
            return value


def _plain(result: Any) -> Any:
    match result:
        case Returned(_, None):
            return {"odata.null": True}
        case Returned(_, Complex() | Entity() | Many() as value):
            return _plain(value)
        case Returned(_, value):
            return {"value": value}
        case Many(members, _, following):
            return {"value": [_bare(each) for each in members]} | ({"odata.nextLink": following} if following else {})
        case _:
            return _bare(result)


def _bare(value: Any) -> Any:
    match value:
        case Entity(_, _, fields) | Complex(_, fields):
            return {name: _bare(each) for name, each in fields.items()}
        case Many(members, _, _):
            return [_bare(each) for each in members]
        case _:
            return value
