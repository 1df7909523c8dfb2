"""What the tenant remembers of its sites, groups and users at the moments when it gave out delta links.

Comparing two moments finds every change, whoever made it. Old moments are forgotten, and links to them answer 410.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_MOST = 128
_DAYS = 30

State = Mapping[str, Mapping[str, Any]]
"""Every thing of one kind by id, as its JSON object."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The things of one kind at one moment, in seconds since 1970."""

    number: int
    kind: str
    at: int
    things: State


@dataclass
class Snapshots:
    """The moments remembered, oldest first."""

    _kept: dict[int, Snapshot] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def take(self, kind: str, at: int, things: State) -> Snapshot:
        """Remember a moment; one that is equal to the last of its kind is that one."""
        last = next((each for each in reversed(self._kept.values()) if each.kind == kind), None)
        if last is not None and last.things == things and list(last.things) == list(things) and at - last.at < 3600:
            return last
        made = Snapshot(next(self._numbers), kind, at, things)
        self._kept[made.number] = made
        while len(self._kept) > _MOST:
            self._kept.pop(next(iter(self._kept)))
        return made

    def find(self, number: int, kind: str, now: int) -> Snapshot | None:
        """A moment that is still remembered."""
        found = self._kept.get(number)
        return found if found is not None and found.kind == kind and now - found.at <= _DAYS * 86400 else None

    def forget(self, kind: str) -> None:
        """Let every delta link of a kind expire."""
        self._kept = {number: each for number, each in self._kept.items() if each.kind != kind}


def changed(before: State, after: State) -> tuple[list[str], list[str]]:
    """The ids of what is new or different, in today's order, and of what has gone."""
    different = [key for key, thing in after.items() if before.get(key) != thing]
    return different, [key for key in before if key not in after]
