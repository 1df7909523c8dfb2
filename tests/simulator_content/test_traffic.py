"""Recording Graph exchanges."""

from __future__ import annotations

import json
from pathlib import Path

from tests.simulator_content.world import CLASS, served, small_world


async def test_every_exchange_is_written_down(tmp_path: Path) -> None:
    """Method, public address, both bodies and status of each Graph call stand in a line of their own."""
    file = tmp_path / "traffic.jsonl"
    async with served(small_world(), traffic=file) as world:
        await world.get(world.root + "?$select=id")
        await world.ask("PATCH", world.at("a.docx") + "/retentionLabel", {"name": CLASS}, actor=True)
        await world.get("/drives/none")
        world.fault(kind="html", path="/delta")
        await world.get(world.root + "/delta")
        async with world.session.get(f"{world.url}/sim/clock"):
            pass
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [(line["method"], line["status"]) for line in lines] == [
        ("GET", 200),
        ("PATCH", 201),
        ("GET", 404),
        ("GET", 503),
    ]
    assert lines[0]["url"] == f"https://graph.microsoft.com/v1.0{world.root}?$select=id"
    assert lines[1]["request"] == {"name": CLASS}
    assert lines[1]["response"]["name"] == CLASS
    assert lines[2]["response"]["error"]["code"] == "itemNotFound"
    assert lines[3]["response"] is None
