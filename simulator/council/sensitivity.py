"""The council's sensitivity labels for groups and sites: by how widely a site may be shared.

Source: https://learn.microsoft.com/purview/sensitivity-labels-teams-groups-sites
"""

from __future__ import annotations

from collections.abc import Mapping

from simulator.tenant.identifiers import guid
from simulator.tenant.state import Tenant


def label_containers(tenant: Tenant, by_capability: Mapping[str, str]) -> None:
    """Give every governed site and its group its label."""
    ids = {name: guid(tenant.seed, "sensitivity", name) for name in by_capability.values()}
    tenant.sensitivity_labels = {label_id: name for name, label_id in ids.items()}
    for site in tenant.sites.values():
        if site.asset:
            site.sensitivity = ids[by_capability[site.capability]]
        if site.group_id in tenant.groups:
            tenant.groups[site.group_id].sensitivity = site.sensitivity
