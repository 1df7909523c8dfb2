"""Microsoft 365 Archive: sites put away, and brought back.

For seven days an archived site can be had back at once; after that reactivation takes a day, and the site cannot be archived again for
120 days. While a site is archived nobody can reach what it holds.
Sources: https://learn.microsoft.com/microsoft-365/archive/archive-overview,
https://learn.microsoft.com/graph/api/resources/sitearchivaldetails,
https://pnp.github.io/cli-microsoft365/cmd/spo/site/site-unarchive (the 120 days)
"""

from __future__ import annotations

from simulator.refusal import bad_request
from simulator.tenant.model import ArchiveStatus, Site
from simulator.tenant.state import Tenant

_RECENT_SECONDS = 7 * 86_400
_REACTIVATION_SECONDS = 86_400
_COOLING_SECONDS = 120 * 86_400


def archive_status(tenant: Tenant, site: Site) -> ArchiveStatus:
    """Where the site stands; "" when it is active."""
    tenant.reopen(site)
    if not site.archived:
        return ""
    if site.reopens:
        return "reactivating"
    return "recentlyArchived" if tenant.now() - site.archived < _RECENT_SECONDS else "fullyArchived"


def archive(tenant: Tenant, site: Site) -> None:
    """Put a site away. Refused with 400 for the root site, for one that is archived, locked, or lately reactivated at a charge."""
    if not site.path:
        raise bad_request("The root site cannot be archived.")
    if archive_status(tenant, site):
        raise bad_request("The site is archived already.")
    if site.lock != "Unlock":
        raise bad_request("A locked site cannot be archived.")
    if site.reactivated and tenant.now() - site.reactivated < _COOLING_SECONDS:
        raise bad_request("The site was reactivated less than 120 days ago and cannot be archived.")
    site.archived = tenant.now()


def unarchive(tenant: Tenant, site: Site) -> None:
    """Bring a site back, at once or in a day. Refused with 400 for one that is not archived."""
    match archive_status(tenant, site):
        case "recentlyArchived":
            site.archived = 0
        case "fullyArchived":
            site.reopens = tenant.now() + _REACTIVATION_SECONDS
            site.reactivated = tenant.now()
        case _:
            raise bad_request("The site is not archived.")
