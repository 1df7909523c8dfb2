"""Would a checker notice if an answer called something by a wrong name? Each field of each kind of answer, renamed once.

Left alone are names that no service description fixes: annotations, a list's own columns, the free part of an audit
record; and refusals and batches, whose parts stand in recordings of their own as well.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

_OPEN = frozenset({"fields", "auditData"})
_NUMBERED = re.compile(r"[^/]*[!,:@\d][^/]*")
_MOST_ENTRIES = 40  # of one collection that are searched for fields


@dataclass(frozen=True, slots=True)
class Renamed:
    """An exchange in which one field has another name: `name` stands there alone, `was` is where it was."""

    name: str
    was: str
    line: bytes


def renamed(recordings: Iterable[Path]) -> list[Renamed]:
    """One exchange for each field of each kind of answer in the recordings."""
    made: list[Renamed] = []
    seen: set[str] = set()
    for recording in recordings:
        with recording.open("rb") as lines:
            for line in lines:
                exchange: dict[str, Any] = msgspec.json.decode(line)
                for entry, path in _fields(exchange):
                    where = f"{_kind(exchange)} {'.'.join(path)}"
                    if where not in seen:
                        seen.add(where)
                        name = f"{path[-1]}Renamed{len(made)}"
                        made.append(Renamed(name, where, _with(exchange, entry, path, name)))
    return made


def _kind(exchange: dict[str, Any]) -> str:
    path = urlsplit(exchange["url"]).path.removeprefix("/v1.0")
    return f"{exchange['method']} {_NUMBERED.sub('{id}', path)}"


def _fields(exchange: dict[str, Any]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Where the fields of an answer are: the entry of the collection (-1: it is none) and the names down to each."""
    answered, path = exchange.get("response"), urlsplit(exchange["url"]).path
    if exchange["status"] >= 300 or not isinstance(answered, dict) or path.endswith(("/$batch", "/fields")):
        return
    values = answered.get("value")
    if isinstance(values, list):
        for entry, each in enumerate(values[:_MOST_ENTRIES]):
            yield from ((entry, path) for path in _paths(each))
    else:
        yield from ((-1, path) for path in _paths(answered))


def _paths(thing: object) -> Iterator[tuple[str, ...]]:
    if isinstance(thing, list):
        for each in thing[:1]:
            yield from _paths(each)
    elif isinstance(thing, dict):
        for name, value in thing.items():
            if "@" not in name:
                yield (name,)
                if name not in _OPEN:
                    yield from ((name, *path) for path in _paths(value))


def _with(exchange: dict[str, Any], entry: int, path: tuple[str, ...], name: str) -> bytes:
    """The exchange with that field renamed; of a collection nothing but the entry is kept."""
    answered = exchange["response"]
    if entry >= 0:
        answered, path = {**answered, "value": [answered["value"][entry]]}, ("value", *path)
    return msgspec.json.encode({**exchange, "response": _renamed(answered, path, name)}) + b"\n"


def _renamed(thing: Any, path: tuple[str, ...], name: str) -> Any:
    if isinstance(thing, list):
        return [_renamed(thing[0], path, name), *thing[1:]]
    if len(path) == 1:
        return {name if key == path[0] else key: value for key, value in thing.items()}
    return {**thing, path[0]: _renamed(thing[path[0]], path[1:], name)}


def overlooked(checker: Path, wrong: Iterable[Renamed], recording: Path) -> list[Renamed]:
    """Those that the checker does not name among its faults. They are written into `recording` for it."""
    told = list(wrong)
    recording.write_bytes(b"".join(each.line for each in told))
    checked = subprocess.run(
        [sys.executable, str(checker), str(recording)], capture_output=True, text=True, check=False
    )
    named = set(re.findall(r"\w+Renamed\d+", checked.stdout + checked.stderr)) if checked.returncode else set()
    return [each for each in told if each.name not in named]
