"""Runs a CSOM request: object paths are walked over SharePoint's nodes, actions are done in their order.

Served are Constructor, StaticProperty, StaticMethod, Identity, Property and Method as paths; ObjectPath,
ObjectIdentityQuery, Query, SetProperty and Method as actions. Anything else is refused as missing.
Source: https://learn.microsoft.com/openspecs/sharepoint_protocols/ms-csom
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.odata import Returned
from simulator.refusal import not_found
from simulator.sharepoint.markup import Element, invalid
from simulator.sharepoint.node import Collection, Given, Node, Operation, Outcome, Resource, missing, named
from simulator.sharepoint.query import value_of
from simulator.sharepoint.scope import RequestScope


def _unknown(_parts: list[str]) -> Resource:
    raise not_found("The object")


@dataclass(frozen=True, slots=True)
class Start:
    """Where paths begin: constructors by type id, static properties by type id and name in lower case, static methods
    by type id, and objects by the parts of their identity.
    """

    types: Mapping[str, Callable[[], Node]] = field(default_factory=dict)
    statics: Mapping[tuple[str, str], Node] = field(default_factory=dict)
    methods: Mapping[tuple[str, str], Operation] = field(default_factory=dict)
    identified: Callable[[list[str]], Resource] = _unknown


@dataclass(slots=True)
class _Held:
    """What a path led to, and the properties that were set on it and wait for an Update."""

    outcome: Outcome
    pending: dict[str, Any] = field(default_factory=dict)


@dataclass
class Interpreter:
    """One request's run. `results` are pairs of action id and answer, the latter still to be written."""

    scope: RequestScope
    start: Start
    request: Element
    identity: Callable[[Resource], str]
    results: list[Any] = field(default_factory=list)
    _paths: dict[str, Element] = field(default_factory=dict)
    _held: dict[str, _Held] = field(default_factory=dict)
    _walking: set[str] = field(default_factory=set)

    def run(self) -> list[Any]:
        """Do all actions; their answers. Raises Refused at the first that cannot be done."""
        self._paths = {each.attribute("Id"): each for each in self.request.below("ObjectPaths")}
        for action in self.request.below("Actions"):
            self._act(action)
        return self.results

    def _act(self, action: Element) -> None:
        if action.name not in ("ObjectPath", "ObjectIdentityQuery", "Query", "SetProperty", "Method"):
            raise missing(f"CSOM {action.name}")
        held = self._at(action.attribute("ObjectPathId"))
        match action.name:
            case "ObjectPath":
                self._answer(action, {"IsNull": held.outcome is None or _is_nothing(held.outcome)})
            case "ObjectIdentityQuery":
                self._answer(action, {"_ObjectIdentity_": self.identity(_resource(held.outcome))})
            case "SetProperty":
                values = [_value(each) for each in action.children if each.name == "Parameter"]
                if len(values) != 1:
                    raise invalid("SetProperty takes one Parameter.")
                held.pending[action.attribute("Name")] = values[0]
            case "Method":
                self._answer(action, self._call(held, action))
            case _:
                self._answer(action, self._queried(action, held.outcome))

    def _answer(self, action: Element, told: Any) -> None:
        self.results.extend((int(action.attribute("Id")), told))

    # -- paths ------------------------------------------------------------------------------------------------------

    def _at(self, path_id: str) -> _Held:
        held = self._held.get(path_id)
        if held is None:
            if path_id not in self._paths or path_id in self._walking:
                raise invalid(f"there is no object path {path_id}.")
            self._walking.add(path_id)
            held = self._held[path_id] = _Held(self._walk(self._paths[path_id]))
            self._walking.discard(path_id)
        return held

    def _walk(self, path: Element) -> Outcome:
        match path.name:
            case "Constructor":
                made = self.start.types.get(_type_id(path))
                if made is None:
                    raise missing(f"CSOM Constructor {_type_id(path)}")
                return made()
            case "StaticProperty":
                found = self.start.statics.get((_type_id(path), path.attribute("Name").lower()))
                if found is None:
                    raise missing(f"CSOM StaticProperty {_type_id(path)} {path.attribute('Name')}")
                return found
            case "StaticMethod":
                method = self.start.methods.get((_type_id(path), path.attribute("Name").lower()))
                if method is None:
                    raise missing(f"CSOM StaticMethod {_type_id(path)} {path.attribute('Name')}")
                return self._run(method, path, {})
            case "Identity":
                return self.start.identified(path.attribute("Name").split("\n")[1:])
            case "Property":
                return _property(_resource(self._at(path.attribute("ParentId")).outcome), path.attribute("Name"))
            case "Method":
                return self._call(self._at(path.attribute("ParentId")), path)
            case _:
                raise missing(f"CSOM {path.name}")

    def _call(self, held: _Held, element: Element) -> Outcome:
        node, name = held.outcome, element.attribute("Name")
        if not isinstance(node, Resource | Collection):
            raise invalid(f"{name} is called on nothing.")
        operation = node.operations.get(name.lower())
        if operation is None:
            raise missing(f"CSOM {node.type}.{name}")
        pending, held.pending = held.pending, {}
        return self._run(operation, element, pending)

    def _run(self, operation: Operation, element: Element, pending: Mapping[str, Any]) -> Outcome:
        self.scope.need(operation.roles)
        values = [_value(each) for each in element.below("Parameters")]
        if len(values) > len(operation.parameters):
            raise invalid(f"{element.attribute('Name')} takes {len(operation.parameters)} parameters.")
        given: Given = dict(zip((name.lower() for name in operation.parameters), values, strict=False))
        return operation.run({**given, **pending})

    # -- answers ----------------------------------------------------------------------------------------------------

    def _queried(self, action: Element, outcome: Outcome) -> Any:
        query, members = action.child("Query"), action.child("ChildItemQuery")
        return self._told(outcome, query, members)

    def _told(self, outcome: Outcome, query: Element | None, members: Element | None) -> Any:
        match outcome:
            case Resource():
                head = {"_ObjectType_": outcome.type, "_ObjectIdentity_": self.identity(outcome)}
                return head | self._properties(outcome, query)
            case Collection():
                found = [self._told(each, members, None) for each in outcome.members()] if members is not None else []
                head = {"_ObjectType_": outcome.collection_type or f"{outcome.type}Collection"}
                return head | dict(outcome.fields) | {"_Child_Items_": found}
            case Returned(_, value):
                return value
            case _:
                return outcome

    def _properties(self, resource: Resource, query: Element | None) -> dict[str, Any]:
        found = dict(resource.fields) if query is None or query.says("SelectAllProperties") else {}
        for each in query.below("Properties") if query is not None else ():
            name = each.attribute("Name")
            link = named(resource.links, name)
            if link is not None:
                found[link[0]] = self._told(link[1](), each.child("Query"), each.child("ChildItemQuery"))
            else:
                found[name] = value_of(resource, name)
        return found


