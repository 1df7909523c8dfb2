"""Batches: every part has its own fate."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from custos.m365 import errors
from custos.m365.batch import BatchRequest
from custos.m365.graph import Graph
from tests.m365.scripted_server import Wire, answer, error, raw

BATCH = "/graph/v1.0/$batch"


def part(number: int, status: int = 200, body: Any = None, **headers: str) -> dict[str, Any]:
    return {"id": str(number), "status": status, "headers": headers, "body": {"n": number} if body is None else body}


def parts(*told: dict[str, Any]) -> Any:
    return answer({"responses": list(told)})


def asked(count: int, method: str = "GET") -> list[BatchRequest]:
    return [BatchRequest(id=str(n), path=f"/drives/d/items/{n}", units=5, method=method) for n in range(count)]


async def test_parts_are_matched_by_id(wire: Wire, graph: Graph) -> None:
    """Answers come in any order and find their requests."""
    wire.script("POST", BATCH, parts(part(1), part(0)))
    found = await graph.batch(asked(2))
    assert {one: reply.read() for one, reply in found.items()} == {"0": b'{"n": 0}', "1": b'{"n": 1}'}
    assert wire.seen[0].json == {
        "requests": [{"id": str(n), "method": "GET", "url": f"/drives/d/items/{n}"} for n in range(2)]
    }


async def test_no_post_has_more_than_twenty_parts(wire: Wire, graph: Graph) -> None:
    """45 requests are three posts, charged by their parts."""

    async def echo(request: web.Request) -> web.Response:
        told = await request.json()
        return web.json_response({"responses": [part(int(one["id"])) for one in told["requests"]]})

    wire.script("POST", BATCH, echo)
    found = await graph.batch(asked(45), size=100)
    assert [len(seen.json["requests"]) for seen in wire.seen] == [20, 20, 5]
    assert len(found) == 45
    assert graph.throttle.spent().units == 45 * 5


async def test_only_throttled_and_failed_parts_are_sent_again(wire: Wire, graph: Graph) -> None:
    """A throttled part waits as long as it says; 5xx parts are asked again; 404 is an answer; the others are done."""
    inner = {"error": {"code": "itemNotFound"}}
    wire.script(
        "POST",
        BATCH,
        parts(
            part(0),
            part(1, 429, {"error": {"code": "activityLimitReached"}}, **{"Retry-After": "0.4"}),
            part(2, 404, inner),
            part(3, 503, {}, **{"retry-after": "0.1"}),
            part(4, 500, {}),
        ),
        parts(part(1), part(3), part(4)),
    )
    found = await graph.batch(asked(5))
    assert [one["id"] for one in wire.seen[1].json["requests"]] == ["1", "3", "4"]
    assert wire.seen[1].at - wire.seen[0].at >= 0.4
    assert isinstance(found["2"].trouble, errors.NotFound)
    assert all(found[one].trouble is None for one in "0134")


async def test_a_part_that_the_answer_leaves_out_is_unavailable(wire: Wire, graph: Graph) -> None:
    """A missing part is asked for again, and if it never comes it is Unavailable, never empty."""
    wire.script("POST", BATCH, parts(part(0)), parts())
    found = await graph.batch(asked(2))
    assert found["0"].trouble is None
    with pytest.raises(errors.Unavailable):
        found["1"].read()
    assert len(wire.seen) == 6


async def test_a_posted_part_is_not_sent_again_after_a_server_error(wire: Wire, graph: Graph) -> None:
    """A POST inside a batch that may have happened is not repeated."""
    wire.script("POST", BATCH, parts(part(0, 500, {})))
    found = await graph.batch(asked(1, "POST"))
    trouble = found["0"].trouble
    assert isinstance(trouble, errors.Unavailable)
    assert trouble.maybe_done
    assert len(wire.seen) == 1


async def test_a_part_that_stays_throttled_is_throttled(wire: Wire, graph: Graph) -> None:
    """After six rounds a throttled part keeps its trouble."""
    wire.script("POST", BATCH, parts(part(0, 429, {}, **{"Retry-After": "0.01"})))
    found = await graph.batch(asked(1))
    assert isinstance(found["0"].trouble, errors.Throttled)


async def test_a_post_that_stays_throttled_does_not_lose_the_others(wire: Wire, graph: Graph) -> None:
    """What was answered and paid for stands; the parts of the throttled post say when to come back."""
    graph.throttle.patience = 1.0
    wire.script("POST", BATCH, parts(*(part(n) for n in range(20))), error(429, headers={"Retry-After": "900"}))
    found = await graph.batch(asked(50))
    assert [one for one, reply in found.items() if reply.trouble is None] == [str(n) for n in range(20)]
    trouble = found["49"].trouble
    assert isinstance(trouble, errors.Throttled)
    assert (trouble.retry_after or 0) > 800
    assert len(wire.seen) == 2


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"value":[]}', b'{"responses":{}}'])
async def test_an_answer_that_is_no_batch_is_malformed(wire: Wire, graph: Graph, body: bytes) -> None:
    """Nothing is known of any part then."""
    wire.script("POST", BATCH, raw(body))
    with pytest.raises(errors.Malformed):
        await graph.batch(asked(1))


async def test_the_post_as_a_whole_may_fail(wire: Wire, graph: Graph) -> None:
    """An outer error is raised."""
    wire.script("POST", BATCH, error(403, "accessDenied"))
    with pytest.raises(errors.Forbidden):
        await graph.batch(asked(1))
