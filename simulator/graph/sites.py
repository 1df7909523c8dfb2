"""Sites: all of them, by search, what changed among them, and one.

Sources: https://learn.microsoft.com/graph/api/site-getallsites, site-list, site-search, site-get, site-delta,
site-list-subsites, site-list-permissions, site-post-permissions
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any

from simulator.graph import snapshot_delta, vocabulary
from simulator.graph.calls import FULL_CONTROL, READ_SITES, Answer, Call, Operation, answer, chosen
from simulator.graph.listing import paged
from simulator.graph.options import DELTA, EXPAND, PAGED, SELECT
from simulator.refusal import Refused, bad_request, not_found
from simulator.tenant.archiving import archive_status
from simulator.tenant.clock import instant
from simulator.tenant.files import check_open
from simulator.tenant.model import AppGrant, Site
from simulator.tenant.snapshots import State
from simulator.tenant.state import Tenant

_PAGE = 10
_ROOTS = re.compile(r"siteCollection/root\s+ne\s+null", re.IGNORECASE)
_SECONDS_TO_INDEX = 4 * 3600
_ROLES = frozenset({"read", "write", "owner", "fullcontrol"})


def site_body(tenant: Tenant, site: Site, select: frozenset[str] = frozenset()) -> dict[str, Any]:
    """A site. The root site of the tenant says where its data lies; the state of an archived one only when selected."""
    hostname = tenant.host.replace(".", "-my.", 1) if site.personal else tenant.host
    collection: dict[str, Any] = {"hostname": hostname} | ({} if site.path else {"root": {}, "dataLocationCode": "GBR"})
    if site.archived and "siteCollection" in select:
        collection["archivalDetails"] = {"archiveStatus": archive_status(tenant, site)}
    body = {
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
    if "sharepointIds" in select:
        body["sharepointIds"] = {"siteId": site.collection_id, "siteUrl": site.url, "webId": site.web_id}
    return chosen(body, select)


def _shown(call: Call, sites: list[Site]) -> list[dict[str, Any]]:
    select = call.select()
    return [site_body(call.tenant, site, select) for site in sites]


def _all_sites(call: Call) -> Answer:
    return paged(call, _shown(call, list(call.tenant.sites.values())), _PAGE, 200)


def _sites(call: Call) -> Answer:
    """The search index (`search=`), or the root site of each geography. Anything else is not offered."""
    sought, wanted = call.query.get("$search"), call.query.get("$filter")
    if sought is not None:
        return paged(call, _shown(call, _indexed(call, sought)), 200, 500)
    if wanted is not None and _ROOTS.fullmatch(wanted.strip()):
        return paged(call, _shown(call, [call.tenant.site("root")]), 200, 500)
    if wanted is not None:
        raise Refused(400, "invalidRequest", f"The filter is not supported: {wanted}")
    return paged(call, _shown(call, list(call.tenant.sites.values())), _PAGE, 200)


def _indexed(call: Call, sought: str) -> list[Site]:
    """What the search index knows: neither locked or archived sites, nor those made in the last hours, nor OneDrives."""
    words = sought.strip('"').replace("*", " ").lower().split()
    newest = call.tenant.now() - _SECONDS_TO_INDEX
    return [
        site
        for site in call.tenant.sites.values()
        if not (site.personal or site.archived or site.lock == "NoAccess" or site.created > newest)
        and all(word in f"{site.title} {site.name}".lower() for word in words)
    ]


def _site(call: Call) -> Answer:
    """A site. An archived one answers only when `siteCollection` is selected, which says that it is archived."""
    site, select = call.tenant.site(call["site"]), call.select()
    if not (site.archived and "siteCollection" in select and site.lock != "NoAccess"):
        check_open(site, writing=False)
    body = site_body(call.tenant, site, select)
    call.expand()
    return answer(body)


def _state(call: Call) -> State:
    """All sites as delta compares them: work in a site is no change of the site."""
    hidden = ("lastModifiedDateTime",)
    return {
        site.id: {name: value for name, value in site_body(call.tenant, site).items() if name not in hidden}
        for site in call.tenant.sites.values()
    }


def _delta(call: Call) -> Answer:
    select = call.select()

    def shown(site_id: str, known: Mapping[str, Any], _: Mapping[str, Any] | None) -> dict[str, Any]:
        site = call.tenant.sites.get(site_id)
        modified = {"lastModifiedDateTime": instant(site.modified)} if site is not None else {}
        return chosen({**known, **modified}, select | {"id"} if select else select)

    def gone(site_id: str, before: Mapping[str, Any]) -> dict[str, Any]:
        # Documented on https://learn.microsoft.com/graph/api/site-delta; the service description has no facet `deleted`
        # on a site.
        return {"id": site_id, "name": before["name"], "deleted": {"state": "deleted"}}

    return snapshot_delta.by_token(call, "sites", _state(call), shown, gone, page=_PAGE, most=200)


def _subsites(call: Call) -> Answer:
    check_open(call.tenant.site(call["site"]), writing=False)
    return answer({"value": []})  # every site of this tenant has one web


def _sites_of_group(call: Call) -> Answer:
    group = call.tenant.group(call["group"])
    return paged(call, _shown(call, [call.tenant.site(group.site_id)] if group.site_id else []))


def _grant_body(grant: AppGrant) -> dict[str, Any]:
    identity = {"application": {"id": grant.app_id, "displayName": grant.app_name}}
    return {"id": grant.id, "roles": list(grant.roles), "grantedToIdentitiesV2": [identity]}


def _grants(call: Call) -> Answer:
    """The list says to whom, and leaves out which role: that is asked one by one, as with Microsoft."""
    site = call.tenant.site(call["site"])
    check_open(site, writing=False)
    bodies = ({name: value for name, value in _grant_body(each).items() if name != "roles"} for each in site.app_grants)
    return paged(call, [chosen(body, call.select()) for body in bodies])


def _one_grant(call: Call) -> Answer:
    """One grant with its role: for applications alone. https://learn.microsoft.com/graph/api/site-get-permission"""
    if call.caller.user_id:
        raise Refused(403, "accessDenied", "Access denied")
    site = call.tenant.site(call["site"])
    check_open(site, writing=False)
    found = next((each for each in site.app_grants if each.id == call["permission"]), None)
    if found is None:
        raise not_found("The permission")
    return answer(chosen(_grant_body(found), call.select()))


