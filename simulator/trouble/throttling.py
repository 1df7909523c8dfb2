"""What requests cost, and what happens to a caller that spends too much.

Windows follow the machine's clock, not the tenant's, which can be moved. Limits (page of 2025-10-02): resource units a
minute and a day for an app, in five minutes for the tenant, and 300 "specific sharing API" calls in five minutes for an
app. Throttled calls cost too, and coming back early lengthens the wait.

Source: https://learn.microsoft.com/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.trouble.minutes import Minute, Minutes

_TIERS = ((1_000, 1_250), (5_000, 2_500), (15_000, 3_750), (50_000, 5_000))
_LARGEST = 6_250
_DAY_MINUTES = 960  # 1,200,000 a day over 1,250 a minute, and so in every tier
_TENANT_FACTOR = 15  # 18,750 in five minutes over 1,250 a minute, and so in every tier
_SHARING_CALLS, _SHARING_SECONDS = 300, 300.0
_WARN_FROM = 0.8


def units_per_minute(licences: int) -> int:
    """Resource units a minute that one app may spend in a tenant with so many licences."""
    return next((units for most, units in _TIERS if licences <= most), _LARGEST)


@dataclass(slots=True)
class Window:
    """A budget that begins again every `seconds`."""

    limit: int
    seconds: float
    began: float
    used: int = 0

    def spend(self, units: int, now: float) -> bool:
        """Spend, and say whether the budget still held."""
        if now - self.began >= self.seconds:
            self.began, self.used = now - (now - self.began) % self.seconds, 0
        self.used += units
        return self.used <= self.limit

    def remaining_seconds(self, now: float) -> int:
        """Whole seconds until the window begins again, at least one."""
        return max(1, math.ceil(self.began + self.seconds - now))


@dataclass(frozen=True, slots=True)
class Spent:
    """What one app has asked for since the start. `came_early` counts calls before the wait they were told was over."""

    requests: int
    units: int
    throttled: int
    came_early: int


@dataclass(slots=True)
class _App:
    minute: Window
    day: Window
    sharing: deque[float] = field(default_factory=deque)
    units: int = 0
    requests: int = 0
    throttled: int = 0
    penalty_until: float = 0.0
    penalty: int = 0
    came_early: int = 0
    minutes: Minutes = field(default_factory=Minutes)


@dataclass(frozen=True, slots=True)
class Charge:
    """What a request was told: `retry_after` seconds (0: it may pass) and the RateLimit headers to send along."""

    retry_after: int
    headers: dict[str, str]


class Meter:
    """Counts resource units for each app and for the tenant, and says who must wait."""

    def __init__(
        self, licences: int, *, throttling: bool = True, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._now = monotonic
        self._throttling = throttling
        self.limit = units_per_minute(licences)
        self._apps: dict[str, _App] = {}
        self._tenant = Window(self.limit * _TENANT_FACTOR, 300.0, self._now())

    def charge(self, app_id: str, units: int, *, sharing: bool = False) -> Charge:
        """Charge a request of `units` resource units to an app; `sharing` counts it as a specific sharing API."""
        now = self._now()
        app = self._apps.get(app_id)
        if app is None:
            app = self._apps[app_id] = _App(
                Window(self.limit, 60.0, now), Window(self.limit * _DAY_MINUTES, 86_400.0, now)
            )
        app.units += units
        app.requests += 1
        app.minutes.add(now, units)
        if units == 0 or not self._throttling:
            return Charge(0, {})
        within = app.minute.spend(units, now)
        wait = 0 if within else app.minute.remaining_seconds(now)
        if not app.day.spend(units, now):
            wait = max(wait, app.day.remaining_seconds(now))
        if not self._tenant.spend(units, now):
            wait = max(wait, self._tenant.remaining_seconds(now))
        if sharing:
            wait = max(wait, self._sharing(app, now))
        if now < app.penalty_until:
            app.came_early += 1
            wait = max(wait, app.penalty)
        headers = self._headers(app, now)
        if wait:
            app.throttled += 1
            app.minutes.throttle(now)
            app.penalty = max(wait, app.penalty if now < app.penalty_until else 0)
            app.penalty_until = now + app.penalty
            return Charge(app.penalty, headers)
        return Charge(0, headers)

    def _sharing(self, app: _App, now: float) -> int:
        while app.sharing and now - app.sharing[0] >= _SHARING_SECONDS:
            app.sharing.popleft()
        app.sharing.append(now)
        if len(app.sharing) <= _SHARING_CALLS:
            return 0
        return max(1, math.ceil(app.sharing[-_SHARING_CALLS] + _SHARING_SECONDS - now))

    def _headers(self, app: _App, now: float) -> dict[str, str]:
        if app.minute.used < _WARN_FROM * self.limit:
            return {}
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(max(0, self.limit - app.minute.used)),
            "RateLimit-Reset": str(app.minute.remaining_seconds(now)),
        }

    def minutes(self, count: int) -> dict[str, list[Minute]]:
        """The last `count` minutes (at most 60) of each app by client id, oldest first, the present one at the end."""
        now = self._now()
        return {app_id: app.minutes.last(now, count) for app_id, app in self._apps.items()}

    def spent(self) -> dict[str, Spent]:
        """Each app since the start, by client id."""
        return {
            app_id: Spent(app.requests, app.units, app.throttled, app.came_early) for app_id, app in self._apps.items()
        }

    def report(self) -> dict[str, object]:
        """Units, requests and throttled calls for each app since the start, by client id."""
        return {
            "unitsPerMinute": self.limit,
            "units": sum(app.units for app in self._apps.values()),
            "requests": sum(app.requests for app in self._apps.values()),
            "throttled": sum(app.throttled for app in self._apps.values()),
            "apps": {
                app_id: {
                    "units": app.units,
                    "requests": app.requests,
                    "throttled": app.throttled,
                    "cameEarly": app.came_early,
                }
                for app_id, app in self._apps.items()
            },
        }
