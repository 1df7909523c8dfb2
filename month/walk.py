"""A month on a stage: the tenant is found, mirrored and governed, then its clock walks from working day to working day.

Every timer of Custos fires where the tenant's clock passes its moment (`rehearsal.tenant_timers`). People read their cards in between,
at half past ten and at three. Teams is away on one day. Whoever may release runs over their ceilings does so every day.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from custos.bootstrap import Custos, build
from custos.engine.run import RunState
from custos.errors import BadInput
from custos.jobs import identity, policies, runs
from custos.jobs.evaluation import look
from custos.report import work_json
from custos.report.shapes import text_of
from custos.settings import settings_from
from local_host.schedule import Schedule
from month.calendar import LONDON, Calendar
from month.evidence import Evidence
from month.habits import Habits
from month.people import People
from month.record import Record, read
from rehearsal.narrator import Narrator
from rehearsal.operators import APPROVER, OPERATOR, signed_in
from rehearsal.promotion import promote_all
from rehearsal.stack import Stage, post, stage
from rehearsal.tenant_timers import Timekeeper
from rehearsal.waiting import fired, mirrored, quiet
from simulator.entra.credential import signed_in as opening_of

FIRST = date(2026, 11, 24)
"""The first cards are of this day."""
SCALE = 0.002
_MORNING, _AFTERNOON, _EVENING = time(10, 30), time(15), time(20)
_TEAMS = ("/bot/", "sendActivityNotification")
_SETTINGS = {
    "AzureFunctionsJobHost__extensions__queues__visibilityTimeout": "00:00:01",
    "CUSTOS_EVALUATION_SECONDS_APART": "1",
    "CUSTOS_SCHEDULE_DISCOVERY": "0 0 6 * * 1",
    "CUSTOS_SCHEDULE_SYNC": "0 30 6 * * 3",
    "CUSTOS_SCHEDULE_RECONCILE": "0 0 1 * * 6",
    "CUSTOS_SCHEDULE_KPIS": "0 0 6 * * 5",
    "CUSTOS_SCHEDULE_EVALUATION": "0 0 5 * * 1-5",
}
"""What reads everything comes once a week: webhooks tell of what changes in between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What is to be played: so many working days, on these sites (none: all), at this part of the council's items."""

    seed: int
    days: int
    scale: float = SCALE
    sites: Sequence[str] = ()


def play(month: Month, home: Path, narrator: Narrator) -> Evidence:
    """A whole month, on a stage of its own in the folder `home`; what there is to judge it by."""
    simulator = ["--walked-clock", *(word for site in month.sites for word in ("--site", site))]
    with stage(home, scale=month.scale, simulator=simulator, settings=_SETTINGS) as standing:
        return asyncio.run(_played(month, standing, narrator))


async def _played(month: Month, standing: Stage, narrator: Narrator) -> Evidence:
    app = build(settings_from(standing.environment), opening=opening_of(standing.environment))
    try:
        return await _Walk(month, app, standing, narrator).walk()
    finally:
        await app.close()


