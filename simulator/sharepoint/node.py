"""What SharePoint's addresses lead to: resources with properties and operations, and collections of them.

REST walks them by the segments of a path, CSOM by the object paths of a request; both end at the same nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.odata import Complex, Many, Returned
from simulator.refusal import Refused, bad_request

READ = ("Sites.Read.All", "Sites.ReadWrite.All", "Sites.Manage.All", "Sites.FullControl.All")
WRITE = ("Sites.ReadWrite.All", "Sites.Manage.All", "Sites.FullControl.All")
FULL_CONTROL = ("Sites.FullControl.All",)

type Node = Resource | Collection
type Outcome = Resource | Collection | Complex | Many | Returned | None
type Given = Mapping[str, Any]
"""What an operation was given, by parameter name in lower case."""


class Lazy[T](Mapping[str, T]):
    """A table that is made when somebody looks into it: most of a thousand rows are never asked for what they can do."""

    __slots__ = ("_make", "_table")

    def __init__(self, make: Callable[[], Mapping[str, T]]) -> None:
        self._make = make
        self._table: Mapping[str, T] | None = None

    def _whole(self) -> Mapping[str, T]:
        if self._table is None:
            self._table = self._make()
        return self._table

    def __getitem__(self, name: str) -> T:
        return self._whole()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._whole())

    def __len__(self) -> int:
        return len(self._whole())


@dataclass(frozen=True, slots=True)
class Operation:
    """Something that can be asked of a node. `parameters` names them in order, for callers that give none.

    `roles`: the caller needs one of them. `units` is what it costs over REST.
    """

    run: Callable[[Given], Outcome]
    parameters: tuple[str, ...] = ()
    roles: tuple[str, ...] = READ


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """Something with an address, `path` below `_api/`.

    `fields` are told unless somebody chooses; `more` only when it is chosen; `links` are other nodes, told when they
    are expanded. `operations` are named in lower case. `update` takes new values of properties. `identity` is what CSOM
    calls it, behind the tenant's own part. `columns`: a property that is not there is a column that does not exist.
    """

    type: str
    path: str
    fields: Mapping[str, Any]
    more: Mapping[str, Callable[[], Any]] = field(default_factory=dict)
    links: Mapping[str, Callable[[], Node | None]] = field(default_factory=dict)
    operations: Mapping[str, Operation] = field(default_factory=dict)
    update: Callable[[Given], None] | None = None
    update_roles: tuple[str, ...] = WRITE
    identity: str = ""
    etag: str = ""
    columns: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some members of a collection, and the query that brings the next ones ("" for none)."""

    members: Sequence[Resource]
    following: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """Resources of one type. `find` looks a member up by its key; `page` answers a query by itself, without `members`
    being counted first. `fields` are properties of the collection that CSOM tells under `collection_type`; `following`
    is what REST gives as the next page's address.
    """

    type: str
    path: str
    members: Callable[[], Sequence[Resource]]
    find: Callable[[str], Resource] | None = None
    page: Callable[[Mapping[str, str]], Page] | None = None
    operations: Mapping[str, Operation] = field(default_factory=dict)
    collection_type: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    following: str = ""


def named[T](table: Mapping[str, T], name: str) -> tuple[str, T] | None:
    """An entry by its name, compared without case: (name as it is written, entry)."""
    if name in table:
        return name, table[name]
    wanted = name.lower()
    return next(((each, found) for each, found in table.items() if each.lower() == wanted), None)


class Missing(Refused):
    """501: the simulated tenant does not have this, whatever Microsoft has. `what` names the operation or property."""

    def __init__(self, what: str) -> None:
        text = f"The simulated tenant does not have this operation: {what}"
        super().__init__(501, "-1, System.NotImplementedException", text)
        self.what = what


def missing(what: str) -> Missing:
    """The refusal of something that is not here, to be counted."""
    return Missing(what)


def text(given: Given, name: str) -> str:
    """A text parameter, "" without it."""
    value = given.get(name.lower())
    return "" if value is None else str(value)


def flag(given: Given, name: str, *, otherwise: bool = False) -> bool:
    """A yes or no, written as JSON's or as text."""
    value = given.get(name.lower())
    return otherwise if value is None else value is True or str(value).lower() in ("true", "1")


def number(given: Given, name: str) -> int:
    """A whole number. Raises Refused 400."""
    value = given.get(name.lower())
    if isinstance(value, bool) or not str(value).lstrip("-").isdecimal():
        raise bad_request(f"{name} must be a number.")
    return int(str(value))


def several(given: Given, name: str) -> list[Any]:
    """A list, also in the `results` of verbose JSON. Raises Refused 400."""
    value = given.get(name.lower())
    if isinstance(value, dict):
        value = value.get("results")
    if not isinstance(value, list):
        raise bad_request(f"{name} must be a list.")
    return value
