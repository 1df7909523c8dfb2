"""`$filter`: parse an expression, ask which properties and operators it uses, and hold it against a resource.

Understood are `eq ne gt ge lt le in`, `startsWith endsWith contains`, `and or not`, `any` over a collection, and null.
Texts compare without case.

Source: https://learn.microsoft.com/graph/filter-query-parameter
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.refusal import Refused

_TOKEN = re.compile(r"\s*(?:('(?:[^']|'')*')|([()\[\],:])|([^\s()\[\],:']+))")
_COMPARISONS = frozenset({"eq", "ne", "gt", "ge", "lt", "le"})
_FUNCTIONS = {"startswith": "startsWith", "endswith": "endsWith", "contains": "contains"}
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")

Value = str | float | bool | None


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison. `path` is the property (`siteCollection/root`); for `any` it is the collection."""

    path: str
    operator: str
    values: tuple[Value, ...]
    over_any: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of an expression."""

    of: Expression


@dataclass(frozen=True, slots=True)
class Joined:
    """Several expressions, all of which (`and`) or one of which (`or`) must hold."""

    word: str
    parts: tuple[Expression, ...]


Expression = Test | Not | Joined


def tests(expression: Expression) -> Iterator[tuple[Test, bool]]:
    """Every comparison in an expression, with True for those beneath a `not`."""
    match expression:
        case Test():
            yield expression, False
        case Not(of):
            yield from ((test, True) for test, _ in tests(of))
        case Joined(_, parts):
            for part in parts:
                yield from tests(part)


def holds(expression: Expression, resource: Mapping[str, Any]) -> bool:
    """Whether a resource, as its JSON object, satisfies an expression."""
    match expression:
        case Not(of):
            return not holds(of, resource)
        case Joined("and", parts):
            return all(holds(part, resource) for part in parts)
        case Joined(_, parts):
            return any(holds(part, resource) for part in parts)
        case Test(path, operator, values, over_any):
            found = _value(resource, path)
            if over_any:
                return any(_compare(each, operator, values) for each in found or ())
            return _compare(found, operator, values)


def _value(resource: Mapping[str, Any], path: str) -> Any:
    found: Any = resource
    for name in path.split("/"):
        if not isinstance(found, Mapping):
            return None
        found = next((value for key, value in found.items() if key.lower() == name.lower()), None)
    return found


def _compare(found: Any, operator: str, values: Sequence[Value]) -> bool:
    left = found.lower() if isinstance(found, str) else found
    if operator == "in":
        return any(left == _lower(value) for value in values)
    right = _lower(values[0])
    if operator in ("eq", "ne"):
        return (left == right) == (operator == "eq")
    if left is None or right is None:
        return False
    return _ORDERED[operator](left, right)


_ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "gt": lambda left, right: bool(left > right),
    "ge": lambda left, right: bool(left >= right),
    "lt": lambda left, right: bool(left < right),
    "le": lambda left, right: bool(left <= right),
    "startsWith": lambda left, right: str(left).startswith(str(right)),
    "endsWith": lambda left, right: str(left).endswith(str(right)),
    "contains": lambda left, right: str(right) in str(left),
}


def _lower(value: Value) -> Value:
    return value.lower() if isinstance(value, str) else value


def parse(text: str) -> Expression:
    """The expression that a `$filter` says. Raises Refused 400 for one that is not valid."""
    parser = _Parser(text)
    found = parser.either()
    if parser.left:
        raise parser.invalid()
    return found


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[str] = []
        at = 0
        while text[at:].strip():
            matched = _TOKEN.match(text, at)
            if matched is None:
                raise self.invalid()
            self._tokens.append(matched[0].strip())
            at = matched.end()
        self._at = 0

    @property
    def left(self) -> bool:
        return self._at < len(self._tokens)

    def invalid(self) -> Refused:
        return Refused(400, "BadRequest", f"Invalid filter clause: {self._text}")

    def _peek(self, ahead: int = 0) -> str:
        at = self._at + ahead
        return self._tokens[at].lower() if at < len(self._tokens) else ""

    def _next(self) -> str:
        if not self.left:
            raise self.invalid()
        self._at += 1
        return self._tokens[self._at - 1]

    def _expect(self, token: str) -> None:
        if self._next().lower() != token:
            raise self.invalid()

    def either(self) -> Expression:
        return self._joined("or", lambda: self._joined("and", self._one))

    def _joined(self, word: str, part: Callable[[], Expression]) -> Expression:
        parts = [part()]
        while self._peek() == word:
            self._next()
            parts.append(part())
        return parts[0] if len(parts) == 1 else Joined(word, tuple(parts))

    def _one(self) -> Expression:
        first = self._peek()
        if first == "not":
            self._next()
            return Not(self._one())
        if first == "(":
            self._next()
            inner = self.either()
            self._expect(")")
            return inner
        if first in _FUNCTIONS and self._peek(1) == "(":
            return self._function()
        if first.endswith("/any") and self._peek(1) == "(":
            return self._any()
        return self._comparison()

    def _function(self) -> Test:
        name = _FUNCTIONS[self._next().lower()]
        self._expect("(")
        path = self._path()
        self._expect(",")
        value = self._literal()
        self._expect(")")
        return Test(path, name, (value,))

    def _any(self) -> Test:
        collection = self._next()[: -len("/any")]
        self._expect("(")
        variable = self._next().lower()
        self._expect(":")
        inner = self._one()
        self._expect(")")
        if not isinstance(inner, Test) or inner.path.lower() != variable:
            raise self.invalid()
        return Test(collection, inner.operator, inner.values, over_any=True)

    def _comparison(self) -> Test:
        path, operator = self._path(), self._next().lower()
        if operator == "in":
            self._expect("(")
            values = [self._literal()]
            while self._peek() == ",":
                self._next()
                values.append(self._literal())
            self._expect(")")
            return Test(path, "in", tuple(values))
        if operator not in _COMPARISONS:
            raise self.invalid()
        return Test(path, operator, (self._literal(),))

    def _path(self) -> str:
        token = self._next()
        if not re.fullmatch(r"[A-Za-z_@$][\w@./$-]*", token):
            raise self.invalid()
        return token

    def _literal(self) -> Value:
        token = self._next()
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if token.lower() in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[token.lower()]
        if _NUMBER.fullmatch(token):
            return float(token)
        whole = token
        while self._peek() == ":":  # a moment: 2026-11-23T09:00:00Z
            whole += self._next() + self._next()
        return whole
