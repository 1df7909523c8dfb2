"""The tenant and its sites as SharePoint administration has them.

Sources: https://learn.microsoft.com/openspecs/sharepoint_protocols/ms-spo (Tenant),
https://learn.microsoft.com/powershell/module/microsoft.online.sharepoint.powershell/get-sposite
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from simulator.odata import Complex, Many, Returned, scalar
from simulator.refusal import Refused, bad_request, not_found
from simulator.sharepoint.changes import Changes
from simulator.sharepoint.node import FULL_CONTROL, Collection, Given, Operation, Outcome, Resource, flag, several, text
from simulator.sharepoint.people import group_members
from simulator.sharepoint.properties import LOCKS, site_fields, tenant_fields
from simulator.sharepoint.scope import RequestScope
from simulator.tenant import archiving
from simulator.tenant.model import Principal, Site

NAMESPACE = "Microsoft.Online.SharePoint.TenantAdministration"
_PAGE = 100
_FILTER = re.compile(r"\s*(\w+)\s+-(eq|like)\s+'([^']*)'\s*", re.IGNORECASE)
_INCLUDE_PERSONAL = (True, 1, "1", "Include")
_GROUPS = (3, 5, 4)  # what userGroupIds 0, 1, 2 stand for: owners, members, visitors
_USER_INFO = f"{NAMESPACE}.SiteUserInfo"


def tenant(scope: RequestScope, changes: Changes) -> Resource:
    """The tenant, with everything that administration can ask of it. Each needs full control."""

    def by_url(given: Given) -> Outcome:
        return site(
            scope, changes, site_at(scope, text(given, "url")), detail=flag(given, "includedetail", otherwise=True)
        )

    def by_id(given: Given) -> Outcome:
        found = _site(scope, text(given, "siteid"))
        return site(scope, changes, found, detail=flag(given, "includedetail", otherwise=True))

    def archive(given: Given) -> Outcome:
        found = site_at(scope, text(given, "url"))
        archiving.archive(scope.tenant, found)
        return changes.done(found)

    def unarchive(given: Given) -> Outcome:
        found = site_at(scope, text(given, "url"))
        archiving.unarchive(scope.tenant, found)
        return changes.done(found)

    asked: dict[str, tuple[Any, tuple[str, ...]]] = {
        "getsitepropertiesbyurl": (by_url, ("url", "includeDetail")),
        "getsitepropertiesbysiteid": (by_id, ("siteId", "includeDetail")),
        "getsitepropertiesfromsharepointbyfilters": (lambda given: _by_filters(scope, changes, given), ("speFilter",)),
        "getsiteadministrators": (lambda given: _administrators(scope, given), ("siteId",)),
        "setsiteadmin": (lambda given: _set_admin(scope, given), ("siteUrl", "loginName", "isSiteAdmin")),
        "archivesitebyurl": (archive, ("url",)),
        "unarchivesitebyurl": (unarchive, ("url",)),
    }
    return Resource(
        type=f"{NAMESPACE}.Tenant",
        path="SPO.Tenant",
        identity="Tenant",
        fields=tenant_fields(scope.tenant),
        links={"sites": lambda: _sites(scope, changes)},
        operations={name: Operation(run, parameters, FULL_CONTROL) for name, (run, parameters) in asked.items()},
    )


def site(scope: RequestScope, changes: Changes, found: Site, *, detail: bool) -> Resource:
    """SiteProperties."""
    return Resource(
        type=f"{NAMESPACE}.SiteProperties",
        path=f"{NAMESPACE}.Tenant/sites('{found.collection_id}')",
        identity=f"SiteProperties\n{quote(found.url, safe='').lower()}",
        fields=site_fields(scope.tenant, found, detail=detail),
        operations={"update": Operation(lambda given: changes.begin(found, given), (), FULL_CONTROL)},
        update=lambda given: changes.at_once(found, given),
        update_roles=FULL_CONTROL,
    )


def site_at(scope: RequestScope, url: str) -> Site:
    """The site whose own address this is; an address inside it is not. Raises Refused 404."""
    for each in scope.tenant.sites.values():
        if each.url.rstrip("/").lower() == url.rstrip("/").lower():
            return each
    raise Refused(404, "-1, Microsoft.Online.SharePoint.Common.SpoNoSiteException", f"Cannot get site {url}.")


def _site(scope: RequestScope, collection_id: str) -> Site:
    for each in scope.tenant.sites.values():
        if each.collection_id == collection_id.strip("{}").lower():
            return each
    raise not_found("The site")


def _sites(scope: RequestScope, changes: Changes) -> Collection:
    def keyed(key: str) -> Resource:
        return site(scope, changes, _site(scope, key), detail=True)

    def lock_state(given: Given) -> Outcome:
        return Returned("GetLockStateById", LOCKS.index(_site(scope, text(given, "siteid")).lock))

    return Collection(
        type=f"{NAMESPACE}.SiteProperties",
        path=f"{NAMESPACE}.Tenant/sites",
        members=lambda: [site(scope, changes, each, detail=False) for each in scope.tenant.sites.values()],
        find=keyed,
        operations={
            "getbyid": Operation(lambda given: keyed(text(given, "siteid")), ("siteId",), FULL_CONTROL),
            "getlockstatebyid": Operation(lock_state, ("siteId",), FULL_CONTROL),
            "getsiteusergroups": Operation(
                lambda given: _user_groups(scope, given), ("siteId", "userGroupIds"), FULL_CONTROL
            ),
        },
    )


def _by_filters(scope: RequestScope, changes: Changes, given: Given) -> Collection:
    filters = given.get("spefilter")
    wanted: Mapping[str, Any] = filters if isinstance(filters, dict) else {}
    personal = wanted.get("IncludePersonalSite") in _INCLUDE_PERSONAL
    sites = [each for each in scope.tenant.sites.values() if personal or not each.personal]
    if wanted.get("Template"):
        sites = [each for each in sites if each.template == wanted["Template"]]
    if wanted.get("Filter"):
        sites = _filtered(scope, sites, str(wanted["Filter"]))
    index = str(wanted.get("StartIndex") or "0")
    if not index.isdecimal():
        raise bad_request(f"StartIndex {index!r} is not valid.")
    start = int(index)
    following = str(start + _PAGE) if start + _PAGE < len(sites) else ""
    page, detail = sites[start : start + _PAGE], wanted.get("IncludeDetail") is True
    return Collection(
        type=f"{NAMESPACE}.SiteProperties",
        path=f"{NAMESPACE}.Tenant/sites",
        members=lambda: [site(scope, changes, each, detail=detail) for each in page],
        collection_type=f"{NAMESPACE}.SPOSitePropertiesEnumerable",
        fields={"NextStartIndex": -1, "NextStartIndexFromSharePoint": following or None},
        following=following,
    )


def _filtered(scope: RequestScope, sites: list[Site], condition: str) -> list[Site]:
    fits = _FILTER.fullmatch(condition)
    if fits is None:
        raise bad_request("The filter is not valid.")
    name, like, value = fits[1].lower(), fits[2].lower() == "like", fits[3].lower()
    found = []
    for each in sites:
        fields = {key.lower(): value for key, value in site_fields(scope.tenant, each, detail=True).items()}
        told = str(scalar(fields.get(name, ""))).lower()
        if value in told if like else value == told:
            found.append(each)
    return found


def _administrators(scope: RequestScope, given: Given) -> Outcome:
    found = _site(scope, text(given, "siteid"))
    people = [scope.tenant.principal(scope.tenant.users[each]) for each in found.admins if each in scope.tenant.users]
    return Returned("GetSiteAdministrators", Many([_user_info(each) for each in people], _USER_INFO))


def _user_groups(scope: RequestScope, given: Given) -> Outcome:
    """Owners, members and visitors, in the order asked for."""
    found, asked = _site(scope, text(given, "siteid")), given.get("usergroupids")
    numbers = several(given, "usergroupids") if isinstance(asked, list | dict) else re.findall(r"\d+", str(asked or ""))
    if not numbers or any(int(each) >= len(_GROUPS) for each in numbers):
        raise bad_request("userGroupIds takes a list of 0, 1 and 2.")
    members = [group_members(scope, found, _GROUPS[int(each)]) for each in numbers]
    kind = f"{NAMESPACE}.UserGroup"
    told = [Complex(kind, {"userGroup": Many([_user_info(each) for each in people], _USER_INFO)}) for people in members]
    return Returned("GetSiteUserGroups", Many(told, kind))


def _user_info(principal: Principal) -> Complex:
    name = principal.email if principal.kind == "user" else None
    fields = {"email": principal.email, "loginName": principal.login, "name": principal.name, "userPrincipalName": name}
    return Complex(_USER_INFO, fields)


def _set_admin(scope: RequestScope, given: Given) -> Outcome:
    found = site_at(scope, text(given, "siteurl"))
    user = scope.tenant.user(text(given, "loginname").rpartition("|")[2])
    found.admins = [each for each in found.admins if each != user.id]
    if flag(given, "issiteadmin", otherwise=True):
        found.admins.append(user.id)
    return Returned("SetSiteAdmin", None)
