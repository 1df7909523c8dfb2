"""What was undone stays undone, and nobody is alarmed by it."""

from __future__ import annotations

import json
import re

from custos.audit.events import What
from custos.bootstrap import Custos
from simulator.tenant import labelling
from tests.trouble.tiny_council import OPERATOR, World


def test_what_was_undone_is_planned_no_more(world: World) -> None:
    """After an undo the same file is evaluated again and again: the plan says why not, no run is started, no incident."""
    item = world.upload()
    world.sync()
    assert world.done(item)[What.ACTION_DONE] == 1
    newest = world.ask(_runs)[-1]
    unsaid = world.custos("undo", newest, "--no-wait", "--as", OPERATOR)
    assert (unsaid.code, "An undo needs a reason" in unsaid.err) == (2, True)
    undoing = world.custos("undo", newest, "--why", "a test", "--no-wait", "--as", OPERATOR)
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


def test_the_status_tells_the_newest_run(world: World) -> None:
    """Of the runs that ended the one that was begun last is told, and no older one."""
    for _ in range(2):
        world.upload()
        world.sync()
    told = world.custos("status", "--json").json()["runs"]
    ended = [one["id"] for one in told if one["state"] not in ("running", "parked", "preparing")]
    assert ended == world.ask(_runs)[-1:]


def test_an_undo_ends_as_it_went(world: World) -> None:
    """It promises what nobody changed since; what somebody did change is left, told, and ends with 1 and not with a plain success."""
    item = world.upload()
    world.sync()
    newest = world.ask(_runs)[-1]
    tenant = world.server.tenant
    other = next(label for label in tenant.labels.values() if label.published and not label.is_record)
    world.server.do(
        lambda: labelling.set_label(tenant, item, other.name, by=tenant.actor(next(iter(tenant.users.values()))))
    )
    told = world.custos("undo", newest, "--dry-run")
    assert "can be put back, where nobody changed it since" in told.out
    undoing = world.custos("undo", newest, "--why", "a test", "--no-wait", "--as", OPERATOR)
    world.work()
    undo = re.findall(r"U-[\d-]+", undoing.out)[0]
    ended = world.custos("run", undo)
    assert ended.code == 1
    assert world.done(item)[What.ACTION_SKIPPED] == 1


async def _runs(app: Custos) -> list[str]:
    """Those that were no undoing, the newest last."""
    runs = sorted([run async for run in app.runs.all()], key=lambda run: run.made_at)
    return [run.id for run in runs if run.id.startswith("R-")]
