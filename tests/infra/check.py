"""What is wrong with a folder of Bicep files, without a compiler and without a network: one sentence for each thing, with its place.

Names (each declared once, each used), functions and how many arguments they take, modules and what they ask for, what is read of
resources and modules, and every property of every resource against Microsoft's own types.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tests.infra.azure_types import Meaning, known, name_problems, problems_of, property_exists
from tests.infra.bicep import (
    BadBicep,
    Call,
    Choice,
    Fields,
    File,
    Flag,
    Index,
    Items,
    Loop,
    Member,
    Name,
    Node,
    Number,
    Statement,
    Text,
    When,
    children,
    parse,
    walk,
)

_FUNCTIONS: Mapping[str, tuple[int, int]] = {
    "cidrSubnet": (3, 3),
    "empty": (1, 1),
    "environment": (0, 0),
    "guid": (1, 99),
    "listKeys": (2, 3),
    "loadTextContent": (1, 2),
    "resourceGroup": (0, 2),
    "split": (2, 2),
    "string": (1, 1),
    "subscription": (0, 1),
    "subscriptionResourceId": (2, 99),
    "tenant": (0, 0),
    "toLower": (1, 1),
    "union": (2, 99),
    "uniqueString": (1, 99),
}
"""Name ► the fewest and the most arguments. https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions"""
_TOLD = {
    "environment": {"suffixes.storage"},
    "resourceGroup": {"id", "location", "name"},
    "subscription": {"id", "subscriptionId", "tenantId"},
    "tenant": {"tenantId"},
}
_DECORATORS = {"allowed", "description", "maxLength", "maxValue", "metadata", "minLength", "minValue", "secure"}
_SUBSCRIPTION, _GROUP, _EXTENSION = 4, 8, 16
_TOKEN = "abcdefghijklm"  # what uniqueString gives has thirteen characters
_TWO = 2


def check(texts: Mapping[str, str], only: str = "") -> list[str]:
    """The problems of files, by name ► text, or of one of them, each with the modules beside it."""
    files: dict[str, File] = {}
    problems: list[str] = []
    for name, text in texts.items():
        try:
            files[name] = parse(text, name)
        except BadBicep as error:
            problems.append(str(error))
    for name, file in files.items():
        if only in ("", name):
            problems += _File(file, files).problems()
    return problems


def folder(path: Path) -> dict[str, str]:
    """The Bicep files of a folder, by name."""
    return {each.name: each.read_text(encoding="utf-8") for each in sorted(path.glob("*.bicep"))}


def declared(file: File) -> dict[str, Statement]:
    """What a file declares, outputs left out, for they are names of their own."""
    return {each.name: each for each in file.statements if each.word in ("param", "var", "resource", "module")}


class _File:
    def __init__(self, file: File, files: Mapping[str, File]) -> None:
        self.file, self.files, self.names = file, files, declared(file)
        values = {each.name: each.value for each in file.of("var") if each.value is not None}
        kinds = {each.name: each.what for each in file.of("param")} | {
            name: _literal(value) for name, value in values.items()
        }
        self.meaning = Meaning(
            kinds, {name: each for name, each in values.items() if isinstance(each, Fields | Items | Text)}
        )
        scopes = [each.value for each in file.of("targetScope")]
        self.scope = next((each.plain for each in scopes if isinstance(each, Text)), "resourceGroup")

    def problems(self) -> Iterator[str]:
        yield from self._declarations()
        for statement in self.file.statements:
            for call in statement.decorators:
                if call.name not in _DECORATORS:
                    yield f"{call.place}: {call.name} is no decorator."
            if statement.word == "param":
                yield from self._default(statement)
            if statement.value is None:
                continue
            yield from self._names(statement.value, frozenset())
            if statement.word == "resource":
                yield from self._resource(statement)
            if statement.word == "module":
                yield from self._module(statement)

    def _declarations(self) -> Iterator[str]:
        for words in (("param", "var", "resource", "module"), ("output",)):
            count = Counter(each.name for each in self.file.statements if each.word in words)
            for statement in self.file.statements:
                if statement.word in words and count[statement.name] > 1:
                    yield f"{statement.place}: {statement.name} is declared {count[statement.name]} times."
        used = {
            node.name
            for each in self.file.statements
            if each.value is not None
            for node in walk(each.value)
            if isinstance(node, Name)
        }
        for statement in self.file.statements:
            if statement.word in ("param", "var") and statement.name not in used:
                yield f"{statement.place}: {statement.name} is never used."

    def _default(self, statement: Statement) -> Iterator[str]:
        if (
            statement.value is not None
            and (kind := _literal(statement.value))
            and kind != statement.what.partition("[")[0]
        ):
            yield f"{statement.place}: {statement.name} is {statement.what}, and its default is {kind}."
        yield from self._allowed(statement, statement.value)

    def _allowed(self, param: Statement, value: Node | None) -> Iterator[str]:
        for call in param.decorators:
            if call.name == "allowed" and value is not None and isinstance(call.arguments[0], Items):
                allowed = [_simple(each) for each in call.arguments[0].items]
                if (given := _simple(value)) is not None and given not in allowed:
                    yield f"{value.place}: {param.name} is one of {', '.join(map(str, allowed))}, not {given}."

    def _names(self, node: Node, local: frozenset[str]) -> Iterator[str]:
        match node:
            case Name(name=name) if name not in self.names and name not in local:
                yield f"{node.place}: {name} is declared nowhere."
            case Call(name=name, arguments=arguments):
                low, high = _FUNCTIONS.get(name, (0, -1))
                if name not in _FUNCTIONS:
                    yield f"{node.place}: {name} is no function that is known here."
                elif not low <= len(arguments) <= high:
                    yield f"{node.place}: {name} takes {low} to {high} arguments, not {len(arguments)}."
            case Member():
                yield from self._member(node, local)
            case Loop(names=names, items=items, body=body):
                yield from self._names(items, local)
                yield from self._names(body, local | set(names))
                return
        for below in children(node):
            yield from self._names(below, local)

    def _member(self, node: Member, local: frozenset[str]) -> Iterator[str]:
        """The longest path is judged where it is met; its beginnings are met again below, and stand."""
        of, path = _path(node)
        said = ".".join(path)
        told_of = _TOLD.get(of.name, set()) if isinstance(of, Call) else set()
        if told_of and not any(each == said or each.startswith(f"{said}.") for each in told_of):
            yield f"{node.place}: {of.name}() has no {said}."
        if not isinstance(of, Name) or of.name in local or of.name not in self.names:
            return
        told = self.names[of.name]
        if told.word == "resource" and told.what in known() and not property_exists(told.what, path):
            yield f"{node.place}: {of.name} ({told.what}) has no {said}."
        if told.word == "module" and told.what in self.files:
            outputs = {each.name for each in self.files[told.what].of("output")}
            if path[0] != "outputs" or (len(path) == _TWO and path[1] not in outputs):
                yield f"{node.place}: {told.what} has no output {said}."

    def _resource(self, statement: Statement) -> Iterator[str]:
        assert statement.value is not None
        yield from problems_of(statement.what, statement.value, self.meaning)
        body = _body(statement.value)
        if not isinstance(body, Fields) or statement.what not in known():
            return
        kind = statement.what.partition("@")[0]
        parent, scope = body.get("parent"), body.get("scope")
        if parent is not None:
            yield from self._parent(statement, parent, kind.rpartition("/")[0])
        wanted = _EXTENSION if scope is not None else _SUBSCRIPTION if self.scope == "subscription" else _GROUP
        if not known()[statement.what]["scopes"] & wanted:
            yield f"{statement.place}: {kind} is not deployed into a {self.scope}."
        name = body.get("name")
        example = _example(name) if name is not None else None
        if name is None or example is None or statement.existing:
            return
        if example.count("/") != (0 if parent is not None else kind.count("/") - 1):
            yield f"{statement.place}: the name {example!r} has not as many parts as {kind}."
        yield from name_problems(statement.what, example, name.place)

    def _parent(self, statement: Statement, parent: Node, kind: str) -> Iterator[str]:
        while isinstance(parent, Index):
            parent = parent.of
        of = self.names.get(parent.name) if isinstance(parent, Name) else None
        if of is None or of.what.partition("@")[0] != kind:
            yield f"{parent.place}: the parent of {statement.name} is a {kind}."

    def _module(self, statement: Statement) -> Iterator[str]:
        assert statement.value is not None
        target = self.files.get(statement.what)
        body = _body(statement.value)
        if target is None:
            yield f"{statement.place}: there is no {statement.what}."
            return
        if not isinstance(body, Fields):
            return
        for each in body.fields:
            if each.key.plain not in ("name", "scope", "params", "dependsOn"):
                yield f"{each.key.place}: a module has no {each.key.plain}."
        if (self.scope == "subscription") != (body.get("scope") is not None):
            needs = "needs a" if self.scope == "subscription" else "has no"
            yield f"{statement.place}: a module of a {self.scope} {needs} scope."
        given = body.get("params")
        fields = given.fields if isinstance(given, Fields) else ()
        asked = {each.name: each for each in target.of("param")}
        for each in fields:
            param = asked.get(each.key.plain or "")
            if param is None:
                yield f"{each.key.place}: {statement.what} asks for no {each.key.plain}."
                continue
            kind = _literal(each.value) or self._kind(each.value)
            if kind and kind.partition("[")[0] not in (param.what, "array" if param.what.endswith("[]") else ""):
                yield f"{each.value.place}: {param.name} of {statement.what} is {param.what}, not {kind}."
            yield from self._allowed(param, each.value)
        for name in sorted(asked.keys() - {each.key.plain for each in fields}):
            if asked[name].value is None:
                yield f"{statement.place}: {statement.what} asks for {name}."

    def _kind(self, node: Node) -> str:
        return self.meaning.kinds.get(node.name, "") if isinstance(node, Name) else ""


def _example(node: Node) -> str | None:
    """What a name may come to: thirteen characters for what is unique, a word for anything else."""
    if not isinstance(node, Text):
        return None
    pieces = []
    for piece in node.pieces:
        match piece:
            case str():
                pieces.append(piece)
            case Name(name="token"):
                pieces.append(_TOKEN)
            case Name() | Member():
                pieces.append("word")
            case _:
                return None
    return "".join(pieces)


def _path(node: Node) -> tuple[Node, list[str]]:
    names: list[str] = []
    while isinstance(node, Member | Index):
        if isinstance(node, Member):
            names.insert(0, node.name)
        node = node.of
    return node, names


def _body(node: Node) -> Node:
    while isinstance(node, When | Loop):
        node = node.body
    return node


def _literal(node: Node) -> str:
    match node:
        case Text():
            return "string"
        case Number():
            return "int"
        case Flag():
            return "bool"
        case Fields():
            return "object"
        case Items() | Loop():
            return "array"
        case Choice(yes=yes):
            return _literal(yes)
    return ""


def _simple(node: Node) -> str | int | None:
    match node:
        case Text():
            return node.plain
        case Number(value=value):
            return value
    return None


def bodies(files: Iterable[File], kind: str) -> Iterator[tuple[Statement, Fields]]:
    """Every resource of a type, with its body."""
    for file in files:
        for statement in file.of("resource"):
            if statement.what.partition("@")[0] == kind and statement.value is not None:
                body = _body(statement.value)
                if isinstance(body, Fields):
                    yield statement, body
