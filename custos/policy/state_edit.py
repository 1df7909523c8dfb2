"""Writes another state into a policy file: that one word, wherever the file says it and however it is written."""

from __future__ import annotations

from typing import Any

import yaml

from custos.errors import BadInput, Mark, Problem
from custos.model.state import State
from custos.policy.yaml_nodes import Entries, Items, Node, Text, read_yaml

_KEY = "state"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

type _Plain = str | list["_Plain"] | dict[str, "_Plain"]


def with_state(file: str, content: bytes, state: State) -> bytes:
    """The content with `state` as its state; everything else stays byte for byte.

    Raises BadInput when the file is not one mapping that has a state, or when the result would not say exactly that.
    """
    before = _plain(file, content)
    mark = content[: len(content) - len(content.removeprefix(_BYTE_ORDER_MARK))]
    text = content.decode("utf-8-sig")
    start, end = _place(file, text)
    edited = mark + f"{text[:start]}{state.value}{text[end:]}".encode()
    if _plain(file, edited) != {**before, _KEY: state.value}:
        raise _problem(file, "Its state could not be changed without changing more.")
    return edited


def _place(file: str, text: str) -> tuple[int, int]:
    """Where the value of the file's own `state` begins and ends."""
    depth, key = 0, ""
    event: Any
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth == 1 and isinstance(event, yaml.NodeEvent):
            if key == _KEY and isinstance(event, yaml.ScalarEvent):
                start, end = event.start_mark, event.end_mark
                assert start is not None
                assert end is not None
                return start.index, end.index
            key = "" if key else _said(event)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
    raise _problem(file, "It says no state.")


def _said(event: Any) -> str:
    """The key that an event stands for; a word that no key is when it is not a word."""
    return event.value if isinstance(event, yaml.ScalarEvent) and event.value else "?"


def _plain(file: str, content: bytes) -> dict[str, _Plain]:
    """The file without its places. Raises BadInput when it is not one mapping."""
    node, problems = read_yaml(file, content)
    if problems or not isinstance(node, Entries):
        raise BadInput(problems) if problems else _problem(file, "It is not written as keys and values.")
    return {key: _without_places(value) for key, (_, value) in node.entries.items()}


def _without_places(node: Node) -> _Plain:
    match node:
        case Text(text=text):
            return text
        case Entries(entries=entries):
            return {key: _without_places(value) for key, (_, value) in entries.items()}
        case Items(items=items):
            return [_without_places(item) for item in items]


def _problem(file: str, what: str) -> BadInput:
    return BadInput([Problem(Mark(file), what, "Write it by hand:  state: pilot", code="state")])
