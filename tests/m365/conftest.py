"""Microsoft's shapes on loopback, real Azurite for the gate's rows."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable

import pytest
from azure.data.tables.aio import TableClient

from custos.m365.credentials import Identity
from custos.m365.graph import Graph
from custos.m365.throttle import Throttle
from custos.storage.rows import Rows
from simulator.entra.credential import signed_in
from tests.m365.scripted_server import Wire


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    """A scriptable server that also hands out managed identity tokens."""
    async with Wire() as server:
        yield server


@pytest.fixture
async def open_rows(azurite: str) -> AsyncIterator[Callable[[], Rows]]:
    """Opens one table of this test's own, as often as instances want it."""
    name = f"gate{uuid.uuid4().hex[:12]}"
    opened: list[Rows] = []

    def open_one() -> Rows:
        opened.append(Rows(TableClient.from_connection_string(azurite, name)))
        return opened[-1]

    yield open_one
    for rows in opened:
        await rows.close()


@pytest.fixture
def throttle(open_rows: Callable[[], Rows]) -> Throttle:
    """A gate with much to spend."""
    return Throttle(open_rows(), units_per_minute=100_000, share=1.0, first_delay=0.01)


@pytest.fixture
async def identity(wire: Wire) -> AsyncIterator[Identity]:
    """An identity whose tokens the wire hands out."""
    async with Identity("observer", "11111111-1111-4111-8111-111111111111", signed_in(wire.environment)) as one:
        yield one


@pytest.fixture
async def graph(wire: Wire, identity: Identity, throttle: Throttle) -> AsyncIterator[Graph]:
    """Graph on the wire."""
    one = Graph(f"{wire.url}/graph/v1.0", identity, throttle)
    yield one
    await one.close()
