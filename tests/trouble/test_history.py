"""What became of a file: asked while it is there, when it moved, and when it is gone."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

from custos.bootstrap import Custos
from custos.jobs import evaluation, moved_items
from simulator.tenant import files
from tests.running_stack import HOST
from tests.trouble.tiny_council import LIBRARY, SITE, World

OTHER = f"{SITE}/Tribunals"


def histories(world: World, asked: str) -> list[dict[str, Any]]:
    told = world.custos("history", asked, "--json")
    assert told.code == 0, told.err
    found: list[dict[str, Any]] = json.loads(told.out)["items"]
    return found


def test_a_file_that_is_there_is_told_with_what_was_done(world: World) -> None:
    """Its label, since when it is known, and the write of Custos with its intent, under its id and without its name."""
    item = world.upload()
    world.read()
    world.ask(evaluation.evaluate)
    world.work()
    world.sync(LIBRARY)
    (one,) = histories(world, f"{HOST}{LIBRARY}/{item.name}")
    assert (one["item"], one["here"], one["complete"]) == (item.id, True, True)
    assert item.stamp is not None
    assert one["label"] == item.stamp.label.name
    assert one["left"] == []
    whats = [event["what"] for event in one["events"]]
    assert whats[:2] == ["action:intended", "action:done"]
    assert item.name not in json.dumps(one)
    assert histories(world, item.id) == [one]


def test_a_file_that_is_gone_is_found_by_its_last_address_for_years(world: World) -> None:
    """Deleted, and forgotten by the mirror a month later, it is still told when that was seen; and what was never there is not."""
    item, tenant = world.upload(), world.server.tenant
    world.read()
    address = f"{HOST}{LIBRARY}/{item.name}"
    world.server.do(lambda: files.delete(tenant, item))
    world.sync(LIBRARY)
    (gone,) = histories(world, address)
    assert (gone["item"], gone["here"], gone["url"]) == (item.id, False, "")
    seen = gone["left"][0]["at"]

    async def a_month_passes(app: Custos) -> None:
        rows = await asyncio.to_thread(app.lakehouse.read, "moved_items")
        old = rows.with_columns(left_at=rows["left_at"] - timedelta(days=40))
        await asyncio.to_thread(app.lakehouse.delete, "moved_items", "true")
        await asyncio.to_thread(app.lakehouse.append, "moved_items", old)
        await moved_items.forget(app)
        assert (await asyncio.to_thread(app.lakehouse.read, "moved_items")).height == 0
        await moved_items.forget(app)

    world.ask(a_month_passes)
    (remembered,) = histories(world, address)
    assert remembered["item"] == item.id
    assert remembered["left"][0]["at"] < seen
    said = " ".join(world.custos("history", item.id).out.split())
    assert "saw that it was no longer there" in said
    assert "Custos deletes no file." in said
    told = world.custos("history", f"{HOST}{LIBRARY}/never there.docx")
    assert (told.code, "knows of no file or folder there" in told.out) == (1, True)


def test_a_file_that_moved_is_found_by_its_former_address(world: World) -> None:
    """Renamed within its library it has one history, whichever of its addresses is asked about."""
    item, tenant = world.upload(), world.server.tenant
    world.read()
    before = f"{HOST}{LIBRARY}/{item.name}"
    world.server.do(
        lambda: files.rename(tenant, item, f"new {item.name}", by=tenant.actor(next(iter(tenant.users.values()))))
    )
    world.sync(LIBRARY)
    (one,) = histories(world, before)
    assert (one["item"], one["here"]) == (item.id, True)
    assert len(one["left"]) == 1
    assert histories(world, f"{HOST}{LIBRARY}/new {item.name.removeprefix('new ')}") == [one]
