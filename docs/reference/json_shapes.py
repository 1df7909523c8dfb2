"""docs/json.md, from the shapes of `--json`."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from datetime import date, datetime

from msgspec import Meta, Struct

from custos.report.shapes import BY_COMMAND, Shape
from custos.report.shapes.base import Value
from docs.reference.markdown import NOTE, capital, code, table

_NAMES = {str: "text", int: "number", float: "number", bool: "true or false", datetime: "moment", date: "day"}


def page() -> str:
    """The whole page."""
    lines = [
        "# What commands print for machines",
        "",
        NOTE,
        "",
        "With `--json` a command prints one JSON object and nothing else on its standard output; remarks go to standard error, and the",
        "exit code says the same as without. `version` is that of the object's form: names may be added to it without notice, and a name",
        'that goes or means something else raises it. Moments are in UTC (ISO 8601). `null` is unknown, `""` is none. Names of files in',
        "sensitive assets are masked as on the screen, and `--names` shows them.",
        "",
    ]
    told: set[type] = set()
    for command, shapes in BY_COMMAND.items():
        lines += [f"## custos {command} --json", ""]
        for shape in shapes:
            lines += _shape(shape, told, heading="")
    return "\n".join(lines).rstrip() + "\n"


def _shape(shape: type[Struct], told: set[type], *, heading: str) -> list[str]:
    if shape in told:
        return [f"{capital(_first_line(shape))} Its form is told above.", ""]
    told.add(shape)
    lines = [heading or _first_line(shape), ""]
    hints = typing.get_type_hints(shape, include_extras=True)
    lines += table(
        ("name", "is", "meaning"), ((code(name), _type(hint), _meaning(hint)) for name, hint in hints.items())
    )
    for inner in dict.fromkeys(one for hint in hints.values() for one in _inner(hint)):
        if inner not in told:
            lines += _shape(inner, told, heading=f"{code(inner.__name__)}: {_first_line(inner)}")
    return lines


def _first_line(shape: type) -> str:
    return (shape.__doc__ or "").strip().splitlines()[0]


def _meaning(hint: object) -> str:
    notes = [note for note in getattr(_plain(hint), "__metadata__", ()) if isinstance(note, Meta)]
    return capital(notes[0].description or "") if notes else ""


def _plain(hint: object) -> object:
    return hint.__value__ if isinstance(hint, typing.TypeAliasType) and hint is not Value else hint


def _inner(hint: object) -> Iterator[type[Struct]]:
    hint = _plain(hint)
    if isinstance(hint, type) and issubclass(hint, Shape):
        yield hint
    for part in typing.get_args(hint):
        yield from _inner(part)


def _type(hint: object) -> str:
    hint = _plain(hint)
    if hint is Value:
        return "value"
    if typing.get_origin(hint) is typing.Annotated:
        return _type(typing.get_args(hint)[0])
    parts = typing.get_args(hint)
    match typing.get_origin(hint):
        case typing.Literal:
            return ", ".join(str(part) for part in parts)
        case types.UnionType:
            return " or ".join("null" if part is type(None) else _type(part) for part in parts)
        case origin if origin is list:
            return f"list of {_type(parts[0])}"
        case origin if origin is dict:
            return f"text ► {_type(parts[1])}"
    if isinstance(hint, type) and issubclass(hint, Shape):
        return code(hint.__name__)
    return _NAMES.get(typing.cast("type", hint), "value")
