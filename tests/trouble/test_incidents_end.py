"""An incident ends with its cause: what failed is done, what waited is decided on, what was poison is done by other means."""

from __future__ import annotations

import json

from custos.audit.events import What
from custos.bootstrap import Custos
from custos.jobs import evaluation, incidents, runs, timers
from custos.jobs.incidents import Incident
from custos.jobs.timers import Timer
from custos.records.rights import CUSTOS
from custos.storage.queues import ACT, SYNC
from tests.trouble.tiny_council import LIBRARY, World


def about_runs(world: World) -> set[str]:
    return {subject for kind, subject in world.incidents() if kind in (Incident.FAILED_RUN, Incident.OVER_BUDGET)}


def test_a_run_that_was_stopped_is_no_incident(world: World) -> None:
    """Kept back by a stop that came after it was queued, a run is told as refused, and alarms nobody (A14)."""
    before = about_runs(world)
    world.upload()
    world.read()
    world.ask(evaluation.evaluate_changes)
    world.ask(lambda app: app.stop_switch.stop(by=CUSTOS, why="a test"))
    world.work()
    assert about_runs(world) == before
    world.ask(lambda app: app.stop_switch.start(by=CUSTOS, why="the test is over"))
    world.ask(evaluation.evaluate)
    world.work()


def test_a_failed_run_is_an_incident_until_another_has_done_it(world: World) -> None:
    """What Microsoft refused is an incident of its run (K3); when a later run has done it, the incident ends, audited."""
    world.sync()
    item = world.upload()
    world.trouble(
        {"kind": "status", "status": 409, "path": "retentionLabel", "method": "PATCH", "times": 0},
        {"kind": "status", "status": 409, "path": "SetComplianceTagOnBulkItems", "method": "POST", "times": 0},
    )
    world.sync()
    (failed,) = about_runs(world)
    world.calm()

    async def again(app: Custos) -> None:
        async for row in app.refusals.table.query():
            await app.account.rows("refusals").delete(row.partition, row.key)
        await evaluation.evaluate(app)

    world.ask(again)
    world.work()
    assert world.done(item)[What.ACTION_DONE] == 1
    assert failed not in about_runs(world)
    assert What.INCIDENT_ENDED in world.ask(_whats)


def test_a_parked_run_is_an_incident_until_it_is_decided_on(world: World) -> None:
    """A run over its ceilings waits for a person; cancelled, there is nothing left to look at."""

    async def park(app: Custos) -> str:
        outlook = await evaluation.look(app)
        plan = await app.plans.save(outlook.plan, by=CUSTOS)
        dispatched = await runs.apply(app, plan.id, by=CUSTOS)
        assert dispatched.run is not None
        parked = await app.runs.change(dispatched.run.id, lambda run: run)
        await incidents.note(app, Incident.OVER_BUDGET, parked.id, "too much")
        return parked.id

    world.upload()
    world.read()
    run = world.ask(park)
    assert run in about_runs(world)
    world.work()
    assert run not in about_runs(world)


def test_poison_is_an_incident_until_its_work_is_done(world: World) -> None:
    """A library's message failed each time; when the library has been read since, the incident of its queue ends."""
    drive = world.drive(LIBRARY).id

    async def poison(app: Custos) -> None:
        await incidents.record_poison(app, SYNC, json.dumps({"drive": drive}).encode())

    world.ask(poison)
    world.ask(lambda app: timers.run(app, Timer.SWEEP))
    assert (Incident.POISON, SYNC) in world.incidents()
    world.read()
    world.ask(lambda app: timers.run(app, Timer.SWEEP))
    assert (Incident.POISON, SYNC) not in world.incidents()


def test_poison_that_names_no_work_stays_until_a_person_closes_it(world: World) -> None:
    """What nobody can tell to be done is not taken back by itself."""

    async def poison(app: Custos) -> None:
        await incidents.record_poison(app, ACT, b"nonsense")

    async def close(app: Custos) -> None:
        (noted,) = [one async for one in incidents.standing(app.account) if one.kind is Incident.POISON]
        await incidents.close(app, noted, by=CUSTOS)
        assert [one async for one in incidents.poisoned(app.account)] == []

    world.ask(poison)
    world.ask(lambda app: timers.run(app, Timer.SWEEP))
    assert (Incident.POISON, ACT) in world.incidents()
    world.ask(close)


async def _whats(app: Custos) -> set[What]:
    return {one.event.what async for one in app.audit.read()}
