"""Messages of a run that are lost: an operator queues its work again from the command line."""

from __future__ import annotations

import json
import re
import threading

import pytest

from custos.audit.events import What
from custos.bootstrap import Custos
from custos.cli.command import Exit
from custos.cli.main import main
from custos.engine.runs import RunState
from custos.storage.queues import ACT
from tests.trouble.world import OPERATOR, World


def test_an_operator_resumes_a_run_whose_messages_were_lost(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """`custos run RUN --resume` queues what is left, follows it to its end, and does nothing twice when typed again."""
    item = world.upload()
    world.read()
    assert main(["plan", "labels-from-schedule", "--json", "--as", OPERATOR]) == Exit.OK
    plan = json.loads(capsys.readouterr().out)["id"]
    assert main(["apply", plan, "--no-wait", "--as", OPERATOR]) == Exit.OK
    run = re.findall(r"R-[\d-]+", capsys.readouterr().out)[0]
    world.ask(_lose)
    hands = threading.Thread(target=_work_on, args=(world, run))
    hands.start()
    ended = main(["run", run, "--resume"])
    hands.join()
    told = capsys.readouterr()
    assert (ended, "queued again" in told.err) == (Exit.OK, True), told
    assert f"{run} of plan {plan}: finished, ok" in " ".join(told.out.split())
    assert main(["run", run, "--resume"]) == Exit.OK
    assert "Nothing of it waits." in capsys.readouterr().err
    assert world.done(item)[What.ACTION_DONE] == 1


async def _lose(app: Custos) -> None:
    await app.account.queue(ACT).client.clear_messages()


def _work_on(world: World, run: str) -> None:
    """The function app's part, until the run has ended."""

    async def state(app: Custos) -> RunState:
        return (await app.runs.get(run)).state

    while world.ask(state) is RunState.RUNNING:
        world.work()
