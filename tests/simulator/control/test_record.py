"""The tenant's own record: what apps wrote, also where the answer was lost, and what the tenant holds."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from simulator.entra.registrations import ACTOR_CLIENT_ID
from tests.simulator.graph_tenant import CLASS, OTHER, GraphTenant


async def told(graph: GraphTenant, what: str) -> Any:
    async with graph.session.get(f"{graph.url}/sim/{what}") as answer:
        return await answer.json()


async def test_every_write_is_recorded_once_whatever_became_of_its_answer(graph: GraphTenant) -> None:
    """A write that was done and whose answer was lost stands there, with the app that sent it; a read does not."""
    path = f"{graph.at('a.docx')}/retentionLabel"
    await graph.get(path)
    await graph.ask("PATCH", path, {"name": CLASS}, actor=True)
    graph.fault(kind="dropped", done=True, times=1)
    with pytest.raises(aiohttp.ClientError):
        await graph.ask("PATCH", path, {"name": OTHER}, actor=True)
    refused = await graph.ask("PATCH", path, {"name": "no such label"}, actor=True)
    recorded = (await told(graph, "writes"))["writes"]
    assert [(one["number"], one["method"], one["status"]) for one in recorded] == [
        (1, "PATCH", 201),
        (2, "PATCH", 200),
        (3, "PATCH", refused.status),
    ]
    assert {one["app"] for one in recorded} == {ACTOR_CLIENT_ID}
    assert [one["body"] for one in recorded[:2]] == [f'{{"name": "{label}"}}' for label in (CLASS, OTHER)]
    assert [one["number"] for one in (await told(graph, "writes?after=2"))["writes"]] == [3]


async def test_every_item_is_told_with_its_label(graph: GraphTenant) -> None:
    """Libraries are told item by item: id, folder, name, label, number in the list."""
    await graph.ask("PATCH", f"{graph.at('a.docx')}/retentionLabel", {"name": CLASS}, actor=True)
    items = {one["name"]: one for one in (await told(graph, "items"))["drives"][graph.drive.id]}
    assert items["a.docx"]["label"] == CLASS
    assert items["b.docx"]["label"] == ""
    assert items["a.docx"]["parent"] == items["Plans"]["id"]
    assert items["a.docx"]["number"] == graph.items["a.docx"].list_item_id
