"""What a dead worker left written down and not queued: the sweep finds it, and timers that fail or are busy come again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from custos.audit.events import What
from custos.bootstrap import Custos
from custos.clock import FixedClock
from custos.engine.run_store import Run, RunState
from custos.inventory.drive_state import TABLE as LEASES
from custos.inventory.drive_state import DriveStates, SyncState
from custos.inventory.sync import sync_drive
from custos.inventory.sync_requests import request_sync
from custos.jobs import timers
from custos.jobs.evaluation import evaluate_changes
from custos.jobs.incidents import Incident
from custos.jobs.timers import Timer
from custos.storage.queues import ACT, EVALUATE, RETRY, SYNC
from tests.trouble.tiny_council import LIBRARY, World


def sweep(world: World) -> None:
    world.ask(lambda app: timers.run(app, Timer.SWEEP))


def lose(world: World, queue: str) -> None:
    """All messages of a queue are gone, as when their sender died before it sent them."""
    world.ask(lambda app: app.account.queue(queue).client.clear_messages())


def waiting(world: World, queue: str) -> int:
    return world.ask(lambda app: app.account.queue(queue).length())


def runs(world: World) -> list[Run]:
    """The runs of policies, oldest first."""

    async def read(app: Custos) -> list[Run]:
        found = [run async for run in app.runs.all() if run.id.startswith("R-")]
        return sorted(found, key=lambda run: run.made_at)

    return world.ask(read)


def said(world: World, run: str) -> list[What]:
    async def read(app: Custos) -> list[What]:
        return [one.event.what async for one in app.audit.read(run=run)]

    return world.ask(read)


def test_a_run_whose_batches_were_never_queued_is_done(world: World) -> None:
    """Killed between a run's row and its messages (K1): the sweep queues them, says so in the audit, and the run ends."""
    item = world.upload()
    world.read()
    world.ask(evaluate_changes)
    lose(world, ACT)
    run = runs(world)[-1]
    assert run.state is RunState.RUNNING
    sweep(world)
    world.work()
    assert runs(world)[-1].state is RunState.FINISHED
    assert world.done(item)[What.ACTION_DONE] == 1
    assert What.RUN_RESUMED in said(world, run.id)
    sweep(world)
    assert waiting(world, ACT) == 0


def test_a_run_left_preparing_is_ended(world: World) -> None:
    """Killed before all of a run was written down (K8): it is ended with the reason, and its actions are free again."""

    async def leave(app: Custos) -> str:
        (run,) = [run async for run in app.runs.all() if run.id == runs_before[-1].id]
        left = await app.runs._named(replace(run, ended_at=None))
        await app.runs.change(left.id, lambda now: replace(now, made_at=now.made_at - 3_600))
        return left.id

    world.upload()
    world.sync()
    runs_before = runs(world)
    left = world.ask(leave)
    sweep(world)
    run = world.ask(lambda app: app.runs.get(left))
    assert (run.state, run.why) == (
        RunState.CANCELLED,
        "It was interrupted while it was being prepared. Nothing of it was written.",
    )
    assert said(world, left) == [What.RUN_CANCELLED]


def test_a_run_that_does_not_move_is_an_incident_until_it_does(world: World) -> None:
    """A run in which nothing has moved for an hour is put before an operator; the incident ends when it has ended."""

    async def an_hour_ago(app: Custos) -> None:
        for batch in await app.runs.batches(run.id):
            await app.runs.put(replace(batch, moved_at=batch.moved_at - 3_700))

    world.upload()
    world.read()
    world.ask(evaluate_changes)
    run = runs(world)[-1]
    world.ask(an_hour_ago)
    sweep(world)
    assert world.incidents()[Incident.STUCK_RUN, run.id] == 1
    world.work()
    sweep(world)
    assert (Incident.STUCK_RUN, run.id) not in world.incidents()


def test_a_library_whose_message_was_lost_is_read(world: World) -> None:
    """Notified of and never read: after a quarter of an hour the sweep queues the library; so one that was never read."""
    drive_id = world.drive(LIBRARY).id

    async def notified_of(app: Custos) -> None:
        await request_sync(app.account, FixedClock(app.clock.now() - timedelta(minutes=16)), drive_id)

    async def unread(app: Custos) -> int:
        states = [state.state async for state in DriveStates.of(app.account).all()]
        return sum(state is not SyncState.COMPLETE for state in states)

    lose(world, SYNC)
    world.ask(notified_of)
    sweep(world)
    assert waiting(world, SYNC) == world.ask(unread) + 1
    sweep(world)
    assert waiting(world, SYNC) == world.ask(unread) + 1
    lose(world, SYNC)
    world.read()


def test_what_changed_and_was_never_asked_for_is_evaluated(world: World) -> None:
    """A sync marked a change and died before it asked for an evaluation: the sweep asks."""
    drive_id = world.drive(LIBRARY).id

    async def read_and_die(app: Custos) -> None:
        await sync_drive(app.m365, app.account, app.lakehouse, app.clock, drive_id, deadline_seconds=60)

    world.work()
    item = world.upload()
    lose(world, EVALUATE)
    world.ask(read_and_die)
    sweep(world)
    assert waiting(world, EVALUATE) == 1
    lose(world, EVALUATE)
    world.work()
    assert world.done(item)[What.ACTION_DONE] == 1


def test_a_discovery_that_was_killed_is_asked_again(world: World) -> None:
    """Started again within the dead one's lease it is busy, which is not success (K6): it is asked again when that ends."""

    async def killed(app: Custos) -> None:
        assert await app.account.lease(LEASES, "discovery").take()

    world.ask(killed)
    world.ask(lambda app: timers.run(app, Timer.DISCOVERY))
    assert waiting(world, RETRY) == 1

    async def free(app: Custos) -> None:
        await app.account.rows(LEASES).delete("lease", "discovery")
        async for message in app.account.queue(RETRY).client.receive_messages():
            raise AssertionError(f"too early: {message.content}")

    world.ask(free)


def test_a_timer_that_fails_is_an_incident_until_it_succeeds(world: World) -> None:
    """Every timer that fails is put before an operator and tried again after five minutes; success ends the incident."""
    world.trouble({"kind": "status", "status": 403, "path": "getAllSites", "times": 0})
    lose(world, RETRY)
    with pytest.raises(Exception, match="403"):
        world.ask(lambda app: timers.run(app, Timer.DISCOVERY))
    assert world.incidents()[Incident.FAILED_TIMER, "discover_sites"] == 1
    assert waiting(world, RETRY) == 1
    world.calm()
    world.ask(lambda app: timers.run(app, Timer.DISCOVERY))
    assert (Incident.FAILED_TIMER, "discover_sites") not in world.incidents()
    lose(world, RETRY)
    lose(world, SYNC)
