"""Work that cannot be done: an operator sees it, and everything else goes on."""

from __future__ import annotations

import json

import pytest

from custos.bootstrap import Custos
from custos.jobs.incidents import Incident
from custos.storage.queues import ACT, ALL, EVALUATE, NOTIFY, SYNC
from tests.staging import Council

pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize(
    ("queue", "message"),
    [
        (SYNC, {"library": "no id"}),
        (EVALUATE, {"drives": 7}),
        (ACT, {"run": "R-1999-0101-01", "plan": "P-1999-0101-01", "batch": 0}),
        (NOTIFY, {"digest": 7}),
    ],
)
def test_message_that_cannot_be_done_becomes_an_incident(
    council: Council, queue: str, message: dict[str, object]
) -> None:
    """After its last attempt a message is an incident of its queue, with its text, and out of the way."""
    before = council.incidents().get((Incident.POISON, queue), 0)
    council.ask(lambda app: _send(app, queue, message))
    council.until(lambda: council.incidents().get((Incident.POISON, queue), 0) == before + 1, 120, "the incident")
    told = council.custos("status")
    assert told.code == 1
    assert "poison message" in told.out
    assert json.dumps(message, separators=(",", ":")) in told.out
    council.quiet()


async def _send(app: Custos, queue: str, message: dict[str, object]) -> None:
    assert queue in ALL
    await app.account.queue(queue).send(message)
