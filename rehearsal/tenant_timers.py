"""Custos's timers on the tenant's clock, for a stage that stays.

The host's own timers follow the machine's clock, as in Azure, so a fortnight on the tenant's page would wake nothing. Here
each timer fires when the tenant's clock passes its moment. A clock that somebody sends into the future is walked there: it
stops at the moments of the timers that are due once or twice a day, everything that has come due since runs, the app comes to
rest, and the clock goes on.

Timers that are due more often fire about once a day of the walk. Those that are due every few minutes also stop it where the council's
clock makes a difference to them: when the afternoon's notes go out, and, where something may have been done since, last before that
ends. So what was done on a working day is told on it, as it is where nobody walks the clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from custos.bootstrap import Custos
from custos.dates import on_working_day
from custos.notices.council_hours import LAST_HOUR, NOTES_FROM
from local_host.schedule import Schedule
from rehearsal.stack import Stage
from rehearsal.waiting import TookTooLong, fired, quiet

_STOPS_APART = timedelta(hours=12)
_OFTEN = timedelta(minutes=15)
_POLL_SECONDS = 0.5


def next_stop(timers: Mapping[str, Schedule], since: datetime, goal: datetime, zone: ZoneInfo) -> datetime:
    """Where a clock on its way to `goal` stops first after `since`: at a timer that fires at most twice a day, at a moment of council time
    (`zone`) at which one of every few minutes has something else to do, or at the goal."""
    daily = [schedule.after(since) for schedule in timers.values() if _is_daily(schedule, since)]
    often = [schedule for schedule in timers.values() if _is_often(schedule, since)]
    return min([*daily, *_turns(often, since, zone), goal])


def _turns(often: Collection[Schedule], since: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """The moments after `since` at which such timers first send notes on a working day, and last, when the clock stands in between."""
    day = on_working_day(since.astimezone(zone).date(), ())
    ends = datetime.combine(day, LAST_HOUR, zone).astimezone(UTC)
    if ends <= since:
        day = on_working_day(day + timedelta(days=1), ())
        ends = datetime.combine(day, LAST_HOUR, zone).astimezone(UTC)
    for schedule in often:
        first = schedule.after(datetime.combine(day, NOTES_FROM, zone).astimezone(UTC) - timedelta(microseconds=1))
        if first > since:
            yield first
        elif first < since:
            last = schedule.after(ends - _OFTEN)
            while (later := schedule.after(last)) < ends:
                last = later
            if since < last < ends:
                yield last


def due(timers: Mapping[str, Schedule], since: datetime, until: datetime) -> list[str]:
    """The timers whose moment lies after `since` and not after `until`, in the order of those moments."""
    coming = sorted((schedule.after(since), name) for name, schedule in timers.items())
    return [name for moment, name in coming if moment <= until]


def _is_daily(schedule: Schedule, since: datetime) -> bool:
    first = schedule.after(since)
    return schedule.after(first) - first >= _STOPS_APART


def _is_often(schedule: Schedule, since: datetime) -> bool:
    first = schedule.after(since)
    return schedule.after(first) - first <= _OFTEN


@dataclass
class Timekeeper:
    """Keeps the time of a stage whose tenant was started with `--walked-clock`. `tell` takes a line for each stop."""

    app: Custos
    stage: Stage
    tell: Callable[[str], None]
    _fired: dict[str, datetime] = field(default_factory=dict, init=False)

    async def keep(self) -> None:
        """Fire what is due, and walk the clock where it is sent, until cancelled. A timer that fails is told, and time goes on."""
        timers = await asyncio.to_thread(self.stage.timers)
        passed = (await asyncio.to_thread(self.stage.clock)).now
        while True:
            passed = await self.catch_up(timers, passed)
            await asyncio.sleep(_POLL_SECONDS)

    async def catch_up(self, timers: Mapping[str, Schedule], passed: datetime) -> datetime:
        """Fire everything that is due after `passed`, up to where the clock stands or is sent. Returns the moment that was reached."""
        while True:
            time = await asyncio.to_thread(self.stage.clock)
            goal = time.bound_for or time.now
            if goal <= passed:
                return goal
            stop = next_stop(timers, passed, goal, self.app.zone) if time.bound_for else goal
            if stop > time.now:
                await asyncio.to_thread(self.stage.set_clock, stop)
            woken = [
                name
                for name in due(timers, passed, stop)
                if not time.bound_for or self._is_wanted(name, timers[name], passed, stop)
            ]
            for function in woken:
                self._fired[function] = stop
                await self._fire(function)
            if time.bound_for:
                self.tell(f"{stop:%a %-d %b %Y, %H:%M}: {', '.join(woken) or 'the clock is where it was sent'}")
            passed = stop
            if not time.bound_for:
                return passed  # it goes on at the machine's pace, and so does whoever keeps it

    def _is_wanted(self, function: str, schedule: Schedule, passed: datetime, stop: datetime) -> bool:
        fired = self._fired.get(function)
        if fired is None or _is_daily(schedule, stop) or stop - fired >= _STOPS_APART:
            return True
        return _is_often(schedule, stop) and stop in _turns([schedule], passed, self.app.zone)

    async def _fire(self, function: str) -> None:
        try:
            await fired(self.stage, function)
            await quiet(self.app, self.stage)
        except TookTooLong as trouble:
            self.tell(str(trouble))
