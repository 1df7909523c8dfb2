"""Trouble put on and taken off by forms of the pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from simulator.refusal import bad_request
from simulator.trouble.kinds import KINDS
from simulator.trouble.script import script_from
from simulator.trouble.troubles import Troubles


def _put_on(troubles: Troubles, form: Mapping[str, str]) -> str:
    kind = KINDS.get(form.get("kind", ""))
    if kind is None:
        raise bad_request(f"There is no kind {form.get('kind')!r}; there are {', '.join(KINDS)}.")
    told: dict[str, Any] = {"kind": form["kind"]}
    for field in msgspec.structs.fields(kind):
        if isinstance(field.default, bool):
            told[field.name] = field.name in form
        elif form.get(field.name, "").strip():
            told[field.name] = _read(field.name, form[field.name].strip(), field.default)
    (number,) = troubles.add(script_from(told))
    return f"Asked for {form['kind']}, as {number}."


def _read(name: str, text: str, default: object) -> object:
    try:
        if isinstance(default, tuple):
            return [int(each) for each in text.split(",")]
        if isinstance(default, int):
            return int(text)
        return float(text) if isinstance(default, float) else text
    except ValueError as error:
        raise bad_request(f"{name} must be a number, not {text!r}.") from error


def _take_off(troubles: Troubles, form: Mapping[str, str]) -> str:
    many = troubles.take_off(form.get("which", ""))
    return "One trouble was taken off." if many == 1 else f"{many} troubles were taken off."


TROUBLING: Mapping[str, Callable[[Troubles, Mapping[str, str]], str]] = {
    "put-trouble-on": _put_on,
    "take-trouble-off": _take_off,
}
"""What forms can do with troubles, by verb: each says what it did. Raises Refused."""
