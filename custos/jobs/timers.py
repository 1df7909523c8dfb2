"""The timers' work, by name. Each run is watched: one that fails is an incident until it succeeds, and is tried again.

    timer ─► its job ─┬─► done: when, is remembered; its incident ends
                      ├─► failed: incident; again after 5 minutes, 10, 20, …
                      └─► busy (another instance is at it): again when that one's lease ends

Busy is not success: whoever holds the lease may be dead. What was asked for before the last success is not done again.
Messages on the queue `retry-timer`: `{"timer": "discover_sites", "since": 1795359600.2, "attempt": 1}`.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from custos.errors import CustosError, StorageTrouble
from custos.jobs import digests, discovery, evaluation, incidents, kpi, reporting, subscriptions, sweep, sync
from custos.jobs.incidents import Incident
from custos.storage.account import Account
from custos.storage.queues import RETRY
from custos.storage.rows import Row
from custos.telemetry import about, logger

if TYPE_CHECKING:
    from custos.bootstrap import Custos

_log = logger(__name__)
_TABLE, _PARTITION = "timers", "timer"
_FIRST_PAUSE_SECONDS = 300
_ATTEMPTS = 7  # the last one begins five hours after the first


class Timer(StrEnum):
    """Every timer, by the name of its function."""

    DISCOVERY = "discover_sites"
    SYNC = "backstop_sync"
    RECONCILIATION = "reconcile"
    EVALUATION = "evaluate_all"
    KPIS = "measure_kpis"
    DIGESTS = "digests"
    SUBSCRIPTIONS = "subscriptions"
    SWEEP = "sweep"


type Job = Callable[[Custos], Awaitable[int | None]]
"""Does a timer's work; seconds after which to ask again when somebody else was at it, None when it is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """That a timer's work is wanted: since when (epoch seconds), and how often it failed."""

    timer: Timer
    since: float
    attempt: int = 0


async def run(app: Custos, timer: Timer, *, late: bool = False) -> None:
    """Do a timer's work now. Raises whatever it failed with, after that was written down."""
    if late:
        _log.warning("a timer is late; catching up", extra={"timer": timer.value})
    await _attempt(app, Asked(timer=timer, since=time.time()))


async def retry(app: Custos, message: Mapping[str, object]) -> None:
    """Do what a message of the queue asks, unless the timer has succeeded since. A failure asks for the next try."""
    since, attempt = float(str(message["since"])), int(str(message["attempt"]))
    asked = Asked(timer=Timer(str(message["timer"])), since=since, attempt=attempt)
    if await began(app.account, asked.timer) >= asked.since:
        return
    try:
        await _attempt(app, asked)
    except Exception:  # noqa: BLE001  # written down as an incident, and asked for again
        _log.exception("a timer failed again", extra={"timer": asked.timer.value, "attempt": asked.attempt})


async def ask_again(account: Account, asked: Asked, seconds: int) -> None:
    """Queue another try, to be made after so many seconds."""
    message = {"timer": asked.timer.value, "since": asked.since, "attempt": asked.attempt}
    await account.queue(RETRY).send(message, delay_seconds=seconds)


async def _attempt(app: Custos, asked: Asked) -> None:
    began = time.time()
    try:
        await app.refused_requests.write_down()
        with about(timer=asked.timer.value):
            busy_seconds = await _JOBS[asked.timer](app)
    except Exception as error:
        await _failed(app, asked, error)
        raise
    if busy_seconds is not None:
        _log.info("another instance is at it", extra={"timer": asked.timer.value, "again_in": busy_seconds})
        await ask_again(app.account, asked, busy_seconds)
        return
    row = Row(_PARTITION, asked.timer.value, {"began": began, "at": app.clock.now().isoformat()})
    await app.account.rows(_TABLE).upsert(row)
    await incidents.end(app, Incident.FAILED_TIMER, asked.timer.value)


async def _failed(app: Custos, asked: Asked, error: Exception) -> None:
    said = str(error) if isinstance(error, CustosError) else f"{type(error).__name__}: {error}"
    pause = _FIRST_PAUSE_SECONDS * 2**asked.attempt
    next_try = Asked(timer=asked.timer, since=asked.since, attempt=asked.attempt + 1)
    try:
        await incidents.note(app, Incident.FAILED_TIMER, asked.timer.value, said)
        if asked.timer not in _FREQUENT and next_try.attempt < _ATTEMPTS:
            await ask_again(app.account, next_try, pause)
    except StorageTrouble:
        _log.exception("that a timer failed could not be recorded", extra={"timer": asked.timer.value})


async def last(account: Account, timer: Timer) -> datetime | None:
    """When a timer's work was last done; None for never."""
    row = await account.rows(_TABLE).get(_PARTITION, timer.value)
    return datetime.fromisoformat(row.text("at")) if row else None


async def began(account: Account, timer: Timer) -> float:
    """When the last run began that succeeded, in epoch seconds; 0 for never."""
    row = await account.rows(_TABLE).get(_PARTITION, timer.value)
    return float(row.text("began")) if row else 0.0


def _done(job: Callable[[Custos], Awaitable[object]]) -> Job:
    """A job that nobody else can be at."""

    async def do(app: Custos) -> None:
        await job(app)

    return do


async def _discover(app: Custos) -> int | None:
    report = await discovery.discover(app)
    return report.retry_after if report.busy else None


async def _measure(app: Custos) -> None:
    """Publish first: what the tables cannot take must not keep a day from having its values."""
    await kpi.publish(app)
    await kpi.record_restatements(app)
    await reporting.write(app)


_FREQUENT = frozenset({Timer.SUBSCRIPTIONS, Timer.SWEEP})  # their next run comes soon enough
_JOBS: Mapping[Timer, Job] = {
    Timer.DISCOVERY: _discover,
    Timer.SYNC: _done(lambda app: sync.queue_all(app.account)),
    Timer.RECONCILIATION: _done(sync.reconcile),
    Timer.EVALUATION: _done(evaluation.evaluate),
    Timer.KPIS: _done(_measure),
    Timer.DIGESTS: _done(digests.prepare),
    Timer.SUBSCRIPTIONS: _done(subscriptions.reconcile),
    Timer.SWEEP: _done(sweep.sweep),
}
