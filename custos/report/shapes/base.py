"""What every shape of `--json` shares."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct, to_builtins

type Value = str | int | float | bool | None


def data(value: str | float | bool | datetime | None) -> Value:
    """A fact as data; a moment in ISO 8601."""
    return value.isoformat() if isinstance(value, datetime) else value


def said(words: str) -> Meta:
    """What a name of a shape means."""
    return Meta(description=words)


type Version = Annotated[Literal[1], said("of this shape")]


class Shape(Struct, frozen=True, kw_only=True):
    """One object."""


def text_of(shape: Shape) -> str:
    """As it is printed: one object, ASCII alone, so that no terminal is moved by it."""
    return json.dumps(to_builtins(shape), indent=1)
