"""A small tenant, fresh for each test; its traffic is recorded when CUSTOS_TRAFFIC names a directory."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.simulator_content.world import World, served, small_world


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """A running small tenant."""
    directory = os.environ.get("CUSTOS_TRAFFIC")
    traffic = Path(directory) / "simulator_content.jsonl" if directory else None
    async with served(small_world(), traffic=traffic) as found:
        yield found


@pytest.fixture
async def unrecorded() -> AsyncIterator[World]:
    """The same, never recorded: for requests that are wrong on purpose or that the service description cannot follow."""
    async with served(small_world()) as found:
        yield found
