"""A question to the mirror: no call to Microsoft 365, however large the tenant is."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from custos.engine.find import Answer, find
from custos.jobs.facts import facts_at_rest
from custos.jobs.policies import in_force
from custos.policy import Bundle
from custos.policy.questions import Question

if TYPE_CHECKING:
    from custos.bootstrap import Custos


async def ask(app: Custos, question: Question, *, limit: int | None = None) -> tuple[Answer, Bundle]:
    """The answer, and the policies and registers by which it was found. Raises StorageTrouble."""
    bundle = (await in_force(app)).bundle
    facts = await facts_at_rest(app, bundle)
    return await asyncio.to_thread(find, bundle, facts, app.clock.now(), question, limit=limit), bundle
