"""Runs of labels, started and looked at."""

from __future__ import annotations

from custos.model.action import Result
from custos.model.policy import Bundle
from tests.engine.planned import ADMIN, labelled, plan_of, sizes
from tests.engine.wired_engine import Office


async def started(at: Office, wanted: Bundle, count: int = 3) -> str:
    """A run of labels on `count` files, approved and queued. Its id."""
    plan = await at.plans.save(plan_of(wanted, *labelled(count)), by=ADMIN)
    await at.enforce(wanted, plan)
    run = (await at.dispatcher.dispatch(plan, wanted, by=ADMIN, sizes=sizes())).run
    assert run is not None
    return run.id


async def results(at: Office, run: str) -> list[Result]:
    return [result async for result in at.runs.results(run)]
