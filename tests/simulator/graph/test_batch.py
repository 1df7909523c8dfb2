"""JSON batching."""

from __future__ import annotations

from typing import Any

from tests.simulator.graph_tenant import GraphTenant, Reply


async def _batch(graph: GraphTenant, *requests: dict[str, Any]) -> Reply:
    return await graph.ask("POST", "/$batch", {"requests": list(requests)}, actor=True)


def _get(number: int, url: str, **more: Any) -> dict[str, Any]:
    return {"id": str(number), "method": "GET", "url": url, **more}


async def test_parts_answer_for_themselves(unrecorded: GraphTenant) -> None:
    """The outer status is 200 whatever the parts say, and parts are matched by id.

    Source: https://learn.microsoft.com/graph/json-batching
    """
    reply = await _batch(
        unrecorded, _get(1, unrecorded.at("a.docx")), _get(2, "/drives/none"), _get(3, "/nothing/here")
    )
    assert reply.status == 200
    assert {each["id"]: each["status"] for each in reply.body["responses"]} == {"1": 200, "2": 404, "3": 501}


async def test_a_failed_dependency_is_424(graph: GraphTenant) -> None:
    """What depends on a failed part is not done.

    Source: https://learn.microsoft.com/graph/json-batching
    """
    reply = await _batch(graph, _get(1, "/drives/none"), _get(2, graph.at("a.docx"), dependsOn=["1"]))
    assert {each["id"]: each["status"] for each in reply.body["responses"]} == {"1": 404, "2": 424}


async def test_writes_work_in_a_batch(graph: GraphTenant) -> None:
    """A part with a body and its content type does what it says.

    Source: https://learn.microsoft.com/graph/json-batching
    """
    url = graph.at("a.docx") + "/createLink"
    part = {
        "id": "1",
        "method": "POST",
        "url": url,
        "body": {"type": "view", "scope": "anonymous"},
        "headers": {"Content-Type": "application/json"},
    }
    assert (await _batch(graph, part)).body["responses"][0]["status"] == 201


async def test_badly_made_batches_are_refused(unrecorded: GraphTenant) -> None:
    """More than 20 parts, an id twice, or a body without content type answer 400.

    Source: https://learn.microsoft.com/graph/json-batching
    """
    many = [_get(number, unrecorded.at("a.docx")) for number in range(21)]
    assert (await _batch(unrecorded, *many)).status == 400
    assert (await _batch(unrecorded, *many[:1], *many[:1])).status == 400
    assert (await _batch(unrecorded, {"id": "1", "method": "POST", "url": "/x", "body": {}})).status == 400
    assert (await unrecorded.ask("POST", "/$batch", {"x": 1})).status == 400


async def test_each_part_is_charged(graph: GraphTenant) -> None:
    """A batch of permission reads costs 5 units for each.

    Source: https://learn.microsoft.com/graph/json-batching
    """
    before = graph.units()
    await _batch(graph, *(_get(number, graph.at("a.docx") + "/permissions") for number in range(4)))
    assert graph.units() - before == 20


async def test_parts_of_other_services_are_reached(graph: GraphTenant) -> None:
    """A batch may hold requests that another part of the tenant answers."""
    reply = await graph.ask("POST", "/$batch", {"requests": [_get(1, "/subscriptions")]})
    assert reply.body["responses"][0]["status"] == 200


async def test_a_part_can_fail_on_request(graph: GraphTenant) -> None:
    """A fault that matches a part's address makes that part fail, with its own Retry-After."""
    graph.fault(kind="status", path=graph.items["b.docx"].id, status=429, retry_after=1.5)
    reply = await _batch(graph, _get(1, graph.at("a.docx")), _get(2, graph.at("b.docx")))
    answers = {each["id"]: each for each in reply.body["responses"]}
    assert (answers["1"]["status"], answers["2"]["status"]) == (200, 429)
    assert answers["2"]["headers"]["Retry-After"] == "1.5"


async def test_an_answer_can_go_missing(graph: GraphTenant) -> None:
    """On request a batch lacks one of its parts."""
    graph.fault(kind="batch_missing")
    reply = await _batch(graph, _get(1, graph.at("a.docx")), _get(2, graph.at("b.docx")))
    assert len(reply.body["responses"]) == 1
