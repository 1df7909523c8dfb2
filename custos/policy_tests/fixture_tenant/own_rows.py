"""A row of a table of a kind's own: each column as the fact of it is given, and as the fact's example where nothing is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date
from typing import Any

from custos.dates import midnight
from custos.kinds import CATALOGUE
from custos.kinds.declaration import Rows
from custos.policy_tests.fixture_tenant.tenant import GROUP, ITEM, SITE, Tenant, read_given

_KEYS = {"site_id": SITE, "group_id": GROUP}


def planting(declared: Rows) -> Callable[[Tenant], None]:
    """What plants one."""

    def plant(tenant: Tenant) -> None:
        row: dict[str, Any] = dict.fromkeys(declared.columns)
        row |= {declared.item_id: ITEM, declared.name: ITEM, declared.on: _KEYS[declared.on], "read_at": tenant.now}
        row |= {column: _value(tenant, name) for name, column in declared.facts.items()}
        tenant.rows[declared.table].append(row)

    return plant


def _value(tenant: Tenant, name: str) -> object:
    value = tenant.value(name, read_given(name, CATALOGUE[name].example))
    return midnight(value, tenant.now.tzinfo or UTC) if type(value) is date else value
