"""Where the engine's tests keep things."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from custos.clock import FixedClock
from custos.storage.account import Account
from tests.azurite_account import account_on
from tests.engine.memory_store import MemoryStore
from tests.engine.planned import NOW
from tests.engine.wired_engine import AzureStore


@pytest.fixture
async def account(azurite: str) -> AsyncIterator[Account]:
    """An account on the session's Azurite; tables are named by each test."""
    opened = account_on(azurite)
    yield opened
    await opened.close()


@pytest.fixture
def azure(account: Account) -> AzureStore:
    """Real tables, blobs and chain, under names of their own."""
    return AzureStore(account, FixedClock(NOW))


@pytest.fixture
def memory() -> MemoryStore:
    """The same in memory, for what is about decisions and not about storage."""
    return MemoryStore()
