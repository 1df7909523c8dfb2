"""State that another version of Custos wrote is refused in words, and nothing starts over in silence."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from custos.bootstrap import build
from custos.jobs import health
from custos.settings import settings_from
from custos.storage.account import Account
from custos.storage.state_format import FORMAT, FORMER_TABLES, TABLE, OtherFormat
from custos.table import Row
from local_host.azurite import Azurite
from tests.azurite_account import account_on


@pytest.fixture
async def account() -> AsyncIterator[Account]:
    """A storage account that holds nothing."""
    with Azurite() as running:
        opened = account_on(running.connection_string)
        yield opened
        await opened.close()


async def test_state_of_another_version_is_refused(account: Account) -> None:
    """Neither read nor written: before the format was marked (its tables had other names), and with another number."""
    rows = account.rows("runs")
    assert await rows.get("run", "R-2026-1123-01") is None
    assert await account.rows(TABLE).get("state", "format") is not None

    await account.rows(TABLE).upsert(Row("state", "format", {"number": FORMAT + 1}))
    await _refused(account, f"state of format {FORMAT + 1}, and this version of Custos keeps format {FORMAT}")

    await account.rows(TABLE).delete("state", "format")
    former = FORMER_TABLES[-1]
    await account.rows(former).insert(Row("run", "R-2026-1123-01"))
    await _refused(account, f"state of format 1 (its table `{former}` says so)")


async def _refused(account: Account, said: str) -> None:
    again = Account(account.settings)
    rows = again.rows("runs")
    with pytest.raises(OtherFormat, match="Nothing was changed") as reading:
        await rows.get("run", "R-2026-1123-01")
    with pytest.raises(OtherFormat):
        await rows.insert(Row("run", "R-2026-1123-02"))
    with pytest.raises(OtherFormat):
        [row async for row in rows.query("run")]
    await again.close()
    assert said in str(reading.value)
    assert await account.rows("runs").get("run", "R-2026-1123-02") is None


async def test_the_monitor_says_it(account: Account) -> None:
    """The health address answers with the sentence, not that storage is away."""
    connection = account.settings.storage_connection
    await account.rows(TABLE).upsert(Row("state", "format", {"number": FORMAT + 1}))
    app = build(
        settings_from(
            {
                "AzureWebJobsStorage": connection,
                "CUSTOS_TENANT_ID": "00000000-0000-0000-0000-000000000000",
                "CUSTOS_SHAREPOINT_URL": "https://wrenbridge.sharepoint.example",
                "CUSTOS_OBSERVER_CLIENT_ID": "22222222-2222-4222-8222-222222222222",
            }
        )
    )
    found = await health.check(app)
    await app.close()
    assert not found.well
    assert "Nothing was changed" in found.troubles[0]
