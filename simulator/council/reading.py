"""Reads a council's YAML into frozen records, and says with file, line and column what does not fit them: all of it at once.

A record is a dataclass: its fields are the keys, those without a default are needed. A field named `mark` gets the record's own place.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal, NewType, cast

import yaml

from custos.did_you_mean import near
from custos.errors import Mark
from custos.problems import Problems, Remedy

Day = NewType("Day", str)
"""A day, as 2024-03-14."""
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WHOLE = re.compile(r"-?[0-9]{1,12}")
_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,12})?")
_FLAGS: Mapping[str, bool] = {"yes": True, "no": False}


def read[T](path: Path, shape: type[T], problems: Problems) -> T | None:
    """The record that a file holds; None, with what is wrong among the problems, when it holds none."""
    top = Mark(path.name)
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_LOADER)
    except (OSError, UnicodeDecodeError):
        problems.error(top, "This file is missing, or is no text.")
        return None
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark or error.context_mark
        problems.error(
            Mark(path.name, at.line + 1, at.column + 1) if at else top,
            f"This is no YAML: {error.problem or 'unreadable'}.",
        )
        return None
    if node is None:
        problems.error(top, "This file is empty.")
        return None
    return cast("T | None", _Reader(path.name, problems).value(node, shape))


@cache
def _hints(shape: Any) -> Mapping[str, Any]:
    return typing.get_type_hints(shape)


class _Reader:
    def __init__(self, file: str, problems: Problems) -> None:
        self._file, self._problems = file, problems

    def value(self, node: yaml.Node, shape: Any) -> object:
        """What a node says, as a shape has it; None where it does not, which is among the problems then."""
        origin, parts = typing.get_origin(shape), typing.get_args(shape)
        if origin in (types.UnionType, typing.Union):
            return self.value(node, parts[0])
        if is_dataclass(shape):
            return self._record(node, shape)
        if origin is tuple:
            return self._several(node, parts)
        if origin is dict:
            return {key: self.value(value, parts[1]) for key, (_, value) in self._entries(node).items()}
        if origin is Literal:
            return self._text(node, parts.__contains__, f"Write one of {', '.join(map(str, parts))}.")
        return self._plain(node, shape)

    def _plain(self, node: yaml.Node, shape: Any) -> object:
        if shape is bool:
            written = self._text(node, _FLAGS.__contains__, "Write yes or no.")
            return None if written is None else _FLAGS[written]
        if shape is int:
            written = self._text(node, _WHOLE.fullmatch, "Write a whole number.")
            return None if written is None else int(written)
        if shape is float:
            written = self._text(node, _NUMBER.fullmatch, "Write a number.")
            return None if written is None else float(written)
        if shape is Day:
            return self._text(node, _is_day, "Write a day as 2024-03-14.")
        return self._text(node, lambda _: True, "Write a text.")

    def _text(self, node: yaml.Node, fits: Callable[[str], object], remedy: str) -> str | None:
        if not isinstance(node, yaml.ScalarNode):
            self._refuse(node, "This is no single value.", remedy)
        elif not fits(node.value):
            self._refuse(node, f'"{node.value}" does not fit here.', remedy)
        else:
            return str(node.value)
        return None

    def _several(self, node: yaml.Node, parts: tuple[Any, ...]) -> tuple[object, ...]:
        if not isinstance(node, yaml.SequenceNode):
            self._refuse(node, "This is no list.", "Write a list.")
            return ()
        if parts[1:] == (...,):
            return tuple(self.value(each, parts[0]) for each in node.value)
        if len(node.value) != len(parts):
            self._refuse(node, f"This list has {len(node.value)} entries.", f"Write {len(parts)}.")
            return ()
        return tuple(self.value(each, part) for each, part in zip(node.value, parts, strict=True))

    def _record(self, node: yaml.Node, shape: Any) -> object:
        hints = _hints(shape)
        known = {field.name: field for field in fields(shape) if field.name != "mark"}
        found: dict[str, object] = {}
        entries = self._entries(node)
        for key, (at, value) in entries.items():
            if key in known:
                found[key] = self.value(value, hints[key])
            else:
                self._refuse(at, f'There is no key "{key}" here.', near(key, known))
        needed = [
            name for name, field in known.items() if field.default is MISSING and field.default_factory is MISSING
        ]
        lacking = [name for name in needed if name not in found]
        if lacking and isinstance(node, yaml.MappingNode):
            self._refuse(node, f"This lacks {', '.join(lacking)}.", "")
        if lacking or any(value is None for value in found.values()):
            return None
        return shape(**found, **({"mark": self._mark(node)} if "mark" in hints else {}))

    def _entries(self, node: yaml.Node) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        if not isinstance(node, yaml.MappingNode):
            self._refuse(node, "This is no mapping.", "Write keys and values.")
            return {}
        found: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
            if not name or name in found:
                self._refuse(key, f'The key "{name}" stands twice.' if name else "This is no key.", "")
                continue
            found[name] = (key, value)
        return found

    def _refuse(self, node: yaml.Node, what: str, remedy: Remedy) -> None:
        self._problems.error(self._mark(node), what, remedy)

    def _mark(self, node: yaml.Node) -> Mark:
        return Mark(self._file, node.start_mark.line + 1, node.start_mark.column + 1)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
