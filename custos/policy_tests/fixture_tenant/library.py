"""A library with its files."""

from __future__ import annotations

from custos.policy_tests.fixture_tenant.content import files
from custos.policy_tests.fixture_tenant.tenant import Tenant


def plant(tenant: Tenant) -> None:
    """What lies in it."""
    files(tenant)
