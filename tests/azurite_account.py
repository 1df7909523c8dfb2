"""Storage for tests: an account on a running Azurite."""

from __future__ import annotations

from custos.settings import settings_from
from custos.storage.account import Account


def account_on(azurite: str) -> Account:
    """An account that knows nothing but its connection string."""
    return Account(
        settings_from(
            {
                "AzureWebJobsStorage": azurite,
                "CUSTOS_TENANT_ID": "00000000-0000-0000-0000-000000000000",
                "CUSTOS_SHAREPOINT_URL": "https://wrenbridge.sharepoint.example",
                "CUSTOS_OBSERVER_CLIENT_ID": "22222222-2222-4222-8222-222222222222",
            }
        )
    )
