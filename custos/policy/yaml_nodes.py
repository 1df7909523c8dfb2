"""YAML as texts, lists and mappings with their places; nothing else of YAML is understood, on purpose.

Anchors, aliases, tags and merge keys are refused where they stand, so no file can grow in memory. Scalars stay texts: what `no` or
`2027-05-31` means is decided by the word before it, not by YAML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, NoReturn
from unicodedata import name

import yaml

from custos.errors import Mark, Problem
from custos.invisible_characters import BLANK, WITHOUT_WIDTH

MOST_BYTES = 256_000
MOST_NODES = 20_000
DEEPEST = 16
_C_PARSER = hasattr(yaml, "CSafeLoader")
_LOADER: Any = yaml.CSafeLoader if _C_PARSER else yaml.SafeLoader
_NOTHING = ("~", "null", "Null", "NULL")
_UNSEEN = re.compile(rf"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufff9-\uffff{WITHOUT_WIDTH}{BLANK}]|\r(?!\n)")
"""What YAML and people read differently: control characters, lone carriage returns, line ends that no editor shows,
characters without a width and those that turn the direction of writing round.

Sources: https://yaml.org/spec/1.1/#id863737 (line breaks) and https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
"""
_MOST_UNSEEN = 10


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar, as written; "" for an empty one."""

    text: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Node, ...]
    mark: Mark


@dataclass(frozen=True, slots=True)
class Entries:
    """A mapping: key ► (place of the key, value)."""

    entries: Mapping[str, tuple[Mark, Node]]
    mark: Mark


type Node = Text | Items | Entries


