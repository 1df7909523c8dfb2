"""Fixtures of the inventory's tests: an account on Azurite, a lakehouse on disk or on Azurite, a clock that stands still."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from custos.clock import FixedClock
from custos.inventory.lakehouse import Lakehouse
from custos.settings import Settings, settings_from
from custos.storage.account import Account
from tests.inventory.memory_library import BEGAN
from tests.inventory.synced_drive import Desk


@pytest.fixture
def storage_settings(azurite: str) -> Settings:
    return settings_from(
        {
            "AzureWebJobsStorage": azurite,
            "CUSTOS_TENANT_ID": "11111111-1111-4111-8111-111111111111",
            "CUSTOS_SHAREPOINT_URL": "https://wrenbridge.sharepoint.example",
            "CUSTOS_OBSERVER_CLIENT_ID": "22222222-2222-4222-8222-222222222222",
        }
    )


@pytest.fixture
async def account(storage_settings: Settings) -> AsyncIterator[Account]:
    opened = Account(storage_settings)
    yield opened
    await opened.close()


@pytest.fixture
def lakehouse(tmp_path: Path) -> Lakehouse:
    """Tables on disk: what is tested is not the way to Azurite."""
    return Lakehouse(None, root=str(tmp_path))


@pytest.fixture
def cloud_lakehouse(account: Account) -> Lakehouse:
    """Tables on Azurite, in a place of their own."""
    return Lakehouse(account, root=f"az://inventory/{uuid.uuid4().hex}")


@pytest.fixture
def drive_id() -> str:
    return f"b!{uuid.uuid4().hex}"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(BEGAN)


@pytest.fixture
async def desk(account: Account, lakehouse: Lakehouse, clock: FixedClock, drive_id: str) -> Desk:
    """A registered drive with a small library."""
    desk = Desk(account, lakehouse, clock, drive_id)
    await desk.register()
    library = desk.library
    plans = library.add("plans", folder=True)
    for number in range(5):
        library.add(f"plan {number}.docx", plans, label="PLN-01" if number % 2 else "")
    old = library.add("old", plans, folder=True)
    library.add("deep.docx", old)
    library.add("shared.docx", scope="anonymous", links=("L1",))
    return desk
