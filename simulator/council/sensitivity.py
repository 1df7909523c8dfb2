"""The council's sensitivity labels for groups and sites: by how widely a site may be shared.

Source: https://learn.microsoft.com/purview/sensitivity-labels-teams-groups-sites
"""

from __future__ import annotations

from simulator.tenant.identifiers import guid
from simulator.tenant.state import Tenant

_NAMES = ("OFFICIAL", "OFFICIAL-SENSITIVE", "OFFICIAL-SENSITIVE PERSONAL")
_BY_CAPABILITY = {"anyone": 0, "new_guests": 0, "existing_guests": 1, "disabled": 2}


def label_containers(tenant: Tenant) -> None:
    """Give every governed site and its group its label."""
    ids = [guid(tenant.seed, "sensitivity", name) for name in _NAMES]
    tenant.sensitivity_labels = dict(zip(ids, _NAMES, strict=True))
    for site in tenant.sites.values():
        if site.asset:
            site.sensitivity = ids[_BY_CAPABILITY[site.capability]]
        if site.group_id in tenant.groups:
            tenant.groups[site.group_id].sensitivity = site.sensitivity