class _Refused(Exception):
    """Reading cannot go on; carries the problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


def read_yaml(file: str, content: bytes) -> tuple[Node | None, list[Problem]]:
    """The one document in `content`, and what is wrong with it. None when nothing can be made of it."""
    problems: list[Problem] = []
    try:
        text = _text(file, content, problems)
        return _Reader(file, text, problems).document(), problems
    except _Refused as refused:
        return None, [*problems, refused.problem]


def _text(file: str, content: bytes, problems: list[Problem]) -> str:
    if len(content) > MOST_BYTES:
        raise _Refused(
            Problem(Mark(file), f"The file has {len(content):,} bytes; a policy may have {MOST_BYTES:,}.", "Split it.")
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _Refused(
            Problem(Mark(file, line), "The file is not UTF-8.", "Save it as UTF-8.", code="encoding")
        ) from None
    found = islice(_UNSEEN.finditer(text), _MOST_UNSEEN)
    unseen = [_unseen(Mark(file, *_place(text, odd.start())), odd[0]) for odd in found]
    if unseen:
        *others, last = unseen
        problems.extend(others)
        raise _Refused(last)
    for number, line_text in enumerate(text.split("\n"), 1):
        indent = line_text[: len(line_text) - len(line_text.lstrip())]
        if "\t" in indent and line_text.strip():
            raise _Refused(
                Problem(
                    Mark(file, number, indent.index("\t") + 1), "A tab indents this line.", "Use spaces.", code="tab"
                )
            )
    return text


def _unseen(mark: Mark, character: str) -> Problem:
    what = f"The character U+{ord(character):04X} ({name(character, 'a control character').lower()}) cannot stand here:"
    return Problem(mark, f"{what} YAML and people read it differently.", "Delete it.", code="character")


def _place(text: str, position: int) -> tuple[int, int]:
    return text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)


class _Reader:
    """Builds nodes from the parser's events, within bounds."""

    def __init__(self, file: str, text: str, problems: list[Problem]) -> None:
        self._file = file
        self._problems = problems
        self._events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
        self._nodes = 0
        self._quoted: Any = None  # the last quoted text that goes over a line's end

    def document(self) -> Node | None:
        root: Node | None = None
        while (event := self._next()) is not None:
            if isinstance(event, yaml.DocumentStartEvent) and root is not None:
                self._refuse(event, "A second document begins here.", "One file holds one policy: delete the ---.")
            if isinstance(event, yaml.NodeEvent):
                root = self._node(event, 0)
        if root is None or (isinstance(root, Text) and not root.text):
            raise _Refused(Problem(Mark(self._file), "The file is empty."))
        return root

    def _next(self) -> Any:
        try:
            return next(self._events, None)
        except yaml.MarkedYAMLError as error:
            self._never_closed(error)
            mark = error.problem_mark
            where = Mark(self._file, mark.line + 1, mark.column + 1) if mark else Mark(self._file)
            said = (error.problem or "it cannot be read").replace("\t", "a tab")
            raise _Refused(
                Problem(
                    where, f"This is not YAML: {said}.", "Check indentation, colons and quotation marks.", code="yaml"
                )
            ) from None
        except (yaml.YAMLError, RecursionError) as error:
            raise _Refused(Problem(Mark(self._file), f"This is not YAML: {error}.", code="yaml")) from None

    def _never_closed(self, error: yaml.MarkedYAMLError) -> None:
        """A quotation mark that is not closed is told where it opens, not many lines below where the next one ends it."""
        noticed = error.problem_mark
        if error.context and "quoted scalar" in error.context and error.context_mark:
            line, column, goes_on = error.context_mark.line, error.context_mark.column, "is never closed"
        elif self._quoted is not None and noticed and noticed.line == self._quoted.end_mark.line:
            line, column = self._quoted.start_mark.line, self._quoted.start_mark.column
            goes_on = f"is closed on line {self._quoted.end_mark.line + 1}"
        else:
            return
        where = Mark(self._file, line + 1, column + 1)
        what = f"This is not YAML: a quotation mark opens here and {goes_on}."
        raise _Refused(Problem(where, what, "Close it where the text ends.", code="quote")) from None

    def _node(self, event: Any, depth: int) -> Node:
        self._nodes += 1
        mark = self._mark(event)
        if self._nodes > MOST_NODES:
            raise _Refused(Problem(mark, f"The file has more than {MOST_NODES:,} values.", "Split it."))
        if depth > DEEPEST:
            raise _Refused(Problem(mark, f"This is nested deeper than {DEEPEST} levels.", "Simplify it.", code="depth"))
        goes_on: bool = event.end_mark.line > event.start_mark.line
        if isinstance(event, yaml.AliasEvent):
            self._refuse(event, f"An alias (*{event.anchor}) is not understood here.", "Write the value out.")
        if event.anchor:
            self._refuse(event, f"An anchor (&{event.anchor}) is not understood here.", "Delete it.")
        if event.tag:
            self._refuse(event, f"A tag ({event.tag}) is not understood here.", "Delete it.")
        if isinstance(event, yaml.ScalarEvent):
            if event.style in ("'", '"') and goes_on:
                self._quoted = event
            value = "" if not event.style and event.value in _NOTHING else event.value
            odd = _UNSEEN.search(value)
            if odd:
                self._problems.append(_unseen(mark, odd[0]))
            return Text(value, mark)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._items(mark, depth)
        return self._entries(mark, depth)

    def _items(self, mark: Mark, depth: int) -> Items:
        found: list[Node] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            found.append(self._node(event, depth + 1))
        return Items(tuple(found), mark)

    def _entries(self, mark: Mark, depth: int) -> Entries:
        found: dict[str, tuple[Mark, Node]] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key_mark = self._mark(event)
            key = self._node(event, depth + 1)
            value = self._node(self._next(), depth + 1)
            if not isinstance(key, Text):
                self._problems.append(Problem(key_mark, "A list or mapping cannot be a key.", "Write a word."))
            elif key.text in found:
                first = found[key.text][0]
                self._problems.append(
                    Problem(key_mark, f'"{key.text}" is here and on line {first.line}.', "Keep one.", code="duplicate")
                )
            else:
                found[key.text] = (key_mark, value)
        return Entries(found, mark)

    def _mark(self, event: Any) -> Mark:
        return Mark(self._file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _refuse(self, event: Any, what: str, remedy: str) -> NoReturn:
        """One such fault is enough: what stands below it cannot be judged."""
        raise _Refused(Problem(self._mark(event), what, remedy, code="yaml"))
