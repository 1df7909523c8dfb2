"""A folder of the library."""

from __future__ import annotations

from datetime import timedelta

from custos.policy_tests.fixture_tenant.content import files
from custos.policy_tests.fixture_tenant.tenant import ITEM, ROOT, Tenant


def plant(tenant: Tenant) -> None:
    """A folder of the library with its files, beside a file that somebody worked on."""
    made = tenant.moment("folder_created", tenant.now - timedelta(days=10))
    tenant.item(ITEM, ROOT, is_folder=True, name=tenant.text("folder_name", ITEM), created=made)
    files(tenant, ITEM)
    latest = tenant.moment("library_last_human_activity", tenant.now - timedelta(days=10))
    tenant.item("beside", ROOT, modified=latest, client_modified=latest)
