"""What the other areas' tests stand on: storage, a tenant, and settings for both."""

from __future__ import annotations

from datetime import timedelta

from custos.settings import Settings
from custos.storage.account import Account
from tests.simulated_tenant import SimulatedTenant


def test_tenant_tells_its_environment_and_moves_its_clock(tenant: SimulatedTenant) -> None:
    """The tenant's clock is the tests' to move, and its state theirs to read."""
    before = tenant.now()
    assert tenant.advance("PT1H") - before >= timedelta(hours=1)
    assert tenant.state()


async def test_settings_reach_both(settings: Settings) -> None:
    """Settings made of the tenant's environment and the session's storage serve Custos as they are."""
    assert settings.is_rehearsal
    account = Account(settings)
    try:
        assert await account.queue("shared-fixtures").length() == 0
    finally:
        await account.close()
