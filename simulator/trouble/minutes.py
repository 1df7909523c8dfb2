"""How much each of the last sixty minutes carried, for the page on which an admin watches what an app spends."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

KEPT = 60


@dataclass(slots=True)
class Minute:
    """One minute of the machine's clock, by its number: requests, the resource units they cost, and how many of them
    were throttled.
    """

    number: int
    requests: int = 0
    units: int = 0
    throttled: int = 0


@dataclass(slots=True)
class Minutes:
    """The busy ones among the last sixty minutes, oldest first. `now` is in seconds."""

    _busy: deque[Minute] = field(default_factory=lambda: deque(maxlen=KEPT))

    def add(self, now: float, units: int) -> None:
        """One request more."""
        minute = self._at(now)
        minute.requests += 1
        minute.units += units

    def throttle(self, now: float) -> None:
        """The request that was just added had to wait."""
        self._at(now).throttled += 1

    def last(self, now: float, count: int) -> list[Minute]:
        """The last `count` minutes, oldest first, the present one at the end; quiet ones are there with zeros."""
        present = int(now // 60)
        busy = {minute.number: minute for minute in self._busy}
        return [busy.get(number) or Minute(number) for number in range(present - count + 1, present + 1)]

    def _at(self, now: float) -> Minute:
        number = int(now // 60)
        if not self._busy or self._busy[-1].number != number:
            self._busy.append(Minute(number))
        return self._busy[-1]
