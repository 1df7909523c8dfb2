"""A file on hold that somebody moves stays on hold where it went, whatever Custos reads first."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from custos.bootstrap import Custos
from custos.inventory.schema import DEPARTURES
from custos.jobs import evaluation, moved_items
from simulator.tenant import files
from tests.running_stack import HOST
from tests.trouble.tiny_council import LIBRARY, SITE, World

OTHER = f"{SITE}/Tribunals"


@contextmanager
def held(world: World, address: str, since: str = "2026-11-01") -> Iterator[None]:
    """A hold on an address, as long as the test lasts."""
    holds = Path(world.environment["CUSTOS_POLICIES"]) / "register" / "holds.csv"
    before = holds.read_text()
    holds.write_text(f"{before.rstrip()}\nH-070,litigation,L7,IA-003,,{address},,,{since},,,\n")
    try:
        yield
    finally:
        holds.write_text(before)


@pytest.mark.parametrize("first", [OTHER, LIBRARY], ids=["where it went", "where it was"])
def test_a_held_file_that_is_moved_is_not_labelled(world: World, first: str) -> None:
    """Whichever library is read first after the move, the file gets no label, and the listing says where it is held now."""
    item, free = world.upload(), world.upload()
    with held(world, f"{HOST}{LIBRARY}/{item.name}"):
        world.read()
        tenant = world.server.tenant
        moved = world.server.do(
            lambda: files.move(tenant, item, tenant.item_at(OTHER), by=tenant.actor(next(iter(tenant.users.values()))))
        )
        for path in (first, OTHER, LIBRARY, OTHER):
            world.sync(path)
            assert moved.stamp is None
        told = world.custos("register", "--online")
        assert "H-070" in told.out
        assert "was moved to" in told.out.replace("\n", " ")
    world.ask(evaluation.evaluate)
    world.work()
    assert free.stamp is not None


def test_what_left_is_forgotten_after_a_month_unless_a_hold_needs_it(world: World) -> None:
    """Of two files that left their place in October, the one under a hold since then stays written down."""
    item = world.upload()
    world.read()

    async def left(app: Custos) -> list[str]:
        found = await asyncio.to_thread(app.lakehouse.read, "moved_items")
        return found.filter(pl.col("item_id").str.starts_with("old"))["name"].to_list()

    async def forget(app: Custos) -> list[str]:
        row = {"drive_id": item.drive.id, "is_folder": False, "left_at": app.clock.now() - timedelta(days=40)}
        rows = [row | {"item_id": f"old {name}", "name": name, "path": [name]} for name in ("held", "free")]
        frame = pl.DataFrame(rows, schema=DEPARTURES)
        await asyncio.to_thread(app.lakehouse.append, "moved_items", frame)
        await moved_items.forget(app)
        return await left(app)

    with held(world, f"{HOST}{LIBRARY}/held", since="2026-09-01"):
        assert world.ask(forget) == ["held"]
