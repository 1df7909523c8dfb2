"""Which HTTP function a path belongs to: ASP.NET route templates, as the Functions host matches them.

`orders/{id:int}`, `files/{name?}`, `{*rest}`. Letters' case does not matter; a literal segment goes before a parameter,
a parameter before a catch-all; a method that no template allows is not found.
Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from local_host.errors import AppRefused
from local_host.functions import HTTP, Function
from local_host.keys import FUNCTION

_PARAMETER = re.compile(r"\{(\*{0,2})([^{}:?=]+)(?::([a-z]+))?(?:=([^{}]*))?(\?)?\}")
_CONSTRAINTS = {
    None: "[^/]+",
    "int": "-?[0-9]+",
    "long": "-?[0-9]+",
    "alpha": "[A-Za-z]+",
    "bool": "true|false",
    "guid": "[0-9a-fA-F]{8}(?:-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}",
}


@dataclass(frozen=True, slots=True)
class Route:
    """One HTTP function's place: pattern, names of its parameters, methods (empty: all) and auth level."""

    function: Function
    template: str
    pattern: re.Pattern[str]
    parameters: Sequence[str]
    defaults: Sequence[str]
    methods: frozenset[str]
    level: str
    rank: tuple[int, ...]

    @property
    def shown(self) -> str:
        """`[POST] /api/hook`, for people."""
        return f"[{','.join(sorted(self.methods)) or 'any'}] /{self.template}"


@dataclass(frozen=True, slots=True)
class Match:
    """A route that was found, and the values of its parameters."""

    route: Route
    values: dict[str, str]


def routes_of(functions: Sequence[Function], prefix: str) -> tuple[Route, ...]:
    """The routes of all HTTP functions, the more specific first. Raises AppRefused on an unreadable template."""
    found = [_route(function, prefix) for function in functions if function.trigger.type == HTTP]
    return tuple(sorted(found, key=lambda route: route.rank))


def match(routes: Sequence[Route], method: str, raw_path: str) -> Match | None:
    """The route for a path as it came over the wire. Percent-encoding is undone once, save an encoded slash."""
    path = unquote(re.sub("%2f", "%252F", raw_path, flags=re.IGNORECASE)).strip("/")
    for route in routes:
        found = route.pattern.fullmatch(path)
        if found is not None and (not route.methods or method.upper() in route.methods):
            pairs = zip(route.parameters, found.groups(), route.defaults, strict=True)
            return Match(route, {name: value or default for name, value, default in pairs if value or default})
    return None


def _route(function: Function, prefix: str) -> Route:
    written = function.trigger.text("route", function.name).strip("/")
    template = "/".join(part for part in (prefix, written) if part)
    methods = function.trigger.properties.get("methods") or ()
    assert isinstance(methods, (list, tuple))
    pattern, rank = "", []
    parameters: list[str] = []
    defaults: list[str] = []
    for place, segment in enumerate(template.split("/")):
        expression, kind, optional = _segment(segment, function, parameters, defaults)
        slash = "/" if place else ""
        pattern += f"(?:{slash}{expression})?" if optional else f"{slash}{expression}"
        rank.append(kind)
    return Route(
        function,
        template,
        re.compile(pattern, re.IGNORECASE | re.DOTALL),
        parameters,
        defaults,
        frozenset(str(method).upper() for method in methods),
        function.trigger.text("authLevel", FUNCTION).lower(),
        (*rank, -len(rank)),
    )


def _segment(segment: str, function: Function, parameters: list[str], defaults: list[str]) -> tuple[str, int, bool]:
    """Its expression, rank (0 literal, 1 constrained, 2 parameter, 3 catch-all) and whether it may be left out."""
    expression, at, kind, optional = "", 0, 0, False
    for found in _PARAMETER.finditer(segment):
        stars, name, constraint, default, question = found.groups()
        if constraint not in _CONSTRAINTS:
            raise AppRefused(
                f"Function {function.name} has the route constraint {constraint!r}, which is not known here."
            )
        parameters.append(name)
        defaults.append(default or "")
        value = ".*" if stars else _CONSTRAINTS[constraint]
        expression += re.escape(segment[at : found.start()]) + f"({value})"
        optional = bool(question or stars or default is not None)
        kind = max(kind, 3 if stars else 1 if constraint else 2)
        at = found.end()
    rest = segment[at:]
    if "{" in rest or "}" in rest:
        raise AppRefused(f"Function {function.name} has a route that cannot be read at {segment!r}.")
    return expression + re.escape(rest), kind, optional
