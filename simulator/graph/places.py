"""Sites and the tenant's sharing settings.

Sources: https://learn.microsoft.com/graph/api/site-getallsites, site-get, sharepointsettings-get
"""

from __future__ import annotations

from typing import Any

from simulator.graph.calls import READ_SITES, Answer, Call, Operation, answer, chosen
from simulator.graph.skip import skip_token, skipped
from simulator.refusal import Refused
from simulator.tenant.clock import instant
from simulator.tenant.model import Site

_PAGE = 10
_CAPABILITY = {
    "disabled": "disabled",
    "existing_guests": "existingExternalUserSharingOnly",
    "new_guests": "externalUserSharingOnly",
    "anyone": "externalUserAndGuestSharing",
}
_READ_SETTINGS = ("SharePointTenantSettings.Read.All", "SharePointTenantSettings.ReadWrite.All")


def site_body(site: Site, host: str) -> dict[str, Any]:
    """A site. The root site of the tenant says where its data lies."""
    hostname = host.replace(".", "-my.", 1) if site.personal else host
    collection = {"hostname": hostname} | ({} if site.path else {"dataLocationCode": "GBR"})
    return {
        "id": site.id,
        "name": site.name,
        "displayName": site.title,
        "description": "",
        "isPersonalSite": site.personal,
        "webUrl": site.url,
        "createdDateTime": instant(site.created),
        "lastModifiedDateTime": instant(site.modified),
        "siteCollection": collection,
        "root": {},
    }


def _all_sites(call: Call) -> Answer:
    sites = list(call.tenant.sites.values())
    start, size = skipped(call), call.top(_PAGE, 200)
    body: dict[str, Any] = {}
    if start + size < len(sites):
        body["@odata.nextLink"] = call.link(_skiptoken=skip_token(start + size))
    select = call.select()
    body["value"] = [chosen(site_body(site, call.tenant.host), select) for site in sites[start : start + size]]
    return answer(body)


def _site(call: Call) -> Answer:
    site = call.tenant.site(call["site"])
    if site.lock == "NoAccess":
        raise Refused(423, "notAllowed", "Access to this site has been blocked.", inner="resourceLocked")
    return answer(chosen(site_body(site, call.tenant.host), call.select()))


def _sites_of_group(call: Call) -> Answer:
    group = call.tenant.group(call["group"])
    if not group.site_id:
        raise Refused(404, "itemNotFound", "The group's site is not provisioned.")
    call.arguments["site"] = group.site_id
    return _site(call)


def _settings(call: Call) -> Answer:
    settings = call.tenant.sharing
    restricted = "allowList" if settings.allowed_domains else "blockList" if settings.blocked_domains else "none"
    return answer(
        {
            "sharingCapability": _CAPABILITY[settings.capability],
            "sharingDomainRestrictionMode": restricted,
            "sharingAllowedDomainList": settings.allowed_domains,
            "sharingBlockedDomainList": settings.blocked_domains,
            "isResharingByExternalUsersEnabled": settings.resharing_by_guests,
            "isRequireAcceptingUserToMatchInvitedUserEnabled": True,
            "isLegacyAuthProtocolsEnabled": False,
            "isUnmanagedSyncAppForTenantRestricted": False,
            "isLoopEnabled": True,
            "isSiteCreationEnabled": False,
            "deletedUserPersonalSiteRetentionPeriodInDays": 365,
            "tenantDefaultTimezone": "(UTC+00:00) Dublin, Edinburgh, Lisbon, London",
        }
    )


OPERATIONS = (
    Operation("GET", "sites/getAllSites", _all_sites, READ_SITES, 2),
    Operation("GET", "sites/{site}", _site, READ_SITES, 1),
    Operation("GET", "groups/{group}/sites/root", _sites_of_group, READ_SITES, 1),
    Operation("GET", "admin/sharepoint/settings", _settings, _READ_SETTINGS, 0),
)
