"""Wiring: what there is without an actor, and that links and hosts of a real tenant fit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from custos.m365 import connect
from custos.settings import Settings, settings_from
from custos.storage.account import Account


@pytest.fixture
def real(azurite: str) -> Settings:
    """The settings of an installation on Microsoft's public cloud."""
    return settings_from(
        {
            "AzureWebJobsStorage": azurite,
            "CUSTOS_TENANT_ID": "3f6d1c52-8a4e-4b17-9c30-5d2e7b90a611",
            "CUSTOS_SHAREPOINT_URL": "https://contoso.sharepoint.com",
            "CUSTOS_OBSERVER_CLIENT_ID": "11111111-1111-4111-8111-111111111111",
            "CUSTOS_ACTOR_CLIENT_ID": "22222222-2222-4222-8222-222222222222",
        }
    )


async def test_without_an_actor_nothing_can_be_written(real: Settings) -> None:
    """No actor, no bot: their places are None."""
    account = Account(real)
    m365 = connect(replace(real, actor_client_id=""), account)
    assert (m365.actor, m365.sharepoint, m365.bot) == (None, None, None)
    await m365.close()
    await account.close()


async def test_a_real_tenant_is_reached_at_its_own_addresses(real: Settings) -> None:
    """Without endpoints in the settings, requests go to the public hosts; administration to its own."""
    account = Account(real)
    m365 = connect(real, account)
    assert m365.sharepoint is not None
    assert m365.sharepoint.reach("https://contoso.sharepoint.com/sites/x/") == "https://contoso.sharepoint.com/sites/x"
    assert m365.sharepoint.admin_endpoint == "https://contoso-admin.sharepoint.com"
    m365.observer.check_link("https://graph.microsoft.com/v1.0/sites/oneDrive.getAllSites?$skiptoken=abc")
    assert m365.throttle.units_per_minute * m365.throttle.share == 625
    await m365.close()
    await account.close()
