"""Collections of the directory: filter, search, order, count and page, with Graph's refusal of what it does not do.

Some of it works only as an *advanced query*: with the header `ConsistencyLevel: eventual` and `$count=true`.
Source: https://learn.microsoft.com/graph/aad-advanced-queries
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.graph import filters
from simulator.graph.calls import Answer, Call, answer
from simulator.graph.skip import skip_token, skipped
from simulator.refusal import Refused

PAGE, LARGEST = 100, 999
_NEGATIONS = frozenset({"ne", "endsWith"})
_SEARCH = re.compile(r'\s*"?(\w+):([^"]+)"?\s*')


@dataclass(frozen=True, slots=True)
class Rules:
    """What a collection can be asked.

    `filters` maps a property to the operators that it takes (`any` for those of a collection); `order` are the
    properties it can be ordered by, `advanced_order` those that need an advanced query; `search` those that
    `$search` looks into.
    """

    filters: Mapping[str, frozenset[str]] = field(default_factory=dict)
    order: frozenset[str] = frozenset()
    advanced_order: frozenset[str] = frozenset()
    search: frozenset[str] = frozenset()


def rules(filters: Mapping[str, str], *, order: str = "", advanced_order: str = "", search: str = "") -> Rules:
    """Rules out of names with spaces between."""
    operators = {name: frozenset(each.split()) for name, each in filters.items()}
    return Rules(operators, *(frozenset(each.split()) for each in (order, advanced_order, search)))


def unsupported(message: str) -> Refused:
    """400 as the directory refuses a query."""
    return Refused(400, "Request_UnsupportedQuery", message)


def counted(call: Call, things: Iterable[Mapping[str, Any]], allowed: Rules) -> Answer:
    """`…/$count`: a number as plain text. Raises Refused 400 without the header."""
    if not _eventual(call):
        raise Refused(400, "Request_BadRequest", "$count is not currently supported.")
    found = [each for each in things if _fits(call, allowed)(each)]
    return Answer(str(len(found)).encode(), media="text/plain")


def listed[T](
    call: Call,
    things: Iterable[T],
    whole: Callable[[T], Mapping[str, Any]],
    shown: Callable[[T], Mapping[str, Any]],
    allowed: Rules,
) -> Answer:
    """A page. `whole` gives every property, to filter and order by; `shown` what the caller sees."""
    if "$expand" in call.query and _advanced(call):
        raise unsupported("$expand is not supported together with an advanced query.")
    fits = _fits(call, allowed)
    rows: list[tuple[T, Mapping[str, Any]]] = []
    for thing in things:
        body = whole(thing)
        if fits(body):
            rows.append((thing, body))
    rows = _ordered(call, rows, allowed)
    start, size = skipped(call), _size(call)
    body = {}
    if start + size < len(rows):
        body["@odata.nextLink"] = call.link(_skiptoken=skip_token(start + size))
    if _counting(call) and _eventual(call):  # without the header it is passed over, as documented
        body["@odata.count"] = len(rows)
    body["value"] = [shown(thing) for thing, _ in rows[start : start + size]]
    return answer(body)


def paged(call: Call, values: Sequence[Mapping[str, Any]], default: int = PAGE, most: int = LARGEST) -> Answer:
    """A page of a collection that takes neither filter nor order."""
    start, size = skipped(call), call.top(default, most)
    body: dict[str, Any] = {}
    if start + size < len(values):
        body["@odata.nextLink"] = call.link(_skiptoken=skip_token(start + size))
    body["value"] = values[start : start + size]
    return answer(body)


def _size(call: Call) -> int:
    size = call.top(PAGE, 10**9)
    if size > LARGEST:
        text = f"Invalid page size specified: '{size}'. Must be between 1 and {LARGEST} inclusive."
        raise Refused(400, "Request_BadRequest", text)
    return size


def _eventual(call: Call) -> bool:
    return call.header("ConsistencyLevel").lower() == "eventual"


def _counting(call: Call) -> bool:
    return call.query.get("$count", "").lower() == "true"


def _advanced(call: Call) -> bool:
    counting = _counting(call) or call.path.endswith("/$count")
    return _eventual(call) and counting


def _fits(call: Call, allowed: Rules) -> Callable[[Mapping[str, Any]], bool]:
    wanted = call.query.get("$filter", "").strip()
    expression = filters.parse(wanted) if wanted else None
    if expression is not None:
        for test, negated in filters.tests(expression):
            _check_test(call, test, negated=negated, allowed=allowed, wanted=wanted)
    sought = _sought(call, allowed)

    def fits(body: Mapping[str, Any]) -> bool:
        return (expression is None or filters.holds(expression, body)) and all(
            _found(body, name, words) for name, words in sought
        )

    return fits


def _check_test(call: Call, test: filters.Test, *, negated: bool, allowed: Rules, wanted: str) -> None:
    known = next((name for name in allowed.filters if name.lower() == test.path.lower()), "")
    operators = allowed.filters.get(known, frozenset())
    needed = "eq" if test.operator == "ne" else test.operator
    if not known or needed not in operators or test.over_any != ("any" in operators):
        raise unsupported(f"Unsupported or invalid query filter clause specified for property '{test.path}': {wanted}")
    if test.operator == "in" and len(test.values) > 15:
        raise unsupported("Too many child clauses specified in search filter expression: at most 15 values.")
    if (negated or test.operator in _NEGATIONS) and not _advanced(call):
        raise unsupported("Unsupported Query: it needs the header 'ConsistencyLevel: eventual' and $count=true.")


def _sought(call: Call, allowed: Rules) -> list[tuple[str, list[str]]]:
    text = call.query.get("$search")
    if text is None:
        return []
    if not _eventual(call):
        raise unsupported(
            "Request with $search query parameter only works through MSGraph with a special request header: "
            "'ConsistencyLevel: eventual'"
        )
    found = []
    for clause in re.split(r"\s+AND\s+", text):
        matched = _SEARCH.fullmatch(clause)
        if matched is None or matched[1] not in allowed.search:
            raise unsupported(f"The $search clause {clause} is not supported.")
        found.append((matched[1], matched[2].lower().split()))
    return found


def _found(body: Mapping[str, Any], name: str, words: Iterable[str]) -> bool:
    """Whether every word begins a word of the property."""
    held = re.split(r"[^\w]+", str(body.get(name) or "").lower())
    return all(any(each.startswith(word) for each in held) for word in words)


def _ordered[T](
    call: Call, rows: list[tuple[T, Mapping[str, Any]]], allowed: Rules
) -> list[tuple[T, Mapping[str, Any]]]:
    wanted = call.query.get("$orderby")
    if wanted is None:
        return rows
    name, _, direction = wanted.strip().partition(" ")
    if name not in allowed.order | allowed.advanced_order or direction.strip() not in ("", "asc", "desc"):
        raise unsupported(f"Sorting by '{wanted}' is not supported.")
    if (name in allowed.advanced_order or "$filter" in call.query) and not _advanced(call):
        raise unsupported("Sorting needs the header 'ConsistencyLevel: eventual' and $count=true here.")
    return sorted(rows, key=lambda row: str(row[1].get(name) or "").lower(), reverse=direction.strip() == "desc")
