"""Access of somebody."""

from __future__ import annotations

from custos.policy_tests.fixture_tenant import shared
from custos.policy_tests.fixture_tenant.tenant import Tenant


def plant(tenant: Tenant) -> None:
    """Access of somebody to a file or a folder."""
    shared.plant(tenant)
    person = tenant.text("person", "somebody@partner.example")
    tenant.permission(
        "grant", kind=tenant.text("through", "grant"), principal=tenant.text("principal", "user"), email=person,
        domain=None if person is None else person.partition("@")[2], roles=tenant.text("access", "read"),
        external=tenant.flag("person_is_outside", standard=True),
    )  # fmt: skip
