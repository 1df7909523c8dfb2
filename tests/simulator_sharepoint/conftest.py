"""A small tenant, fresh for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.simulator_people.world import World, running, small_tenant


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """A running small tenant: one site with a library of three files, its group, and the root site."""
    async with running(small_tenant()) as found:
        yield found
