"""A reader of Bicep, strict and small: what Custos' own files use of the language, and nothing else.

No compiler can be had offline, so this reads `infra/*.bicep` for the checks beside it. What it does not know it refuses, with its place.
Source: https://learn.microsoft.com/azure/azure-resource-manager/bicep/file
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands, from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class BadBicep(Exception):
    """The text is no Bicep, or more of it than this reader knows."""

    def __init__(self, place: Place, said: str) -> None:
        super().__init__(f"{place}: {said}")


@dataclass(frozen=True, slots=True)
class Node:
    """Any expression."""

    place: Place


@dataclass(frozen=True, slots=True)
class Text(Node):
    """A string: pieces of text and expressions in turn."""

    pieces: tuple[str | Node, ...]

    @property
    def plain(self) -> str | None:
        """The text, unless an expression is in it."""
        return (
            "".join(str(each) for each in self.pieces) if all(isinstance(each, str) for each in self.pieces) else None
        )


@dataclass(frozen=True, slots=True)
class Number(Node):
    value: int


@dataclass(frozen=True, slots=True)
class Flag(Node):
    value: bool


@dataclass(frozen=True, slots=True)
class Null(Node):
    pass


@dataclass(frozen=True, slots=True)
class Name(Node):
    name: str


@dataclass(frozen=True, slots=True)
class Member(Node):
    """`of.name`."""

    of: Node
    name: str


@dataclass(frozen=True, slots=True)
class Index(Node):
    of: Node
    at: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice(Node):
    """`condition ? yes : no`."""

    condition: Node
    yes: Node
    no: Node


@dataclass(frozen=True, slots=True)
class Operation(Node):
    sign: str
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Items(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Property:
    """`key: value`; a key with an expression in it is not plain."""

    key: Text
    value: Node


@dataclass(frozen=True, slots=True)
class Fields(Node):
    """An object."""

    fields: tuple[Property, ...]

    def get(self, key: str) -> Node | None:
        return next((each.value for each in self.fields if each.key.plain == key), None)


@dataclass(frozen=True, slots=True)
class Loop(Node):
    """`[for (item, index) in items: body]`."""

    names: tuple[str, ...]
    items: Node
    body: Node


@dataclass(frozen=True, slots=True)
class When(Node):
    """`if (condition) body`."""

    condition: Node
    body: Node


@dataclass(frozen=True, slots=True)
class Statement:
    """`word name what = value`; `what` is the type, or the text of a resource or module."""

    place: Place
    word: str
    name: str
    what: str = ""
    value: Node | None = None
    existing: bool = False
    decorators: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True)
class File:
    path: str
    statements: tuple[Statement, ...] = field(default=())

    def of(self, word: str) -> tuple[Statement, ...]:
        """The statements that begin with `word`."""
        return tuple(each for each in self.statements if each.word == word)


_TOKEN = re.compile(
    r"(?P<space>[ \t\r]+|//[^\n]*|/\*.*?\*/)|(?P<line>\n)|(?P<number>\d+)|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<sign>\?\?|&&|\|\||==|!=|<=|>=|[<>!@=?:.,()\[\]{}+*/%-])|(?P<quote>')",
    re.DOTALL,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "'": "'", "$": "$"}
_BINDS = (("??",), ("||",), ("&&",), ("==", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "/", "%"))
_TYPES = {"string", "int", "bool", "object", "array"}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    place: Place
    pieces: tuple[str | Node, ...] = ()


def read(path: Path, name: str = "") -> File:
    """The file, or BadBicep with the first place that is wrong."""
    return parse(path.read_text(encoding="utf-8"), name or path.name)


@lru_cache(maxsize=64)
def parse(text: str, name: str) -> File:
    return _Parser(_tokens(text, name)).file(name)


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it."""
    yield node
    for below in children(node):
        yield from walk(below)


def children(node: Node) -> Iterator[Node]:
    """What is directly below a node, keys of objects included."""
    match node:
        case Text(pieces=pieces):
            yield from (each for each in pieces if isinstance(each, Node))
        case Member(of=of):
            yield of
        case Index(of=of, at=at):
            yield from (of, at)
        case Call(arguments=arguments):
            yield from arguments
        case Choice(condition=condition, yes=yes, no=no):
            yield from (condition, yes, no)
        case Operation(parts=parts):
            yield from parts
        case Items(items=items):
            yield from items
        case Fields(fields=fields):
            for each in fields:
                yield from (each.key, each.value)
        case Loop(items=items, body=body):
            yield from (items, body)
        case When(condition=condition, body=body):
            yield from (condition, body)


