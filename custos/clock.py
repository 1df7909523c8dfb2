"""Time as a service: nothing else in Custos asks what time it is.

Domain time (staleness, notice periods, digests) follows the tenant's clock, which the simulated tenant can move. Tokens,
leases and throttling follow the machine's own clock and take it from `time` where they are used.
"""

from __future__ import annotations

import json
import time
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

_REHEARSAL_CACHE_SECONDS = 0.5


class Clock(Protocol):
    """Tells the tenant's time."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock, which a real tenant shares."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class FixedClock:
    """A clock that stands still until it is moved: for tests of policies, and ours."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment

    def advance(self, by: timedelta) -> None:
        self.moment += by


@dataclass
class RehearsalClock:
    """The clock of a simulated tenant, asked over HTTP at `url` (answer: `{"now": "2026-11-22T09:00:00Z"}`).

    The answer is kept as an offset to the machine's clock for half a second, so that a busy loop does not ask each time.
    """

    url: str
    _offset: timedelta = field(default=timedelta(0), init=False)
    _asked: float = field(default=-1e9, init=False)

    def now(self) -> datetime:
        if time.monotonic() - self._asked > _REHEARSAL_CACHE_SECONDS:
            with urllib.request.urlopen(self.url, timeout=5) as answer:
                told = datetime.fromisoformat(json.load(answer)["now"])
            self._offset = told - datetime.now(UTC)
            self._asked = time.monotonic()
        return datetime.now(UTC) + self._offset


def clock_from(setting: str) -> Clock:
    """The clock that the setting CUSTOS_CLOCK names: `system`, or the address of a simulated tenant's clock."""
    return SystemClock() if setting in ("", "system") else RehearsalClock(setting)