def _grant(call: Call) -> Answer:
    site, asked = call.tenant.site(call["site"]), call.json()
    check_open(site, writing=True)
    roles = asked.get("roles")
    granted = asked.get("grantedToIdentities") or asked.get("grantedToIdentitiesV2") or [asked.get("grantedTo") or {}]
    application = granted[0].get("application") if isinstance(granted, list) and isinstance(granted[0], dict) else None
    if not isinstance(application, dict) or not application.get("id"):
        raise bad_request("A site is granted to an application: 'grantedToIdentities' needs its id.")
    if not isinstance(roles, list) or len(roles) != 1 or roles[0] not in _ROLES:
        raise bad_request("'roles' must be one of read, write, owner and fullcontrol.")
    made = AppGrant(str(uuid.uuid4()), str(application["id"]), str(application.get("displayName", "")), tuple(roles))
    site.app_grants.append(made)
    return answer(_grant_body(made), 201)


def _revoke(call: Call) -> Answer:
    site = call.tenant.site(call["site"])
    check_open(site, writing=True)
    kept = [each for each in site.app_grants if each.id != call["permission"]]
    if len(kept) == len(site.app_grants):
        raise not_found("The permission")
    site.app_grants = kept
    return Answer(None, 204)


_SITE, _GRANTS = "sites/{site}", "sites/{site}/permissions"
_NAMES, _FULL = vocabulary.SITE, (FULL_CONTROL,)
OPERATIONS = (
    Operation("GET", "sites/getAllSites", _all_sites, READ_SITES, 2, options=PAGED, names=_NAMES),
    Operation("GET", "sites", _sites, READ_SITES, 2, options=PAGED | {"$search", "$filter"}, names=_NAMES),
    Operation("GET", "sites/delta", _delta, READ_SITES, snapshot_delta.units, options=DELTA, names=_NAMES),
    Operation("GET", _SITE, _site, READ_SITES, 1, options=EXPAND, names=_NAMES),
    Operation("GET", _SITE + "/sites", _subsites, READ_SITES, 2, options=PAGED, names=_NAMES),
    Operation("GET", "groups/{group}/sites", _sites_of_group, READ_SITES, 2, options=PAGED, names=_NAMES),
    Operation("GET", _GRANTS, _grants, _FULL, 5, options=SELECT | {"$skiptoken", "$top"}, names=vocabulary.PERMISSION),
    Operation("GET", _GRANTS + "/{permission}", _one_grant, _FULL, 5, options=SELECT, names=vocabulary.PERMISSION),
    Operation("POST", _GRANTS, _grant, _FULL, 5),
    Operation("DELETE", _GRANTS + "/{permission}", _revoke, _FULL, 5),
)
