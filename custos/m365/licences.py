"""Which services the tenant has licences for, and how many: what retention labels take, and how many units Microsoft allows by it.

Sources: https://learn.microsoft.com/graph/api/subscribedsku-list,
https://learn.microsoft.com/entra/identity/users/licensing-service-plan-reference (names of service plans),
https://learn.microsoft.com/office365/servicedescriptions/microsoft-365-service-descriptions/microsoft-365-tenantlevel-services-licensing-guidance
and https://learn.microsoft.com/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from custos.m365.entries import UNREAD, Pages
from custos.m365.paging import collected

if TYPE_CHECKING:
    from custos.m365.graph import Graph

ROLE = "LicenseAssignment.Read.All"
RECORDS = ("RECORDS_MANAGEMENT", "INFO_GOVERNANCE")
"""Service plans with which labels may be set by rule and by applications (Microsoft 365 E5 and its compliance plans)."""
LIBRARIES = ("SHAREPOINTENTERPRISE", "SHAREPOINTENTERPRISE_EDU", "SHAREPOINTENTERPRISE_GOV")
"""Service plans with which people may set labels by hand (SharePoint Plan 2, in E3 and E5)."""
_ALIVE = frozenset({"Enabled", "Warning"})
_OFF = frozenset({"Disabled", "Error"})
_BANDS = ((1_000, 1_250), (5_000, 2_500), (15_000, 3_750), (50_000, 5_000))
_LARGEST_BAND = 6_250


class _Units(msgspec.Struct):
    enabled: int | None = None
    warning: int | None = None


class _Plan(msgspec.Struct):
    name: str | None = msgspec.field(name="servicePlanName", default=None)
    status: str | None = msgspec.field(name="provisioningStatus", default=None)


class _Sku(msgspec.Struct):
    id: str
    status: str | None = msgspec.field(name="capabilityStatus", default=None)
    units: _Units | None = msgspec.field(name="prepaidUnits", default=None)
    plans: tuple[_Plan, ...] = msgspec.field(name="servicePlans", default=())
    unread: tuple[str, ...] = msgspec.field(name=UNREAD, default=())


_skus = Pages(_Sku)


async def read_licences(graph: Graph) -> Mapping[str, int]:
    """Service plan ► licences that are switched on and hold it. One request, no units. Raises Forbidden without the role.

    Permission: LicenseAssignment.Read.All.
    """
    found = Counter[str]()
    for sku in (await collected(graph, "/subscribedSkus", _skus, units=0)).values:
        if sku.status not in _ALIVE or sku.units is None:
            continue
        licences = (sku.units.enabled or 0) + (sku.units.warning or 0)
        for name in {plan.name.upper() for plan in sku.plans if plan.name and plan.status not in _OFF}:
            found[name] += licences
    return found


def held(licences: Mapping[str, int], plans: tuple[str, ...]) -> int:
    """How many licences hold the one of these plans that most hold."""
    return max((licences.get(plan, 0) for plan in plans), default=0)


def carry_teams(licences: Mapping[str, int]) -> bool:
    """Whether any licence lets somebody use Teams."""
    return any(number for plan, number in licences.items() if plan.startswith("TEAMS"))


def units_allowed(licences: int) -> int:
    """Resource units a minute that Microsoft allows one app in a tenant of so many licences."""
    return next((units for most, units in _BANDS if licences <= most), _LARGEST_BAND)
