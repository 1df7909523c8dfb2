"""Files with the activity that is given."""

from __future__ import annotations

from custos.policy_tests.fixture_tenant.tenant import ROOT, Tenant

_MOST_FILES = 20_000


def files(tenant: Tenant, parent: str = ROOT) -> None:
    """Files with the given activity."""
    count = min(tenant.number("files", 1) or 0, _MOST_FILES)
    size = tenant.number("size", 1000 * count)
    for number in range(count):
        share = None if size is None else size // count
        tenant.item(f"file-{number}", parent, size=share, **tenant.change("last_human_activity"))
