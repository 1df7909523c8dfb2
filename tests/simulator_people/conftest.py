"""A small tenant and a listener, fresh for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.simulator_people.world import Listener, World, listening, running, small_tenant


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """A running small tenant."""
    async with running(small_tenant()) as found:
        yield found


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    """A server to which the tenant can send."""
    async with listening() as found:
        yield found
