"""What is shared: a file or a folder."""

from __future__ import annotations

from custos.policy_tests.fixture_tenant.tenant import ITEM, ROOT, Tenant


def plant(tenant: Tenant) -> None:
    """One of the library."""
    is_folder = bool(tenant.flag("item_is_folder", standard=False))
    tenant.item(ITEM, ROOT, is_folder=is_folder, name=tenant.text("item_name", ITEM))
