"""The troubles of one tenant: those that wait, those that stand, and what has happened.

Chance is seeded, trouble by trouble: the same seed and the same requests in the same order meet the same trouble.
"""

from __future__ import annotations

import itertools
import random
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from simulator.control.clock_moves import span
from simulator.refusal import not_found
from simulator.tenant.clock import TenantClock, instant
from simulator.trouble.kinds import AtOnce, OnNotifications, OnRequests, Throttled, Trouble, name_of
from simulator.trouble.script import Script, begins_at

_RECENT = 200


@dataclass(eq=False)
class Standing[T: Trouble]:
    """A trouble that was asked for. `left` is how many requests still pass, `happened` how often it has hit."""

    id: str
    trouble: T
    begins: float
    ends: float | None
    chance: random.Random
    left: int = 0
    happened: int = 0
    begun: bool = False

    def hits(self) -> bool:
        """Whether it falls on one more request or notification that fits."""
        trouble = self.trouble
        if self.left > 0:
            self.left -= 1
            return False
        if not isinstance(trouble, (OnRequests, OnNotifications)):
            return True
        return trouble.rate >= 1 or self.chance.random() < trouble.rate

    def spent(self) -> bool:
        """Whether it has hit as often as it may. One that throttles says so itself: who comes early is hit again."""
        trouble = self.trouble
        if isinstance(trouble, Throttled):
            return False
        if isinstance(trouble, AtOnce):
            return self.happened > 0
        return isinstance(trouble, (OnRequests, OnNotifications)) and 0 < trouble.times <= self.happened

    def body(self, now: float) -> dict[str, Any]:
        """As the control address shows it."""
        described = {"id": self.id, **msgspec.to_builtins(self.trouble)}
        described |= {"happened": self.happened, "standing": self.begins <= now}
        return described | ({"until": instant(self.ends)} if self.ends is not None else {})


type Effect = Callable[[Standing[Any]], None]


@dataclass
class Troubles:
    """Every trouble of a tenant. `begin` and `end` do what those kinds do that are no answers, `check` refuses one that
    cannot be: `simulator.trouble.effects` sets them.
    """

    clock: TenantClock
    seed: int
    happened: dict[str, int] = field(default_factory=dict)
    recent: deque[dict[str, str]] = field(default_factory=lambda: deque(maxlen=_RECENT))
    check: Callable[[Trouble], None] = lambda _: None
    begin: Effect = lambda _: None
    end: Effect = lambda _: None
    _asked: list[Standing[Any]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def add(self, script: Script) -> list[str]:
        """Ask for the troubles of a script, in its order; returns their ids. Raises Refused for one that cannot be."""
        for trouble in script.troubles:
            self.check(trouble)
        now = self.clock.seconds()
        if script.seed is not None:
            self.seed = script.seed
        made = [self._asked_for(trouble, now) for trouble in script.troubles]
        self._asked += made
        self.tick()
        return [each.id for each in made]

    def _asked_for(self, trouble: Trouble, now: float) -> Standing[Any]:
        number, begins = next(self._numbers), begins_at(trouble.at, now)
        ends = begins + span(trouble.lasts).total_seconds() if trouble.lasts else None
        chance = random.Random(f"{self.seed}/{number}/{name_of(trouble)}")
        return Standing(f"t{number}", trouble, begins, ends, chance, left=getattr(trouble, "after", 0))

    def take_off(self, which: str = "") -> int:
        """Take troubles off: by id, by kind, or all. Returns how many. Raises Refused 404 for one that is not there."""
        chosen = [each for each in self._asked if which in ("", each.id, name_of(each.trouble))]
        if which and not chosen:
            raise not_found(f"A trouble {which!r}")
        for each in chosen:
            self._remove(each)
        return len(chosen)

    def waiting(self) -> list[Mapping[str, object]]:
        """What has not happened yet or still stands, as JSON objects."""
        self.tick()
        now = self.clock.seconds()
        return [each.body(now) for each in self._asked]

    def standing[T: Trouble](self, kind: type[T] | tuple[type[T], ...]) -> list[Standing[T]]:
        """Those of a kind that stand now, the first asked for first."""
        return [each for each in self._asked if each.begun and isinstance(each.trouble, kind)]

    def on_notification[T: OnNotifications](self, kind: type[T]) -> T | None:
        """The trouble of this kind that falls on a notification, if any; it is counted."""
        self.tick()
        for each in self.standing(kind):
            if each.hits():
                self.count(each, "a notification")
                return each.trouble
        return None

    def on_request(self, method: str, path: str) -> None:
        """Let those happen that wait for a request like this one."""
        self.tick()
        for each in self.standing(AtOnce):
            trouble = each.trouble
            if trouble.after and fits(trouble, method, path) and each.hits():
                self._happen(each, f"{method} {path}")

    def count(self, each: Standing[Any], on: str) -> None:
        """Note that a trouble has hit; it is gone when it has hit as often as it may."""
        kind = name_of(each.trouble)
        each.happened += 1
        self.happened[kind] = self.happened.get(kind, 0) + 1
        self.recent.append({"at": instant(self.clock.seconds()), "id": each.id, "kind": kind, "on": on})
        if each.spent():
            self._remove(each)

    def tick(self) -> None:
        """Begin and end what the tenant's clock has reached."""
        if not self._asked:
            return
        now = self.clock.seconds()
        for each in [each for each in self._asked if each.ends is not None and each.ends <= now]:
            self._remove(each)
        for each in [each for each in self._asked if not each.begun and each.begins <= now]:
            each.begun = True
            if not isinstance(each.trouble, (OnRequests, OnNotifications)) and not each.left:
                self._happen(each, "at once")

    def _happen(self, each: Standing[Any], on: str) -> None:
        self.begin(each)
        self.count(each, on)

    def _remove(self, each: Standing[Any]) -> None:
        self._asked.remove(each)
        if each.begun:
            self.end(each)


def fits(trouble: OnRequests | AtOnce, method: str, path: str) -> bool:
    """Whether a request is one of those that a trouble is about. `path` holds the query."""
    return trouble.path in path and trouble.method.upper() in ("", method)
