"""Messages of a run that are lost: an operator queues its work again from the command line."""

from __future__ import annotations

import threading

from custos.audit.events import What
from custos.bootstrap import Custos
from custos.cli.command import Exit
from custos.engine.run_store import RunState
from custos.storage.queues import ACT
from tests.trouble.tiny_council import OPERATOR, World


def test_an_operator_resumes_a_run_whose_messages_were_lost(world: World) -> None:
    """`custos run RUN --resume` queues what is left, follows it to its end, and does nothing twice when typed again."""
    item = world.upload()
    world.read()
    planned = world.custos("plan", "labels-from-schedule", "--json", "--as", OPERATOR)
    assert planned.code == Exit.OK
    plan = planned.json()["id"]
    applied = world.custos("apply", plan, "--no-wait", "--as", OPERATOR)
    assert applied.code == Exit.OK
    run = world.ask(lambda app: _run_of(app, plan))
    world.ask(_lose)
    hands = threading.Thread(target=_work_on, args=(world, run))
    hands.start()
    told = world.custos("run", run, "--resume")
    hands.join()
    assert (told.code, "queued again" in told.err) == (Exit.OK, True), told
    assert f"{run} of plan {plan}: finished, ok" in " ".join(told.out.split())
    again = world.custos("run", run, "--resume")
    assert (again.code, "No batch of it is waiting." in again.err) == (Exit.OK, True), again
    assert world.done(item)[What.ACTION_DONE] == 1


async def _run_of(app: Custos, plan: str) -> str:
    return next(run.id for run in [run async for run in app.runs.all()] if run.plan == plan)


async def _lose(app: Custos) -> None:
    await app.account.queue(ACT).client.clear_messages()


def _work_on(world: World, run: str) -> None:
    """The function app's part, until the run has ended."""

    async def state(app: Custos) -> RunState:
        return (await app.runs.get(run)).state

    while world.ask(state) is RunState.RUNNING:
        world.work()
