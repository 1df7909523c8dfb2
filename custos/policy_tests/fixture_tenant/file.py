"""A file of the library."""

from __future__ import annotations

from datetime import UTC, datetime

from custos.policy_tests.fixture_tenant.tenant import ITEM, ROOT, Tenant


def plant(tenant: Tenant) -> None:
    """A file."""
    row = tenant.change("file_modified")
    created = tenant.moment("file_created", datetime(2020, 1, 1, tzinfo=UTC))
    extension = tenant.text("file_extension", "")
    called = tenant.text("file_name", f"{ITEM}.{extension}" if extension else ITEM)
    tenant.item(
        ITEM, ROOT, name=called, created=created, label=tenant.text("label", ""),
        label_explicit=tenant.flag("label_explicit", standard=False), is_record=tenant.flag("is_record", standard=False),
        shared_scope=tenant.text("shared_scope", ""), size=tenant.number("size", 1000), **row,
    )  # fmt: skip
