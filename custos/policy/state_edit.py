"""Writes another state, or the group's minute, into a policy file: that one word, wherever the file says it and however it is written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import yaml

from custos.errors import BadInput, Mark, Problem
from custos.model.state import State
from custos.policy.yaml_nodes import Entries, Items, Node, Text, read_yaml

_KEY, _MINUTE = "state", "cig_ref"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

type _Plain = str | list["_Plain"] | dict[str, "_Plain"]


def with_state(file: str, content: bytes, state: State) -> bytes:
    """The content with `state` as its state; everything else stays byte for byte.

    Raises BadInput when the file is not one mapping that has a state, or when the result would not say exactly that.
    """
    return _with(file, content, _KEY, state.value)


def with_minute(file: str, content: bytes, reference: str) -> bytes:
    """The content with a minute of the Corporate Information Group as its `cig_ref`, in a line of its own before its state where it had
    none; everything else stays byte for byte. Raises BadInput as `with_state` does.
    """
    before = _plain(file, content)
    if _MINUTE in before:
        return _with(file, content, _MINUTE, reference)
    mark, text = _parts(content)
    start, _ = _place(file, text, _KEY)
    line = text.rfind("\n", 0, text.rfind(_KEY, 0, start)) + 1
    ending = "\r\n" if "\r\n" in text else "\n"
    edited = mark + f"{text[:line]}{_MINUTE}: {_quoted(reference)}{ending}{text[line:]}".encode()
    return _checked(file, before, edited, _MINUTE, reference)


def _with(file: str, content: bytes, key: str, value: str) -> bytes:
    before = _plain(file, content)
    mark, text = _parts(content)
    start, end = _place(file, text, key)
    written = value if key == _KEY else _quoted(value)
    return _checked(file, before, mark + f"{text[:start]}{written}{text[end:]}".encode(), key, value)


def _checked(file: str, before: Mapping[str, _Plain], edited: bytes, key: str, value: str) -> bytes:
    if _plain(file, edited) != {**before, key: value}:
        raise _problem(file, f"Its {key} could not be changed without changing more.")
    return edited


def _quoted(reference: str) -> str:
    """A reference as YAML takes it for text, whatever it looks like."""
    return json.dumps(reference, ensure_ascii=False)


def _parts(content: bytes) -> tuple[bytes, str]:
    """The byte order mark, if there is one, and the text behind it."""
    mark = content[: len(content) - len(content.removeprefix(_BYTE_ORDER_MARK))]
    return mark, content.decode("utf-8-sig")


def _place(file: str, text: str, wanted: str) -> tuple[int, int]:
    """Where the value of the file's own `state`, or of another key, begins and ends."""
    depth, key = 0, ""
    event: Any
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth == 1 and isinstance(event, yaml.NodeEvent):
            if key == wanted and isinstance(event, yaml.ScalarEvent):
                start, end = event.start_mark, event.end_mark
                assert start is not None
                assert end is not None
                return start.index, end.index
            key = "" if key else _said(event)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
    raise _problem(file, f"It says no {wanted}.")


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
