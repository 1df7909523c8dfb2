"""A small tenant, fresh for each test; its traffic is recorded when CUSTOS_TRAFFIC names a directory."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.simulator_content.world import served
from tests.simulator_graph.world import GraphWorld, graph_world


@pytest.fixture
async def world() -> AsyncIterator[GraphWorld]:
    """A running small tenant."""
    directory = os.environ.get("CUSTOS_TRAFFIC")
    made = graph_world()
    async with served(made, traffic=Path(directory) / "simulator_graph.jsonl" if directory else None):
        yield made


@pytest.fixture
async def unrecorded() -> AsyncIterator[GraphWorld]:
    """The same, never recorded: for requests that are wrong on purpose, and for what Microsoft documents and its service
    description lacks.
    """
    made = graph_world()
    async with served(made):
        yield made
