"""What was undone stays undone, and nobody is alarmed by it."""

from __future__ import annotations

import json
import re

from custos.audit.events import What
from custos.bootstrap import Custos
from tests.trouble.world import OPERATOR, World


def test_what_was_undone_is_planned_no_more(world: World) -> None:
    """After an undo the same file is evaluated again and again: the plan says why not, no run is started, no incident."""
    item = world.upload()
    world.sync()
    assert world.done(item)[What.ACTION_DONE] == 1
    newest = world.ask(_runs)[-1]
    undoing = world.custos("undo", newest, "--no-wait", "--as", OPERATOR)
    assert undoing.code == 0
    undo = re.findall(r"U-[\d-]+", undoing.out)[0]
    world.work()
    before, stood = world.ask(_runs), world.incidents()
    world.sync()
    assert (world.ask(_runs), world.incidents()) == (before, stood)
    plan = world.custos("plan", "labels-from-schedule", "--json").json()
    (planned,) = [action for action in plan["actions"] if item.id in json.dumps(action["subject"])]
    assert planned["refusal"] == "undone"
    assert undo in planned["refused"]
    assert world.done(item)[What.ACTION_REFUSED] == 0


async def _runs(app: Custos) -> list[str]:
    """Those that were no undoing, the newest last."""
    runs = sorted([run async for run in app.runs.all()], key=lambda run: run.made_at)
    return [run.id for run in runs if run.id.startswith("R-")]
