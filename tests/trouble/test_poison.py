"""Work that cannot be done: an operator sees it, and everything else goes on."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from custos.bootstrap import Custos
from custos.jobs.incidents import Incident
from custos.storage.queues import ACT, EVALUATE, NOTIFY, SYNC
from tests.running_stack import Council

pytestmark = pytest.mark.timeout(600)


MESSAGES: Mapping[str, Mapping[str, object]] = {
    SYNC: {"library": "no id"},
    EVALUATE: {"drives": 7},
    ACT: {"run": "R-1999-0101-01", "plan": "P-1999-0101-01", "batch": 0},
    NOTIFY: {"digest": 7},
}


@pytest.fixture(scope="module")
def before(council: Council) -> Mapping[str, int]:
    """How often each queue's incident was seen before a message that nobody can do came to all of them."""
    counts = council.incidents()
    council.ask(_send)
    return {queue: counts.get((Incident.POISON, queue), 0) for queue in MESSAGES}


@pytest.mark.parametrize("queue", MESSAGES)
def test_message_that_cannot_be_done_becomes_an_incident(
    council: Council, before: Mapping[str, int], queue: str
) -> None:
    """After its last attempt a message is an incident of its queue, with its text, and out of the way."""
    incident = (Incident.POISON, queue)
    council.until(lambda: council.incidents().get(incident, 0) == before[queue] + 1, 120, "the incident")
    told = council.custos("status")
    assert told.code == 1
    assert "poison message" in told.out
    assert json.dumps(MESSAGES[queue], separators=(",", ":")) in told.out
    council.quiet()


async def _send(app: Custos) -> None:
    for queue, message in MESSAGES.items():
        await app.account.queue(queue).send(message)
