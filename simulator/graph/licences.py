"""The tenant's commercial subscriptions: how many licences of each, and which services are in them. Read alone.

Source: https://learn.microsoft.com/graph/api/subscribedsku-list and https://learn.microsoft.com/graph/api/resources/subscribedsku
"""

from __future__ import annotations

import uuid
from typing import Any

from simulator.graph import vocabulary
from simulator.graph.calls import Answer, Call, Operation, answer, chosen
from simulator.graph.options import SELECT

_ROLES = (
    "LicenseAssignment.Read.All",
    "Organization.Read.All",
    "Organization.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
)


def _id(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://simulated.example/licence/{name}"))


def _listed(call: Call) -> Answer:
    tenant = call.tenant
    sku = _id("sku")
    body: dict[str, Any] = {
        "accountId": tenant.id,
        "accountName": tenant.council,
        "appliesTo": "User",
        "capabilityStatus": "Enabled",
        "consumedUnits": tenant.licences,
        "id": f"{tenant.id}_{sku}",
        "skuId": sku,
        "skuPartNumber": "SPE_E5",
        "subscriptionIds": [_id("subscription")],
        "prepaidUnits": {"enabled": tenant.licences, "suspended": 0, "warning": 0, "lockedOut": 0},
        "servicePlans": [
            {"appliesTo": "User", "provisioningStatus": "Success", "servicePlanId": _id(name), "servicePlanName": name}
            for name in tenant.service_plans
        ],
    }
    return answer({"value": [chosen(body, call.select())]})


OPERATIONS = (Operation("GET", "subscribedSkus", _listed, _ROLES, 0, options=SELECT, names=vocabulary.SUBSCRIBED_SKUS),)
