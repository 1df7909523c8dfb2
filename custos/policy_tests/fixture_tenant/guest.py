"""A guest of the team."""

from __future__ import annotations

from custos.policy_tests.fixture_tenant.tenant import GROUP, Tenant


def plant(tenant: Tenant) -> None:
    """A guest in the group."""
    person = tenant.text("person", "somebody@partner.example")
    tenant.rows["members"].append(
        {
            "group_id": GROUP, "user_id": "guest", "upn": person, "mail": person,
            "domain": None if person is None else person.partition("@")[2], "role": "member", "is_guest": True,
            "enabled": tenant.flag("person_enabled", standard=True),
        }
    )  # fmt: skip
