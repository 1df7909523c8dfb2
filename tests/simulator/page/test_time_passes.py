"""`make run STAY=1`: somebody lets time pass on the tenant's page, and Custos does in it what its timers would have done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from playwright.async_api import Page

from custos.bootstrap import Custos
from local_host.schedule import parse_schedule
from rehearsal.stack import Stage, stage
from rehearsal.tenant_timers import Timekeeper, due, next_stop
from tests.running_stack import wired
from tests.simulator.page.conftest import MODULE

TIMERS = {
    name: parse_schedule(text, timer=name)
    for name, text in {"night": "0 0 1 * * *", "office": "0 15 9 * * 1-5", "hourly": "0 10 * * * *"}.items()
}
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
_NEXT_YEAR = "0 0 0 1 1 *"
FRIDAY = MONDAY + timedelta(days=4)
LONDON = ZoneInfo("Europe/London")


def test_a_walk_stops_where_something_daily_is_due() -> None:
    """The clock stops at timers of once a day, at none that fires each hour, and last where it was sent."""
    stops, goal = [MONDAY], MONDAY + timedelta(days=1)
    while stops[-1] < goal:
        stops.append(next_stop(TIMERS, stops[-1], goal, LONDON))
    assert [f"{stop:%a %H:%M}" for stop in stops] == ["Mon 09:00", "Mon 09:15", "Tue 01:00", "Tue 09:00"]


@pytest.mark.parametrize(
    ("stands", "stops"),
    [
        ("2026-11-24T09:47:00Z", ["Tue 16:00", "Wed 01:00", "Wed 09:15", "Wed 09:47"]),
        ("2026-11-24T16:20:00Z", ["Tue 17:55", "Wed 01:00", "Wed 09:15", "Wed 16:00"]),
        ("2026-11-27T18:01:00Z", ["Sat 01:00", "Sun 01:00", "Mon 01:00", "Mon 09:15", "Mon 16:00"]),
        ("2026-07-06T10:00:00Z", ["Mon 15:00", "Tue 01:00", "Tue 09:15", "Tue 10:00"]),
    ],
)
def test_a_walk_stops_where_notes_go_out(stands: str, stops: list[str]) -> None:
    """What is done in the morning is told at 16:00 council time, what is done after that before 18:00, none of it the next day."""
    timers = {**TIMERS, "sweep": parse_schedule("0 */5 * * * *", timer="sweep")}
    passed = datetime.fromisoformat(stands)
    goal = passed + timedelta(days=1 if passed.weekday() != 4 else 4)
    walked = []
    while passed < goal and len(walked) < len(stops):
        passed = next_stop(timers, passed, goal, LONDON)
        walked.append(f"{passed:%a %H:%M}")
    assert walked == stops


def test_an_office_timer_rests_at_the_weekend() -> None:
    """A timer of working days does not stop the clock on a Saturday, nor on a Sunday."""
    saturday = FRIDAY.replace(hour=2) + timedelta(days=1)
    assert f"{next_stop(TIMERS, saturday, saturday + timedelta(days=7), LONDON):%a %H:%M}" == "Sun 01:00"
    assert "office" not in due(TIMERS, saturday, saturday + timedelta(days=1))


def test_what_came_due_several_times_fires_once() -> None:
    """At a stop each timer that came due since the last one fires once, in the order of their moments."""
    assert due(TIMERS, MONDAY, MONDAY + timedelta(days=1)) == ["hourly", "office", "night"]
    assert due(TIMERS, MONDAY, MONDAY + timedelta(minutes=5)) == []


@dataclass
class Left:
    """A stage that was left up, and what its terminal says."""

    stage: Stage
    app: Custos
    told: list[str]


@pytest_asyncio.fixture(loop_scope="module")
async def left(tmp_path: Path) -> AsyncIterator[Left]:
    """A council that Custos has not looked at yet, whose clock is walked."""
    settings = {"CUSTOS_SCHEDULE_DISCOVERY": _NEXT_YEAR, "CUSTOS_SCHEDULE_SYNC": _NEXT_YEAR}
    opened = stage(tmp_path / "home", scale=0.0005, simulator=["--walked-clock"], settings=settings)
    standing = await asyncio.to_thread(opened.__enter__)
    app = wired(standing.environment)
    told: list[str] = []
    keeping = asyncio.create_task(Timekeeper(app, standing, told.append).keep())
    try:
        yield Left(standing, app, told)
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping
        await app.close()
        await asyncio.to_thread(opened.__exit__, None, None, None)


@pytest.mark.browser
@MODULE
async def test_a_week_passes_on_the_page(left: Left, page: Page) -> None:
    """After "+ 1 week" the clock walks there by itself, and each day's timers have run at their moments, the afternoon's notes too."""
    began = left.stage.clock().now
    await page.goto(f"{left.stage.tenant}/sim/chats")
    await page.locator(".clock summary").click()
    await page.get_by_role("button", name="+ 1 week").click()
    await page.get_by_text("The clock walks to").wait_for()
    await page.locator("#clock").get_by_text("on its way to").wait_for(state="detached", timeout=240_000)
    assert left.stage.clock().now - began >= timedelta(days=7)
    assert left.stage.executions("evaluate_all").succeeded == 7
    assert left.stage.executions("digests").succeeded == 5
    assert left.told[1:3] == ["Mon 23 Nov 2026, 16:00: sweep", "Tue 24 Nov 2026, 01:00: subscriptions, reconcile"]
