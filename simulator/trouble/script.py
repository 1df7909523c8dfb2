"""Troubles as people write them, JSON or YAML, read with everything that is wrong said in one sentence.

A script lists troubles and may name the seed of their chance:

    seed: 7
    troubles:
      - {kind: errors, rate: 0.1}
      - {kind: throttled, path: /delta, seconds: 20, after: 30}
      - {kind: expired, at: PT2H}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
import yaml

from simulator.control.clock_moves import span
from simulator.refusal import Refused, bad_request
from simulator.tenant.clock import moment
from simulator.trouble.kinds import KINDS, Trouble

_PARTS = ("seed", "troubles")


@dataclass(frozen=True, slots=True)
class Script:
    """Troubles, in order. `seed` decides what chance brings; None leaves it as it is."""

    troubles: tuple[Trouble, ...]
    seed: int | None = None


def read_script(path: Path) -> Script:
    """The script in a file. Raises Refused 400 with the file, what is wrong there and what to write instead."""
    try:
        described = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise bad_request(f"{path}: cannot be read ({type(error).__name__}).") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise bad_request(f"{path}, line {line}: this is no YAML or JSON ({error.problem}).") from error
    except yaml.YAMLError as error:
        raise bad_request(f"{path}: this is no YAML or JSON.") from error
    try:
        return script_from(described)
    except Refused as refusal:
        raise bad_request(f"{path}: {refusal.message}") from refusal


def script_from(described: object) -> Script:
    """A script out of decoded JSON or YAML: one trouble, a list of them, or an object with `troubles`.

    Raises Refused 400.
    """
    seed: object = None
    if isinstance(described, Mapping) and "troubles" in described:
        if unknown := [str(name) for name in described if name not in _PARTS]:
            raise bad_request(f"A script has no {unknown[0]!r}; it has seed and troubles.")
        seed, described = described.get("seed"), described["troubles"]
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int)):
        raise bad_request(f"The seed must be a whole number, not {seed!r}.")
    if isinstance(described, Mapping):
        described = [described]
    if isinstance(described, str) or not isinstance(described, Sequence):
        raise bad_request("A script is a list of troubles; write for example [{kind: html, path: /delta}].")
    return Script(tuple(_trouble(number, each) for number, each in enumerate(described, start=1)), seed)


def _trouble(number: int, described: object) -> Trouble:
    if not isinstance(described, Mapping):
        raise bad_request(f"Trouble {number} is no object; write for example {{kind: html, path: /delta}}.")
    kind = KINDS.get(str(described.get("kind", "")))
    if kind is None:
        raise bad_request(
            f"Trouble {number}: there is no kind {described.get('kind')!r}; there are {', '.join(KINDS)}."
        )
    name, known = described["kind"], {each.name for each in msgspec.structs.fields(kind)}
    if unknown := [str(each) for each in described if each not in known and each != "kind"]:
        raise bad_request(f"Trouble {number}, {name}: it has no {unknown[0]!r}; it has {', '.join(sorted(known))}.")
    try:
        trouble = msgspec.convert({key: _text(value) for key, value in described.items()}, kind)
    except msgspec.ValidationError as error:
        raise bad_request(f"Trouble {number}, {name}: {error}.") from error
    _check_times(trouble, f"Trouble {number}, {name}")
    return trouble


def _text(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value  # YAML reads moments by itself


def _check_times(trouble: Trouble, where: str) -> None:
    try:
        if trouble.lasts:
            span(trouble.lasts)
        begins_at(trouble.at, 0.0)
    except Refused as refusal:
        raise bad_request(f"{where}: {refusal.message}") from refusal


def begins_at(at: str, now: float) -> float:
    """When a trouble begins, in seconds since 1970: `at` is a duration from `now`, or a moment. Raises Refused 400."""
    if not at:
        return now
    if "P" in at.upper()[:2]:
        return now + span(at).total_seconds()
    try:
        return float(moment(at))
    except ValueError as error:
        raise bad_request(f"{at!r} is no moment; write PT2H or 2026-11-23T14:00:00Z.") from error
