"""CAML, the older way to ask for rows: `GetItems` with a `<View>`.

Understood: Scope, RowLimit, OrderBy, and in Where And, Or, Eq, Neq, Gt, Geq, Lt, Leq, IsNull, IsNotNull, BeginsWith,
Contains. Anything else is refused as missing.
Source: https://learn.microsoft.com/sharepoint/dev/schema/query-schema
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from simulator.odata import Moment
from simulator.sharepoint.filters import Told, compare
from simulator.sharepoint.markup import Element, invalid, parse
from simulator.sharepoint.node import missing
from simulator.tenant.clock import moment

type Test = Callable[[Told], bool]

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "Eq": operator.eq, "Neq": operator.ne, "Gt": operator.gt, "Geq": operator.ge, "Lt": operator.lt, "Leq": operator.le,
}  # fmt: skip
_TEXTS: dict[str, Callable[[str, str], bool]] = {
    "BeginsWith": lambda whole, part: whole.startswith(part),
    "Contains": lambda whole, part: part in whole,
}
_SCOPES = frozenset({"", "FilesOnly", "Recursive", "RecursiveAll"})
_COLUMNS = {"FSObjType": "FileSystemObjectType", "Author": "Author/Title", "Editor": "Editor/Title"}


@dataclass(slots=True)
class View:
    """What a view asks for. `scope` "" is one folder with its folders, FilesOnly without; Recursive all files,
    RecursiveAll folders too. `names` are the columns that it filters or sorts by, in lower case; `limit` 0 is none.
    """

    scope: str = ""
    limit: int = 0
    test: Test | None = None
    orderby: str = ""
    names: set[str] = field(default_factory=set)


def view(xml: str) -> View:
    """Read a `<View>`. Raises Refused."""
    whole = parse((xml.strip() or "<View/>").encode(), "View")
    scope = whole.attributes.get("Scope", "")
    found = View(scope if scope in _SCOPES else "")  # one that SharePoint does not know is the default
    limit = whole.child("RowLimit")
    if limit is not None:
        found.limit = _whole_number(limit.text)
    query = whole.child("Query")
    if query is None:
        return found
    for part in query.children:
        if part.name == "Where":
            tests = [_test(each, found.names) for each in part.children]
            if len(tests) > 1:
                raise invalid("Where takes one condition.")
            found.test = tests[0] if tests else None
        elif part.name == "OrderBy":
            found.orderby = ",".join(_order(each, found.names) for each in part.children)
        else:
            raise missing(f"CAML {part.name}")
    return found


def _order(reference: Element, names: set[str]) -> str:
    descending = reference.attributes.get("Ascending", "TRUE").upper() == "FALSE"
    return f"{_column(reference, names)} {'desc' if descending else 'asc'}"


def _column(reference: Element, names: set[str]) -> str:
    name = reference.attribute("Name")
    name = _COLUMNS.get(name, f"OData_{name}" if name.startswith("_") else name)
    names.add(name.lower())
    return name


def _test(element: Element, names: set[str]) -> Test:
    if element.name in ("And", "Or"):
        if len(element.children) != 2:
            raise invalid(f"{element.name} takes two conditions.")
        first, second = (_test(each, names) for each in element.children)
        if element.name == "And":
            return lambda told: first(told) and second(told)
        return lambda told: first(told) or second(told)
    reference = element.child("FieldRef")
    if reference is None:
        raise invalid(f"{element.name} has no FieldRef.") if element.name in _KNOWN else missing(f"CAML {element.name}")
    name = _column(reference, names)
    if element.name in ("IsNull", "IsNotNull"):
        wanted = element.name == "IsNull"
        return lambda told: (told(name) in (None, "")) is wanted
    value = element.child("Value")
    if value is None:
        raise invalid(f"{element.name} has no Value.")
    against = _value(value)
    if element.name in _COMPARISONS:
        ask = _COMPARISONS[element.name]
        return lambda told: compare(ask, told(name), against)
    if element.name in _TEXTS:
        find = _TEXTS[element.name]
        return lambda told: find(str(told(name) or "").lower(), str(against).lower())
    raise missing(f"CAML {element.name}")


_KNOWN = frozenset({*_COMPARISONS, *_TEXTS, "IsNull", "IsNotNull"})


def _value(element: Element) -> Any:
    match element.attributes.get("Type", "Text"):
        case "Integer" | "Counter" | "Number":
            return _whole_number(element.text)
        case "Boolean":
            return element.text.strip() in ("1", "TRUE", "true")
        case "DateTime":
            try:
                return Moment(moment(element.text.strip()))
            except ValueError as error:
                raise invalid(f"{element.text!r} is no moment.") from error
        case _:
            return element.text


def _whole_number(text: str) -> int:
    if not text.strip().lstrip("-").isdecimal():
        raise invalid(f"{text!r} is no number.")
    return int(text)
