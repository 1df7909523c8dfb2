"""`$select`, `$expand`, `$filter`, `$orderby`, `$top` and `$skip`: from nodes to what is answered.

Source: https://learn.microsoft.com/sharepoint/dev/sp-add-ins/use-odata-query-operations-in-sharepoint-rest-requests
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

from simulator.odata import Entity, Guid, Many, Moment
from simulator.refusal import Refused, bad_request
from simulator.sharepoint.filters import Filter
from simulator.sharepoint.node import Collection, Page, Resource, missing, named


class Tree(dict[str, "Tree"]):
    """Names in lower case, each with the names below it: `a/b,c` is {a: {b: {}}, c: {}}. `written` is their spelling."""

    def __init__(self) -> None:
        super().__init__()
        self.written: dict[str, str] = {}

    @classmethod
    def of(cls, text: str) -> Self:
        """Read `$select` or `$expand`."""
        tree = cls()
        for each in filter(None, (part.strip() for part in text.split(","))):
            at: Tree = tree
            for step in each.split("/"):
                at.written[step.lower()] = step
                at = at.setdefault(step.lower(), cls())
        return tree

    def below(self, name: str) -> Tree:
        """What stands below a name; nothing for a name that is not here."""
        return self.get(name.lower(), Tree())


def entity(resource: Resource, base: str, query: Mapping[str, str]) -> Entity:
    """A resource as a query wants it. `base` is the address of the web called."""
    select, expand = Tree.of(query.get("$select", "")), Tree.of(query.get("$expand", ""))
    return _entity(resource, base, select, expand)


def many(collection: Collection, base: str, address: str, query: Mapping[str, str]) -> Many:
    """The members that a query wants. `address` is that of the collection as it was called, for the next page."""
    select, expand = Tree.of(query.get("$select", "")), Tree.of(query.get("$expand", ""))
    page = collection.page(query) if collection.page is not None else _page(collection.members(), query)
    found = [_entity(each, base, select, expand) for each in page.members]
    following = f"{address}?{page.following}" if page.following else collection.following
    return Many(found, collection.type, following, entities=True)


def value_of(resource: Resource, path: str) -> Any:
    """A property by its name or path. Raises Refused for one that is not there."""
    head, _, rest = path.partition("/")
    if rest:
        link = named(resource.links, head)
        below = link[1]() if link is not None else None
        return value_of(below, rest) if isinstance(below, Resource) else None
    found = named(resource.fields, head)
    if found is not None:
        return found[1]
    more = named(resource.more, head)
    if more is None:
        raise _no_property(resource, head)
    return more[1]()


def ordered(members: Sequence[Resource], orderby: str) -> list[Resource]:
    """Members in the order that `$orderby` asks for."""
    found = list(members)
    for each in reversed([part.split() for part in orderby.split(",") if part.strip()]):
        if len(each) > 2 or (len(each) == 2 and each[1].lower() not in ("asc", "desc")):
            raise bad_request(f"The expression {orderby!r} is not valid.")
        name = each[0]
        found.sort(key=lambda it: _key(value_of(it, name)), reverse=each[1:] == ["desc"])  # used at once
    return found


def whole(query: Mapping[str, str], name: str, otherwise: int) -> int:
    """A whole number of a query. Raises Refused 400."""
    text = query.get(name, "")
    if text and not text.isdecimal():
        raise bad_request(f"{name} takes a number, not {text!r}.")
    return int(text) if text else otherwise


def _page(members: Sequence[Resource], query: Mapping[str, str]) -> Page:
    if query.get("$filter"):
        test = Filter(query["$filter"])
        members = [each for each in members if test.fits(lambda name, it=each: value_of(it, name))]  # type: ignore[misc]  # a default binds the loop's variable
    found = ordered(members, query.get("$orderby", ""))
    skip = whole(query, "$skip", 0)
    return Page(members=found[skip : skip + whole(query, "$top", len(found))])


def _entity(resource: Resource, base: str, select: Tree, expand: Tree) -> Entity:
    everything = not select or "*" in select
    fields = dict(resource.fields) if everything else {}
    for name, below in select.items():
        if name == "*":
            continue
        found = _found(resource, select.written[name])
        if found in resource.links:
            if name not in expand:
                _choose_link(resource, found, below, base, fields)
        else:
            fields[found] = resource.fields[found] if found in resource.fields else resource.more[found]()
    for name, below in expand.items():
        found = _found(resource, expand.written[name])
        if found in resource.links and (not select or name in select):
            fields[found] = _linked(resource.links[found](), base, select.below(name), below)
    deferred = [name for name in resource.links if name not in fields] if everything else []
    return Entity(resource.type, f"{base}/_api/{resource.path}", fields, deferred, resource.etag)


def _found(resource: Resource, name: str) -> str:
    """The proper spelling of a property or link. Raises Refused for one that is not there."""
    tables = (resource.fields, resource.more, resource.links)
    if any(name in table for table in tables):
        return name
    for table in tables:
        found = named(table, name)
        if found is not None:
            return found[0]
    raise _no_property(resource, name)


def _choose_link(resource: Resource, name: str, below: Tree, base: str, fields: dict[str, Any]) -> None:
    """A link that is chosen and not expanded: told whole, except in rows, where a part of it is refused."""
    if not resource.columns:
        fields[name] = _linked(resource.links[name](), base, below, Tree())
    elif below:
        text = f"The query to field '{name}' is not valid. The $select query string must specify the target fields and"
        raise Refused(400, "-1, Microsoft.SharePoint.SPException", f"{text} the $expand query string must contain it.")


def _linked(node: Resource | Collection | None, base: str, select: Tree, expand: Tree) -> Entity | Many | None:
    match node:
        case Resource():
            return _entity(node, base, select, expand)
        case Collection():
            return Many([_entity(each, base, select, expand) for each in node.members()], node.type, entities=True)
        case _:
            return None


def _no_property(resource: Resource, name: str) -> Refused:
    if resource.columns:
        return Refused(400, "-1, Microsoft.SharePoint.SPException", f"The field or property '{name}' does not exist.")
    return missing(f"{resource.type}.{name}")


def _key(value: Any) -> tuple[bool, Any]:
    match value:
        case Guid(text):
            value = text
        case Moment(seconds):
            value = seconds
        case str():
            value = value.lower()
        case _:
            pass
    return value is not None, value if value is not None else 0
