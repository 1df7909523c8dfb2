"""Small tenants behind HTTP, fresh for each test. Their traffic is recorded when CUSTOS_TRAFFIC names a directory."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.simulator.graph.wider_tenant import WiderTenant, wider_tenant
from tests.simulator.graph_tenant import GraphTenant, serving, small_graph_tenant
from tests.simulator.served_tenant import Listener, ServedTenant, listening, running, small_tenant


def _traffic(name: str) -> Path | None:
    directory = os.environ.get("CUSTOS_TRAFFIC")
    return Path(directory) / f"{name}.jsonl" if directory else None


@pytest.fixture
async def graph() -> AsyncIterator[GraphTenant]:
    """A tenant of known content, asked as Graph."""
    async with serving(small_graph_tenant(), traffic=_traffic("simulator_content")) as found:
        yield found


@pytest.fixture
async def unrecorded() -> AsyncIterator[GraphTenant]:
    """The same, never recorded: for requests that are wrong on purpose or that the service description cannot follow."""
    async with serving(small_graph_tenant()) as found:
        yield found


@pytest.fixture
async def wider() -> AsyncIterator[WiderTenant]:
    """The same with a private channel of its own site, a nested group and another team."""
    made = wider_tenant()
    async with serving(made, traffic=_traffic("simulator_graph")):
        yield made


@pytest.fixture
async def wider_unrecorded() -> AsyncIterator[WiderTenant]:
    """The same, never recorded: for requests that are wrong on purpose, and for what Microsoft documents and its service
    description lacks.
    """
    made = wider_tenant()
    async with serving(made):
        yield made


@pytest.fixture
async def served() -> AsyncIterator[ServedTenant]:
    """A tenant of three people: one site with a library of three files, its group, and the root site."""
    async with running(small_tenant()) as found:
        yield found


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    """A server to which the tenant can send."""
    async with listening() as found:
        yield found
