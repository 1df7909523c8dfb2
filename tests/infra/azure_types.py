"""Whether an object of a Bicep file is what Azure's type of it says: Microsoft's own types, cut out by `extract_types`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.infra.bicep import (
    Call,
    Choice,
    Fields,
    Flag,
    Items,
    Loop,
    Name,
    Node,
    Null,
    Number,
    Operation,
    Place,
    Text,
    When,
)
from tests.infra.extract_types import TYPES

REQUIRED, READ_ONLY = 1, 2
_OUR_KEYS = {"parent", "scope", "dependsOn"}
_KINDS = {"String": "string", "Integer": "int", "Boolean": "bool"}


@cache
def known() -> Mapping[str, Mapping[str, Any]]:
    """Type and version ► its scopes and its pool of types, of which the first is its body."""
    types: Mapping[str, Mapping[str, Any]] = json.loads(TYPES.read_text(encoding="utf-8"))["types"]
    return types


@dataclass(frozen=True, slots=True)
class Meaning:
    """What names stand for in a file: `kinds` (string, int, bool, object, array) and `values`, of variables."""

    kinds: Mapping[str, str]
    values: Mapping[str, Node]


def problems_of(resource: str, body: Node, meaning: Meaning) -> Iterator[str]:
    """What is wrong with the body of a resource of this type, one sentence each, with its place."""
    if resource not in known():
        yield f"{body.place}: {resource} is not among the types that were cut out: python -m tests.infra.extract_types."
        return
    yield from _Check(known()[resource]["pool"], meaning).value(body, 0, resource, top=True)


def property_exists(resource: str, path: list[str]) -> bool:
    """Whether a resource can be asked for `properties.defaultHostName` and the like."""
    pool, at = known()[resource]["pool"], 0
    for name in path:
        told = pool[at]
        options = [told, *(pool[each] for each in told.get("of", {}).values())]
        found = next((each["properties"][name] for each in options if name in each.get("properties", {})), None)
        if found is None and "more" not in told:
            return False
        at = found[1] if found else told["more"]
    return True


def name_problems(resource: str, example: str, place: Place) -> Iterator[str]:
    """What is wrong with a name that a resource may come to have."""
    pool = known()[resource]["pool"]
    _, number = pool[0]["properties"].get("name", (0, None))
    if number is not None:
        yield from _limits(example, pool[number], place, f"{resource}.name")


class _Check:
    def __init__(self, pool: list[dict[str, Any]], meaning: Meaning) -> None:
        self.pool, self.meaning = pool, meaning

    def value(self, node: Node, number: int, where: str, *, top: bool = False) -> Iterator[str]:
        type_ = self.pool[number]
        match node:
            case When(body=body) | Loop(body=body) if top:
                yield from self.value(body, number, where, top=True)
            case Choice(yes=yes, no=no):
                yield from self.value(yes, number, where)
                yield from self.value(no, number, where)
            case Name(name=name) if name in self.meaning.values:
                yield from self.value(self.meaning.values[name], number, where)
            case Call(name="union", arguments=parts):
                fields = [field for part in parts for field in self._fields(part)]
                yield from self._object(Fields(node.place, tuple(fields)), type_, where, whole=False, top=top)
            case Fields():
                yield from self._object(node, type_, where, whole=True, top=top)
            case Items(items=items):
                yield from self._list(items, type_, node.place, where)
            case Loop(body=body):
                yield from self._list((body,), type_, node.place, where)
            case Null():
                pass
            case _:
                yield from self._plain(node, type_, where)

    def _fields(self, node: Node) -> Iterator[Any]:
        match node:
            case Fields(fields=fields):
                yield from fields
            case Choice(yes=yes, no=no):
                yield from self._fields(yes)
                yield from self._fields(no)
            case Name(name=name) if name in self.meaning.values:
                yield from self._fields(self.meaning.values[name])

    def _object(self, node: Fields, type_: Mapping[str, Any], where: str, *, whole: bool, top: bool) -> Iterator[str]:
        if "any" in type_:
            type_ = next((self.pool[each] for each in type_["any"] if "properties" in self.pool[each]), type_)
        if "properties" not in type_:
            if type_.get("kind") != "Any":
                yield f"{node.place}: {where} is no object but {self._named(type_)}."
            return
        allowed, more = dict(type_["properties"]), type_.get("more")
        if "by" in type_:
            chosen = node.get(type_["by"])
            plain = chosen.plain if isinstance(chosen, Text) else None
            if plain not in type_["of"]:
                yield f"{node.place}: {where} needs {type_['by']}: {' | '.join(type_['of'])}, not {plain!r}."
                return
            element = self.pool[type_["of"][plain]]
            allowed |= element["properties"]
            more = element.get("more")
        for each in node.fields:
            name = each.key.plain
            if top and name in _OUR_KEYS:
                continue
            if name is None or name not in allowed:
                if more is None:
                    yield f"{each.key.place}: {where} has no property {name!r}{_meant(name or '', allowed)}."
                else:
                    yield from self.value(each.value, more, f"{where}.{name}")
            elif allowed[name][0] & READ_ONLY:
                yield f"{each.key.place}: {where}.{name} can only be read."
            else:
                yield from self.value(each.value, allowed[name][1], f"{where}.{name}")
        present = {each.key.plain for each in node.fields}
        for name, (flags, _) in allowed.items():
            if whole and flags & REQUIRED and not flags & READ_ONLY and name not in present:
                yield f"{node.place}: {where} lacks {name}."

    def _list(self, items: tuple[Node, ...], type_: Mapping[str, Any], place: Place, where: str) -> Iterator[str]:
        if type_.get("kind") == "Any":
            return
        if "items" not in type_:
            yield f"{place}: {where} is no list but {self._named(type_)}."
            return
        for item in items:
            yield from self.value(item, type_["items"], f"{where}[]")

    def _plain(self, node: Node, type_: Mapping[str, Any], where: str) -> Iterator[str]:
        if "any" in type_:
            texts = [self.pool[each]["text"] for each in type_["any"] if "text" in self.pool[each]]
            plain = node.plain if isinstance(node, Text) else None
            if (
                plain is not None and plain not in texts
            ):  # stricter than the compiler, which lets open lists take any text
                yield f"{node.place}: {where} is one of {' | '.join(texts)}, not {plain!r}."
            return
        kind = _kind(node, self.meaning)
        if "text" in type_:
            if isinstance(node, Text) and node.plain is not None and node.plain != type_["text"]:
                yield f"{node.place}: {where} is {type_['text']!r}, not {node.plain!r}."
            return
        wanted = _KINDS.get(
            type_.get("kind", ""), "object" if "properties" in type_ else "array" if "items" in type_ else ""
        )
        if kind and wanted and kind.partition("[")[0] != wanted and not (kind.endswith("[]") and wanted == "array"):
            yield f"{node.place}: {where} is {wanted}, not {kind}."
        elif isinstance(node, Text) and node.plain is not None:
            yield from _limits(node.plain, type_, node.place, where)
        elif isinstance(node, Number) and not type_.get("minValue", node.value) <= node.value <= type_.get(
            "maxValue", node.value
        ):
            yield f"{node.place}: {where} is {type_.get('minValue', '')} to {type_.get('maxValue', '')}, not {node.value}."

    def _named(self, type_: Mapping[str, Any]) -> str:
        return _KINDS.get(
            type_.get("kind", ""), "an object" if "properties" in type_ else "a list" if "items" in type_ else "a text"
        )


def _limits(text: str, type_: Mapping[str, Any], place: Place, where: str) -> Iterator[str]:
    low, high = type_.get("minLength", 0), type_.get("maxLength", len(text))
    if not low <= len(text) <= high:
        yield f"{place}: {where} has {low} to {high} characters, not {len(text)}."
    if "pattern" in type_ and not re.search(type_["pattern"], text):
        yield f"{place}: {where} must look like {type_['pattern']}, not {text!r}."


def _kind(node: Node, meaning: Meaning) -> str:
    match node:
        case Text():
            return "string"
        case Number():
            return "int"
        case Flag() | Operation(sign="!" | "&&" | "||" | "==" | "!=" | "<" | ">" | "<=" | ">="):
            return "bool"
        case Name(name=name):
            return meaning.kinds.get(name, "")
        case Call(name="empty"):
            return "bool"
        case Call(
            name="guid"
            | "loadTextContent"
            | "string"
            | "toLower"
            | "uniqueString"
            | "subscriptionResourceId"
            | "cidrSubnet"
        ):
            return "string"
        case Call(name="split"):
            return "array"
    return ""


def _meant(name: str, allowed: Mapping[str, Any]) -> str:
    from custos.did_you_mean import nearest

    said = nearest(name, allowed)
    return f" ({said.rstrip('.')})" if said else ""
