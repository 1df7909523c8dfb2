"""A small tenant, fresh for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.simulator_content.world import World, served, small_world


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """A running small tenant."""
    async with served(small_world()) as found:
        yield found