def _tokens(text: str, file: str, line: int = 1, start: int = 1) -> list[_Token]:
    found, at, begin = [], 0, 1 - start
    while at < len(text):
        place = Place(file, line, at - begin + 1)
        match = _TOKEN.match(text, at)
        if match is None:
            raise BadBicep(place, f"{text[at]!r} cannot stand here.")
        kind = str(match.lastgroup)
        if kind == "quote":
            pieces, end = _string(text, at, place)
            found.append(_Token("text", text[at:end], place, pieces))
            at = end
            continue
        if kind != "space":
            found.append(_Token(kind, match[0], place))
        if "\n" in match[0]:
            line += match[0].count("\n")
            begin = match.start() + match[0].rindex("\n") + 1
        at = match.end()
    return [
        *found,
        _Token("line", "\n", Place(file, line, at - begin + 1)),
        _Token("end", "", Place(file, line, at - begin + 1)),
    ]


def _string(text: str, at: int, place: Place) -> tuple[tuple[str | Node, ...], int]:
    if text.startswith("'''", at):
        end = text.find("'''", at + 3)
        if end < 0:
            raise BadBicep(place, "this string does not end.")
        return (text[at + 3 : end],), end + 3
    pieces: list[str | Node] = []
    words, here = "", at + 1
    while here < len(text) and text[here] not in "'\n":
        if text[here] == "\\":
            if text[here + 1] not in _ESCAPES:
                raise BadBicep(place, f"\\{text[here + 1]} is no escape.")
            words, here = words + _ESCAPES[text[here + 1]], here + 2
        elif text.startswith("${", here):
            end = _closing(text, here + 2, place)
            pieces += [words] if words else []
            parser = _Parser(_tokens(text[here + 2 : end], place.file, place.line, place.column + here + 2 - at))
            pieces.append(parser.whole())
            words, here = "", end + 1
        else:
            words, here = words + text[here], here + 1
    if here >= len(text) or text[here] != "'":
        raise BadBicep(place, "this string does not end on its line.")
    return (*pieces, *([words] if words or not pieces else [])), here + 1


def _closing(text: str, at: int, place: Place) -> int:
    depth, quoted = 0, False
    for here in range(at, len(text)):
        sign = text[here]
        if sign == "\n":
            break
        if sign == "'":
            quoted = not quoted
        elif not quoted and sign == "{":
            depth += 1
        elif not quoted and sign == "}":
            if depth == 0:
                return here
            depth -= 1
    raise BadBicep(place, "${ is not closed.")


