"""The smallest tenant that a test of a policy describes: one site, one library, one subject, what is given, and nothing remarkable.

What a subject of a kind needs is planted by the module of its word; a kind with a table of its own needs none (`own_rows`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from importlib import import_module

from custos.engine.facts import Facts
from custos.kinds import DECLARED
from custos.model.subject import Kind
from custos.policy_tests.fixture_tenant import own_rows
from custos.policy_tests.fixture_tenant.tenant import Tenant

_PLANT: Mapping[Kind, Callable[[Tenant], None]] = {
    kind: own_rows.planting(declared.rows) if declared.rows else import_module(f"{__name__}.{kind.value}").plant
    for kind, declared in DECLARED.items()
}


def tenant_of(kind: Kind, at: str, given: Mapping[str, str], now: datetime) -> Facts:
    """The facts of a tenant that holds one subject of a kind at a place: the address of a site or of a library.

    Values are written as in a condition; `unknown` makes a fact unknown and `is_missing` known to be missing. `changed_by` is
    person, application or unknown; `library_read: no` leaves the library half read.
    """
    tenant = Tenant(at, given, now)
    tenant.ground(kind)
    _PLANT[kind](tenant)
    return tenant.facts()
