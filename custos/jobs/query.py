"""A question to the mirror: no call to Microsoft 365, however large the tenant is."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from custos.engine.query import QueryResult, find
from custos.errors import BadInput
from custos.jobs.facts import facts_at_rest
from custos.jobs.policies import in_force
from custos.policy import Bundle
from custos.policy.condition_values import check_values
from custos.policy.impossible_conditions import check_can_hold
from custos.policy.queries import Query
from custos.problems import Problems

if TYPE_CHECKING:
    from custos.bootstrap import Custos


async def ask(app: Custos, question: Query, *, limit: int | None = None) -> tuple[QueryResult, Bundle]:
    """The answer, and the policies and registers by which it was found.

    Raises StorageTrouble, and BadInput when a value is unknown to the registers or the condition can never hold.
    """
    bundle = (await in_force(app)).bundle
    problems = Problems()
    check_values(question.condition, bundle.records, problems)
    check_can_hold(question.condition, problems)
    if problems.errors:
        raise BadInput(problems.all)
    facts = await facts_at_rest(app, bundle)
    return await asyncio.to_thread(find, bundle, facts, app.clock.now(), question, limit=limit), bundle