@dataclass
class _Walk:
    month: Month
    app: Custos
    stage: Stage
    narrator: Narrator
    calendar: Calendar = field(init=False)
    record: Record = field(init=False)
    people: People = field(init=False)
    _timers: Mapping[str, Schedule] = field(default_factory=dict, init=False)
    _passed: datetime = field(init=False)
    _keeper: Timekeeper = field(init=False)

    def __post_init__(self) -> None:
        self.calendar = Calendar.of(self.stage.policies / "register" / "calendar.csv")
        self.record = Record(self.stage.tenant)
        self.people = People(self.stage.tenant, self.record, Habits(self.month.seed), self.calendar)
        self._keeper = Timekeeper(self.app, self.stage, lambda _: None)

    async def walk(self) -> Evidence:
        """All of it."""
        await self._govern()
        self.narrator.say("The council is mirrored and governed.")
        self._timers = await asyncio.to_thread(self.stage.timers)
        self._passed = (await asyncio.to_thread(self.stage.clock)).now
        days = [FIRST, *self.calendar.between(FIRST, self.calendar.after(FIRST, self.month.days - 1))]
        luck = self.people.habits.luck("Teams is away")
        away = days[luck.randrange(4, max(5, self.month.days - 4))]
        day = FIRST
        while day <= days[-1]:
            if day == away:
                await self._teams_goes_away(day)
            if self.calendar.works(day):
                await self._working_day(day)
            else:
                await self._to(day, _AFTERNOON)
                await self._share(day)
            day += timedelta(days=1)
        return await self._evidence(days, away)

    async def _govern(self) -> None:
        await fired(self.stage, "discover_sites")
        with self.narrator.working("First mirror") as work:
            await mirrored(self.app, work)
        await quiet(self.app, self.stage)
        await signed_in(self.app, self.stage.act, APPROVER, OPERATOR)
        operator = await identity.person(self.app.sign_in, self.app.m365, await policies.judging(self.app), OPERATOR)
        plan = await self.app.plans.save((await look(self.app)).plan, by=operator)
        await promote_all(self.app, plan.id)

    async def _working_day(self, day: date) -> None:
        await self._to(day, _MORNING)
        await self._release()
        await self._read("morning", day)
        await self._to(day, _AFTERNOON)
        await self._share(day)
        await self._read("afternoon", day)
        await self._to(day, _EVENING)
        told = len(self.record.messages)
        self.people.read_cards(await asyncio.to_thread(self.record.read_on))
        self.narrator.say(f"{day:%a %-d %b}: {told} messages by now")

    async def _read(self, half: str, day: date) -> None:
        self.people.read_cards(await asyncio.to_thread(self.record.read_on))
        await self._lived(self.people.act, day, half)

    async def _share(self, day: date) -> None:
        await self._lived(self.people.share, day, (await asyncio.to_thread(self.stage.clock)).now)

    async def _lived(self, what: Callable[..., None], *about: object) -> None:
        """People do something, and the app comes to rest after it."""
        done = len(self.people.diary)
        await asyncio.to_thread(what, *about)
        if len(self.people.diary) > done:
            await quiet(self.app, self.stage)

    async def _to(self, day: date, at: time) -> None:
        """Walk the clock there; every timer that is due on the way fires."""
        goal = datetime.combine(day, at, LONDON).astimezone(UTC)
        await asyncio.to_thread(self.stage.act, "advance-clock", to=goal.isoformat())
        self._passed = await self._keeper.catch_up(self._timers, self._passed)

    async def _release(self) -> None:
        async for run in self.app.runs.all():
            if run.state is RunState.PARKED:
                with suppress(BadInput):  # its plan is too old: another one comes
                    await runs.release(self.app, run.id, wanted=APPROVER, why="the backlog")
                    await quiet(self.app, self.stage)

    async def _teams_goes_away(self, day: date) -> None:
        since = datetime.combine(day, time(7), LONDON).astimezone(UTC).isoformat()
        troubles = [
            {
                "kind": "status",
                "status": 503,
                "retry_after": 0.1,
                "path": path,
                "times": 0,
                "at": since,
                "lasts": "PT13H",
            }
            for path in _TEAMS
        ]
        await asyncio.to_thread(post, f"{self.stage.tenant}/sim/faults", {"troubles": troubles})

    async def _evidence(self, days: Sequence[date], away: date) -> Evidence:
        await asyncio.to_thread(self.record.read_on)
        cases = [stored.case for stored in await self.app.cases.all()]
        told = json.loads(text_of(work_json.cases(cases, self.app.clock.now(), self.app.zone)))
        held = await asyncio.to_thread(read, f"{self.stage.tenant}/sim/items")
        chats = await asyncio.to_thread(read, f"{self.stage.tenant}/sim/chats.json")
        state = await asyncio.to_thread(self.stage.state)
        register = self.stage.policies / "register"
        return Evidence(
            calendar=self.calendar,
            days=tuple(days),
            teams_away=away,
            now=(await asyncio.to_thread(self.stage.clock)).now,
            actor=self.stage.environment["CUSTOS_ACTOR_CLIENT_ID"],
            writes=self.record.writes,
            messages=self.record.messages,
            diary=self.people.diary,
            habits={person: how.habit.value for person, how in self.people.habits.people.items()},
            people={one["id"]: one for one in state["people"]},
            cases=told["cases"],
            drives=held["drives"],
            urls=held["urls"],
            chats=chats["chats"],
            site_map=(register / "site_map.csv").read_text(encoding="utf-8"),
        )


def kept(evidence: Evidence, file: Path) -> None:
    """Write down what the month was judged by."""
    file.write_text(json.dumps(evidence.told(), indent=1, default=_plain), encoding="utf-8")


def _plain(value: Any) -> str:
    return str(value)