def _property(resource: Resource, name: str) -> Outcome:
    link = named(resource.links, name)
    if link is None:
        raise missing(f"CSOM {resource.type}.{name}")
    return link[1]()


def _resource(outcome: Outcome) -> Resource:
    if not isinstance(outcome, Resource):
        raise invalid("an object is expected.")
    return outcome


def _is_nothing(outcome: Outcome) -> bool:
    return isinstance(outcome, Returned) and outcome.value is None


def _type_id(path: Element) -> str:
    return path.attribute("TypeId").strip("{}").lower()


def _value(parameter: Element) -> Any:
    """A parameter's value by its type; one without a type is an object of properties."""
    kind = parameter.attributes.get("Type", "")
    text = parameter.text
    try:
        match kind:
            case "String" | "Guid" | "DateTime":
                return text.strip("{}") if kind == "Guid" else text
            case "Boolean":
                return text.strip().lower() in ("true", "1")
            case "Enum" | "Int16" | "Int32" | "Int64" | "Byte" | "UInt32":
                return int(text)
            case "Double" | "Single" | "Decimal":
                return float(text)
            case "Null":
                return None
            case "Array":
                return [_value(each) for each in parameter.children]
            case "" if "TypeId" in parameter.attributes:
                return {each.attribute("Name"): _value(each) for each in parameter.children}
            case _:
                raise missing(f"CSOM Parameter {kind or 'without type'}")
    except ValueError as error:
        raise invalid(f"{text!r} is no {kind}.") from error
