"""OData as SharePoint speaks it: paths with keys and calls, and the values that are told.

Source: https://learn.microsoft.com/sharepoint/dev/sp-add-ins/determine-sharepoint-rest-service-endpoint-uris
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.refusal import bad_request
from simulator.tenant.clock import instant

_SEGMENT = re.compile(r"([\w.@$-]+)(?:\((.*)\))?", re.DOTALL)
_ARGUMENT = re.compile(r"\s*(?:(\w+)\s*=\s*)?(?:guid)?('(?:[^']|'')*'|@\w+|[^,']+)\s*(?:,|$)", re.IGNORECASE)


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


def scalar(value: Any) -> Any:
    """A value as JSON has it: GUIDs and moments become text."""
    match value:
        case Guid(text):
            return text
        case Moment(seconds):
            return instant(seconds)
        case _:
            return value
