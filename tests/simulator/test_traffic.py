"""Recording Graph exchanges."""

from __future__ import annotations

import json
from pathlib import Path

from tests.simulator.graph_tenant import CLASS, serving, small_graph_tenant


async def test_every_exchange_is_written_down(tmp_path: Path) -> None:
    """Method, public address, both bodies and status of each Graph call stand in a line of their own."""
    file = tmp_path / "traffic.jsonl"
    async with serving(small_graph_tenant(), traffic=file) as graph:
        await graph.get(graph.root + "?$select=id")
        await graph.ask("PATCH", graph.at("a.docx") + "/retentionLabel", {"name": CLASS}, actor=True)
        await graph.get("/drives/none")
        graph.fault(kind="html", path="/delta")
        await graph.get(graph.root + "/delta")
        async with graph.session.get(f"{graph.url}/sim/clock"):
            pass
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [(line["method"], line["status"]) for line in lines] == [
        ("GET", 200),
        ("PATCH", 201),
        ("GET", 404),
        ("GET", 503),
    ]
    assert lines[0]["url"] == f"https://graph.microsoft.com/v1.0{graph.root}?$select=id"
    assert lines[1]["request"] == {"name": CLASS}
    assert lines[1]["response"]["name"] == CLASS
    assert lines[2]["response"]["error"]["code"] == "itemNotFound"
    assert lines[3]["response"] is None
