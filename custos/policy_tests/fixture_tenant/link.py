"""A sharing link."""

from __future__ import annotations

from custos.policy_tests.fixture_tenant import shared
from custos.policy_tests.fixture_tenant.tenant import Tenant


def plant(tenant: Tenant) -> None:
    """A link on a file or a folder."""
    shared.plant(tenant)
    expires = tenant.text("link_expires", "")
    tenant.permission(
        "link", kind="link", scope=tenant.text("link_scope", "anonymous"), link_type=tenant.text("link_type", "view"),
        has_expiry=None if expires is None else bool(expires), expires=tenant.moment("link_expires", None),
        has_password=tenant.flag("link_has_password", standard=False),
    )  # fmt: skip
