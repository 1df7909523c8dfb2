"""The indicators as at this moment. Calls Entra at most, and works without it: what only Entra can tell is unknown then."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from custos.audit.events import Event, What
from custos.engine.gate import Purpose
from custos.engine.run_store import RunStore
from custos.errors import BadInput, Mark, Problem, RowExists
from custos.jobs.facts import facts_at_rest
from custos.jobs.named_accounts import strangers
from custos.jobs.policies import in_force
from custos.kpi.catalogue import values
from custos.kpi.inputs import Done, Inputs
from custos.kpi.model import Restated, Sum, Unit, Value
from custos.kpi.published import TABLE, Published
from custos.kpi.wording import written
from custos.m365.errors import MicrosoftTrouble
from custos.model.action import Outcome
from custos.model.policy import Bundle
from custos.records.remark import Remark
from custos.records.rights import Person
from custos.storage.account import Account
from custos.wording import day_words

if TYPE_CHECKING:
    from custos.bootstrap import Custos


async def measure(app: Custos) -> tuple[list[Value], Bundle]:
    """Every indicator, and the policies and registers it was measured by. Raises StorageTrouble."""
    inputs = await inputs_of(app)
    return await asyncio.to_thread(values, inputs), inputs.bundle


async def inputs_of(app: Custos) -> Inputs:
    """What the indicators of this moment are measured on. Raises StorageTrouble."""
    bundle = (await in_force(app)).bundle
    facts = await facts_at_rest(app, bundle)
    now = app.clock.now()
    inputs = Inputs(
        bundle=bundle,
        facts=facts,
        now=now,
        cases=[stored.case for stored in await app.cases.all()],
        strangers=await _strangers(app, bundle),
    )
    return replace(inputs, done=await _done(app.runs, inputs))


async def publish(app: Custos) -> bool:
    """Measure, and keep the values as those of this day of the council. False when the day had its values already: they stand."""
    measured, bundle = await measure(app)
    return await _published(app.account).keep(bundle.day(measured[0].as_of), measured)


async def published(account: Account, day: date) -> list[Value]:
    """The values of a day as they were published. Raises BadInput when there are none."""
    found = await _published(account).on(day)
    if not found:
        what = f"No indicators were published on {day_words(day)}."
        remedy = (
            "They are published every morning, from the day on that Custos runs. Without --on they are measured now."
        )
        raise BadInput([Problem(Mark("command line"), what, remedy, code="unknown")])
    return found


async def last_published(app: Custos, until: date | None = None) -> list[Value]:
    """The values of the last day that has any, up to `until`; nothing when none were published by then."""
    kept = _published(app.account)
    days = [day for day in await kept.days() if until is None or day <= until]
    return await kept.on(days[-1]) if days else []


async def published_days(app: Custos) -> list[date]:
    """The days that have values, the oldest first."""
    return await _published(app.account).days()


async def published_on(app: Custos, days: Iterable[date]) -> dict[date, tuple[Value, ...]]:
    """The values of these days, in their order. One query a day."""
    kept = _published(app.account)
    return {day: tuple(await kept.on(day)) for day in days}


async def restate(app: Custos, day: date, kpi_id: str, after: tuple[int, int], *, by: Person, why: str) -> Value:
    """Put a published value right: the intent is written into the audit, the value kept beside what it was, and then what came of it.

    Returns it as it stands now. Raises BadInput.
    """
    kept = _published(app.account)
    found = {value.kpi.id: value for value in await published(app.account, day)}
    if kpi_id not in found:
        raise _refused(f"{kpi_id} was not published for {day_words(day)}.", "`custos kpi --on` lists what was.")
    value, total = found[kpi_id], Sum(met=after[0], of=after[1])
    if (total.met, total.of) == (value.total.met, value.total.of):
        raise _refused(f"{kpi_id} of {day_words(day)} is that already.", "Nothing has to be restated.")
    if value.kpi.unit is not Unit.RATE and total.met > total.of:
        raise _refused(
            f"{total.met:,} of {total.of:,} is no share.", "Write what counts first, and of how much behind it."
        )
    made = Restated(before=value.total, after=total, at=app.clock.now(), by=by.upn, by_id=by.id, why=why, audited=False)
    await app.audit.append([_event(What.INDICATOR_RESTATING, day, value, made)])
    try:
        await kept.restate(day, value, made)
    except RowExists as error:
        await app.audit.append([_event(What.INDICATOR_NOT_RESTATED, day, value, made)])
        raise _refused("Somebody else restated it at the same moment.", "Look at it again.") from error
    await _record(app, day, value, len(value.restated) + 1, made)
    (now,) = (one for one in await kept.on(day) if one.kpi.id == kpi_id)
    return now


async def record_restatements(app: Custos) -> int:
    """Write the events of restatements whose author's process ended before it had. Returns how many. Raises StorageTrouble."""
    kept, found = _published(app.account), 0
    for day, measured in (await kept.all()).items():
        for value in measured:
            for number, made in enumerate(value.restated, start=1):
                if not made.audited:
                    await _record(app, day, value, number, made)
                    found += 1
    return found


async def _record(app: Custos, day: date, value: Value, number: int, made: Restated) -> None:
    await app.audit.append([_event(What.INDICATOR_RESTATED, day, value, made)])
    await _published(app.account).audited(day, value.kpi.id, number)


def _event(what: What, day: date, value: Value, made: Restated) -> Event:
    details = {
        "indicator": value.kpi.id,
        "day": day.isoformat(),
        "before": written(value.kpi, made.before),
        "after": written(value.kpi, made.after),
        "why": made.why,
    }
    return Event(what=what, at=made.at, by=made.by, by_id=made.by_id, details=details)


def _refused(what: str, remedy: str) -> BadInput:
    return BadInput([Problem(Mark("command line"), what, remedy, code="restate")])


def _published(account: Account) -> Published:
    return Published(account.rows(TABLE))


async def _strangers(app: Custos, bundle: Bundle) -> Sequence[Remark] | None:
    try:
        return await strangers(app, bundle.records, bundle.day(app.clock.now()))
    except MicrosoftTrouble:
        return None


async def _done(runs: RunStore, inputs: Inputs) -> list[Done]:
    """What the runs of the quarter wrote and put back."""
    done = []
    async for run in runs.all():
        if inputs.bundle.day(run.started_at) < inputs.quarter:
            continue
        written = (await runs.progress(run.id)).counts.get(Outcome.DONE, 0)
        if written:
            undoes = run.purpose is Purpose.UNDO
            done.append(Done(run.id, undone=written) if undoes else Done(run.id, written=written))
    return done