class _Parser:
    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens, self.at = tokens, 0

    def file(self, name: str) -> File:
        statements = []
        while self._lines().kind != "end":
            statements.append(self._statement())
        return File(name, tuple(statements))

    def whole(self) -> Node:
        found = self._expression()
        if self._lines().kind != "end":
            raise self._wrong("nothing more")
        return found

    def _statement(self) -> Statement:
        decorators = []
        while self._take("@"):
            call = self._postfix()
            if not isinstance(call, Call):
                raise BadBicep(call.place, "a decorator is a call.")
            decorators.append(call)
            self._end()
            self._lines()
        place, word = self._now().place, self._name()
        name, what, value, existing = "", "", None, False
        if word == "targetScope":
            value = self._value()
        elif word in ("param", "output"):
            name, what = self._name(), self._type()
            if word == "output" or self._now().text == "=":
                value = self._value()
        elif word == "var":
            name, value = self._name(), self._value()
        elif word in ("resource", "module"):
            name, what = self._name(), self._plain()
            existing = word == "resource" and self._take("existing", kind="name")
            value = self._value()
        else:
            raise BadBicep(place, f"{word!r} begins no statement.")
        self._end()
        return Statement(place, word, name, what, value, existing, tuple(decorators))

    def _value(self) -> Node:
        self._need("=")
        return self._expression()

    def _type(self) -> str:
        token = self._now()
        name = self._name()
        if name not in _TYPES:
            raise BadBicep(token.place, f"{name!r} is no type.")
        if self._take("["):
            self._need("]")
            return f"{name}[]"
        return name

    def _expression(self) -> Node:
        condition = self._operation(0)
        mark = self.at
        if self._lines().text != "?":
            self.at = mark
            return condition
        self._need("?")
        self._lines()
        yes = self._expression()
        self._lines()
        self._need(":")
        self._lines()
        return Choice(condition.place, condition, yes, self._expression())

    def _operation(self, level: int) -> Node:
        if level == len(_BINDS):
            return self._unary()
        left = self._operation(level + 1)
        while self._now().kind == "sign" and self._now().text in _BINDS[level]:
            sign = self._next().text
            self._lines()
            left = Operation(left.place, sign, (left, self._operation(level + 1)))
        return left

    def _unary(self) -> Node:
        token = self._now()
        if token.kind == "sign" and token.text in "!-":
            self._next()
            return Operation(token.place, token.text, (self._unary(),))
        return self._postfix()

    def _postfix(self) -> Node:
        found = self._primary()
        while self._now().kind == "sign":
            if self._take("."):
                name = self._name()
                found = Member(found.place, found, name)
            elif self._now().text == "[":
                self._next()
                found = Index(found.place, found, self._expression())
                self._need("]")
            elif self._now().text == "!":
                self._next()
            else:
                break
        return found

    def _primary(self) -> Node:
        token = self._next()
        match token.kind, token.text:
            case "text", _:
                return Text(token.place, token.pieces)
            case "number", digits:
                return Number(token.place, int(digits))
            case "name", "true" | "false":
                return Flag(token.place, token.text == "true")
            case "name", "null":
                return Null(token.place)
            case "name", "if":
                self._need("(")
                condition = self._expression()
                self._need(")")
                return When(token.place, condition, self._braces(self._now()))
            case "name", name:
                if self._now().text == "(" and self._now().kind == "sign":
                    return Call(token.place, name, self._arguments())
                return Name(token.place, name)
            case "sign", "(":
                self._lines()
                inside = self._expression()
                self._lines()
                self._need(")")
                return inside
            case "sign", "[":
                return self._brackets(token)
            case "sign", "{":
                self.at -= 1
                return self._braces(token)
        self.at -= 1
        raise self._wrong("a value")

    def _arguments(self) -> tuple[Node, ...]:
        self._need("(")
        found: list[Node] = []
        while self._lines().text != ")":
            found.append(self._expression())
            if not self._take(","):
                self._lines()
                break
        self._need(")")
        return tuple(found)

    def _brackets(self, opened: _Token) -> Node:
        if self._lines().text == "for" and self._now().kind == "name":
            return self._loop(opened)
        found: list[Node] = []
        while self._lines().text != "]":
            found.append(self._expression())
            if not self._take(",") and self._now().kind != "line" and self._now().text != "]":
                raise self._wrong("a comma, a new line or ]")
        self._need("]")
        return Items(opened.place, tuple(found))

    def _loop(self, opened: _Token) -> Node:
        self._name()
        if self._take("("):
            first = self._name()
            self._need(",")
            names: tuple[str, ...] = (first, self._name())
            self._need(")")
        else:
            names = (self._name(),)
        if not self._take("in", kind="name"):
            raise self._wrong("in")
        items = self._expression()
        self._need(":")
        self._lines()
        body = self._expression()
        self._lines()
        self._need("]")
        return Loop(opened.place, names, items, body)

    def _braces(self, opened: _Token) -> Fields:
        self._need("{")
        found: list[Property] = []
        while self._lines().text != "}":
            token = self._next()
            if token.kind not in ("name", "text"):
                self.at -= 1
                raise self._wrong("the name of a property")
            key = Text(token.place, token.pieces if token.kind == "text" else (token.text,))
            if key.plain is not None and any(each.key.plain == key.plain for each in found):
                raise BadBicep(token.place, f"{key.plain!r} stands twice.")
            self._need(":")
            found.append(Property(key, self._expression()))
            if not self._take(",") and self._now().kind != "line" and self._now().text != "}":
                raise self._wrong("a comma, a new line or }")
        self._need("}")
        return Fields(opened.place, tuple(found))

    def _plain(self) -> str:
        token = self._next()
        plain = Text(token.place, token.pieces).plain if token.kind == "text" else None
        if plain is None:
            raise BadBicep(token.place, "a plain string belongs here.")
        return plain

    def _name(self) -> str:
        if self._now().kind != "name":
            raise self._wrong("a name")
        return self._next().text

    def _end(self) -> None:
        if self._now().kind not in ("line", "end"):
            raise self._wrong("the end of the line")

    def _lines(self) -> _Token:
        while self._now().kind == "line":
            self.at += 1
        return self._now()

    def _need(self, text: str) -> None:
        if not self._take(text):
            raise self._wrong(text)

    def _take(self, text: str, *, kind: str = "sign") -> bool:
        if self._now().kind == kind and self._now().text == text:
            self.at += 1
            return True
        return False

    def _now(self) -> _Token:
        return self.tokens[self.at]

    def _next(self) -> _Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def _wrong(self, wanted: str) -> BadBicep:
        token = self._now()
        found = "the end of the line" if token.kind == "line" else repr(token.text) if token.text else "the end"
        return BadBicep(token.place, f"{wanted} belongs here, not {found}.")
