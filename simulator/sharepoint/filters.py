"""`$filter` of OData version 3, as SharePoint takes it.

Understood: eq ne gt ge lt le, and or not, brackets, substringof, startswith, endswith, texts, numbers, booleans, null,
datetime'…' and guid'…'. Anything else is refused with 400.
Source: https://learn.microsoft.com/sharepoint/dev/sp-add-ins/use-odata-query-operations-in-sharepoint-rest-requests
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from typing import Any

from simulator.odata import Guid, Moment
from simulator.refusal import Refused
from simulator.tenant.clock import moment

type Told = Callable[[str], Any]
"""A property's value by its name or path (`Author/Title`)."""
type Test = Callable[[Told], Any]

_TOKEN = re.compile(
    r"\s*(?:(?P<typed>(?:datetime|guid)?'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[\w./]+)|(?P<mark>[(),]))",
    re.IGNORECASE,
)
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq, "ne": operator.ne, "gt": operator.gt, "ge": operator.ge, "lt": operator.lt, "le": operator.le,
}  # fmt: skip
_FUNCTIONS: dict[str, Callable[[str, str], bool]] = {
    "substringof": lambda part, whole: part in whole,
    "startswith": lambda whole, part: whole.startswith(part),
    "endswith": lambda whole, part: whole.endswith(part),
}
_CONSTANTS = {"true": True, "false": False, "null": None}
_DEEPEST = 40


class Filter:
    """A filter that was read. `names` are the properties that it looks at, in lower case."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_tokens(text))
        self._at = 0
        self.names: set[str] = set()
        self._test = self._either(0)
        if self._at < len(self._tokens):
            raise self._invalid()

    def fits(self, told: Told) -> bool:
        """Whether something with these properties passes."""
        return self._test(told) is True

    def _invalid(self) -> Refused:
        code = "-1, Microsoft.SharePoint.Client.InvalidClientQueryException"
        return Refused(400, code, f"The expression {self._text!r} is not valid.")

    def _peek(self) -> str:
        return self._tokens[self._at][1].lower() if self._at < len(self._tokens) else ""

    def _take(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise self._invalid()
        self._at += 1
        return self._tokens[self._at - 1]

    def _either(self, depth: int) -> Test:
        if depth > _DEEPEST:
            raise self._invalid()
        tests = [self._both(depth)]
        while self._peek() == "or":
            self._take()
            tests.append(self._both(depth))
        return tests[0] if len(tests) == 1 else lambda told: any(each(told) is True for each in tests)

    def _both(self, depth: int) -> Test:
        tests = [self._one(depth)]
        while self._peek() == "and":
            self._take()
            tests.append(self._one(depth))
        return tests[0] if len(tests) == 1 else lambda told: all(each(told) is True for each in tests)

    def _one(self, depth: int) -> Test:
        if self._peek() == "not":
            self._take()
            inner = self._one(depth + 1) if depth < _DEEPEST else None
            if inner is None:
                raise self._invalid()
            return lambda told: inner(told) is not True
        left = self._operand(depth)
        if self._peek() not in _COMPARISONS:
            return left
        ask, right = _COMPARISONS[self._take()[1].lower()], self._operand(depth)
        return lambda told: compare(ask, left(told), right(told))

    def _operand(self, depth: int) -> Test:
        kind, text = self._take()
        if text == "(":
            inner = self._either(depth + 1)
            self._expect(")")
            return inner
        if kind == "name" and self._peek() == "(" and text.lower() in _FUNCTIONS:
            return self._function(_FUNCTIONS[text.lower()], depth)
        if kind == "name" and text.lower() not in _CONSTANTS:
            self.names.add(text.lower())
            return lambda told: told(text)
        value = self._constant(kind, text)
        return lambda _told: value

    def _function(self, call: Callable[[str, str], bool], depth: int) -> Test:
        self._expect("(")
        first = self._operand(depth + 1)
        self._expect(",")
        second = self._operand(depth + 1)
        self._expect(")")
        return lambda told: call(str(first(told) or "").lower(), str(second(told) or "").lower())

    def _expect(self, mark: str) -> None:
        if self._take()[1] != mark:
            raise self._invalid()

    def _constant(self, kind: str, text: str) -> Any:
        if kind == "number":
            return float(text) if "." in text else int(text)
        if kind == "typed":
            inner = text[text.index("'") + 1 : -1].replace("''", "'")
            if not text.lower().startswith("datetime"):
                return inner
            try:
                return Moment(moment(inner))
            except ValueError as error:
                raise self._invalid() from error
        if text.lower() in _CONSTANTS:
            return _CONSTANTS[text.lower()]
        raise self._invalid()


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            code = "-1, Microsoft.SharePoint.Client.InvalidClientQueryException"
            raise Refused(400, code, f"The expression {text!r} is not valid.")
        yield found.lastgroup, found[found.lastgroup]
        at = found.end()


def compare(ask: Callable[[Any, Any], bool], left: Any, right: Any) -> bool:
    """Compare two values by an operator: texts without case, nothing with nothing, and unlike things never."""
    left, right = _plain(left, right), _plain(right, left)
    if left is None or right is None:
        return ask in (operator.eq, operator.ne) and ask(left, right)
    try:
        return ask(left, right)
    except TypeError:
        return False


def _plain(value: Any, other: Any) -> Any:
    """A value to compare; texts are compared without case, and a text with a moment as a moment."""
    match value:
        case Guid(text):
            return text.lower()
        case Moment(seconds):
            return seconds
        case str() if isinstance(other, Moment):
            try:
                return moment(value)
            except ValueError:
                return None
        case str():
            return value.lower()
        case _:
            return value
