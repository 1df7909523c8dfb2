"""SharePoint administration, `/sharepoint-admin/_api/…`: properties of sites, their sharing capability and lock.

Every call needs SharePoint's own Sites.FullControl.All. `SharingCapability` is numbered 0 < 3 < 1 < 2 in order of
openness; a site can never be looser than the tenant. Tightening puts links to sleep, loosening wakes them. Changes
through `Update` take effect a little later, and the operation must be polled.

Sources: https://learn.microsoft.com/powershell/module/microsoft.online.sharepoint.powershell/set-sposite,
https://learn.microsoft.com/openspecs/sharepoint_protocols/ms-spo (Tenant, SiteProperties, SpoOperation)
"""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from simulator.entra.identity import SHAREPOINT_ADMIN
from simulator.front.hosts import called
from simulator.odata import Entity, Many, Returned, Segment
from simulator.refusal import Refused, bad_request, not_found
from simulator.sharepoint.call import FULL_CONTROL, RestCall, Result, answered, context_information, no_such_resource
from simulator.tenant.clock import instant
from simulator.tenant.directory import lock_site
from simulator.tenant.model import Capability, LockState, Site
from simulator.tenant.sharing import set_site_capability
from simulator.tenant.state import Tenant

_NAMESPACE = "Microsoft.Online.SharePoint.TenantAdministration"
_TENANTS = frozenset({f"{_NAMESPACE}.Tenant".lower(), "spo.tenant"})
_NUMBERS: dict[Capability, int] = {"disabled": 0, "new_guests": 1, "anyone": 2, "existing_guests": 3}
_CAPABILITIES = {number: name for name, number in _NUMBERS.items()}
_LOCKS: tuple[LockState, ...] = ("Unlock", "NoAccess", "ReadOnly", "NoAdditions")
_NO_GUID = "00000000-0000-0000-0000-000000000000"
_PAGE = 100
_POLLING_MILLISECONDS = 15_000
_SECONDS_TO_TAKE_EFFECT = 0.3
_CHANNEL_TYPES = {"": 0, "private": 1, "shared": 2}
_DETAIL_ONLY = ("SharingCapability", "SiteDefinedSharingCapability", "LockState", "DisableCompanyWideSharingLinks")
_FILTER = re.compile(r"\s*(\w+)\s+-(eq|like)\s+'([^']*)'\s*", re.IGNORECASE)
_WRITABLE_IN_GROUPS = frozenset(
    {"SharingCapability", "LockState", "SensitivityLabel", "DisableCompanyWideSharingLinks"}
)


def routes(tenant: Tenant) -> Iterable[web.RouteDef]:
    """Everything under the administration host's `_api`."""
    return [web.route("*", "/sharepoint-admin/_api/{path:.+}", _Administration(tenant).answer)]


@dataclass
class _Operation:
    """A change on its way: `done` is set once it took effect, `refused` if it could not."""

    done: bool = False
    refused: str = ""


@dataclass
class _Administration:
    _tenant: Tenant
    _operations: dict[str, _Operation] = field(default_factory=dict)

    async def answer(self, request: web.Request) -> web.Response:
        base = called(request, "/sharepoint-admin")
        return await answered(request, SHAREPOINT_ADMIN, base, request.match_info["path"], self._perform)

    async def _perform(self, call: RestCall) -> Result:
        call.need(FULL_CONTROL)
        first, rest = call.path[0], call.path[1:]
        if first.name == "contextinfo":
            return context_information(call)
        if first.name == f"{_NAMESPACE}.SpoOperation".lower():
            return self._operation(call, first.argument())
        if first.name not in _TENANTS:
            raise no_such_resource(call)
        if not rest:
            return Entity(f"{_NAMESPACE}.Tenant", f"{call.base}/_api/SPO.Tenant", self._tenant_fields())
        match rest[0].name:
            case "getsitepropertiesbyurl":
                site = self._site_at(str(call.parameter("url") or ""))
                return self._entity(call, site, detail=call.parameter("includeDetail") is not False)
            case "getsitepropertiesbysiteid":
                site = self._site(str(call.parameter("siteId") or ""))
                return self._entity(call, site, detail=call.parameter("includeDetail") is not False)
            case "getsitepropertiesfromsharepointbyfilters":
                return self._by_filters(call)
            case "sites":
                return self._sites(call, rest)
        raise no_such_resource(call)

    def _sites(self, call: RestCall, rest: list[Segment]) -> Result:
        keyed = bool(rest[0].arguments or rest[0].named)
        if not keyed and len(rest) == 2 and rest[1].name == "getlockstatebyid":
            return Returned("GetLockStateById", _LOCKS.index(self._site(rest[1].argument()).lock))
        if not keyed and len(rest) == 2 and rest[1].name == "getbyid":
            return self._entity(call, self._site(rest[1].argument()), detail=True)
        if not keyed:
            raise no_such_resource(call)
        site = self._site(rest[0].argument())
        if len(rest) == 2 and rest[1].name == "update" and call.method == "POST":
            return self._begin(call, site, call.json())
        if len(rest) > 1:
            raise no_such_resource(call)
        if call.method == "GET":
            return self._entity(call, site, detail=True)
        if call.method in ("MERGE", "PATCH"):
            self._apply(site, self._checked(site, call.json()))
            return None
        raise Refused(405, "-1, Microsoft.SharePoint.Client.InvalidClientQueryException", "The method is not allowed.")

    # -- reading ----------------------------------------------------------------------------------------------------

    def _site_at(self, url: str) -> Site:
        """The site whose own address this is; an address inside it is not."""
        for site in self._tenant.sites.values():
            if site.url.rstrip("/").lower() == url.rstrip("/").lower():
                return site
        raise Refused(404, "-1, Microsoft.Online.SharePoint.Common.SpoNoSiteException", f"Cannot get site {url}.")

    def _site(self, collection_id: str) -> Site:
        for site in self._tenant.sites.values():
            if site.collection_id == collection_id.lower():
                return site
        raise not_found("The site")

    def _by_filters(self, call: RestCall) -> Many:
        given = call.parameter("speFilter")
        wanted: Mapping[str, Any] = given if isinstance(given, dict) else {}
        sites = [site for site in self._tenant.sites.values() if wanted.get("IncludePersonalSite") or not site.personal]
        if wanted.get("Template"):
            sites = [site for site in sites if site.template == wanted["Template"]]
        if wanted.get("Filter"):
            fits = _FILTER.fullmatch(str(wanted["Filter"]))
            if fits is None:
                raise bad_request("The filter is not valid.")
            name, like, value = fits[1], fits[2].lower() == "like", fits[3].lower()
            told = [(site, str(self._fields(site, detail=True).get(name, "")).lower()) for site in sites]
            sites = [site for site, text in told if (value in text if like else value == text)]
        index = str(wanted.get("StartIndex") or "0")
        if not index.isdecimal():
            raise bad_request(f"StartIndex {index!r} is not valid.")
        start = int(index)
        detail = wanted.get("IncludeDetail") is True
        page = [self._entity(call, site, detail=detail) for site in sites[start : start + _PAGE]]
        following = str(start + _PAGE) if start + _PAGE < len(sites) else ""
        return Many(page, f"{_NAMESPACE}.SiteProperties", following)

    def _entity(self, call: RestCall, site: Site, *, detail: bool) -> Entity:
        address = f"{call.base}/_api/{_NAMESPACE}.Tenant/sites('{site.collection_id}')"
        return Entity(f"{_NAMESPACE}.SiteProperties", address, self._fields(site, detail=detail))

    def _fields(self, site: Site, *, detail: bool) -> dict[str, Any]:
        """A site's properties. Without detail some are defaults, whatever the site has."""
        group = self._tenant.groups.get(site.group_id)
        owner = self._tenant.users.get((site.owners or site.admins or [""])[0])
        fields = {
            "AllowDownloadingNonWebViewableFiles": True,
            "AnonymousLinkExpirationInDays": 0,
            "ArchiveStatus": "NotArchived",
            "BlockGuestsAsSiteAdmin": 0,
            "CreatedTime": instant(site.created),
            "DefaultLinkPermission": 0,
            "DefaultSharingLinkType": 0,
            "DisableCompanyWideSharingLinks": 2,
            "ExternalUserExpirationInDays": 0,
            "GroupId": site.group_id or _NO_GUID,
            "HasHolds": any(drive.hold for drive in site.drives),
            "HubSiteId": _NO_GUID,
            "IsHubSite": False,
            "IsTeamsChannelConnected": bool(site.channel_type),
            "IsTeamsConnected": group is not None and group.is_team,
            "LastContentModifiedDate": instant(site.modified),
            "LockState": site.lock,
            "OverrideSharingCapability": False,
            "OverrideTenantAnonymousLinkExpirationPolicy": False,
            "OverrideTenantExternalUserExpirationPolicy": False,
            "Owner": owner.upn if owner is not None else "",
            "RelatedGroupId": site.parent_group_id or site.group_id or _NO_GUID,
            "RestrictedAccessControl": False,
            "SensitivityLabel": "",
            "SharingAllowedDomainList": "",
            "SharingBlockedDomainList": "",
            "SharingCapability": _NUMBERS[self._tenant.capability(site)],
            "SharingDomainRestrictionMode": 0,
            "SiteDefinedSharingCapability": _NUMBERS[site.capability],
            "SiteId": site.collection_id,
            "Status": "Active",
            "StorageUsage": sum(drive.root.size for drive in site.drives) // 1_048_576,
            "TeamsChannelType": _CHANNEL_TYPES[site.channel_type],
            "Template": site.template,
            "Title": site.title,
            "Url": site.url,
        }
        if not detail:
            fields |= {name: "Unlock" if name == "LockState" else 0 for name in _DETAIL_ONLY}
        return fields

    def _tenant_fields(self) -> dict[str, Any]:
        sharing = self._tenant.sharing
        return {
            "RootSiteUrl": self._tenant.root_url,
            "SharingCapability": _NUMBERS[sharing.capability],
            "CoreSharingCapability": _NUMBERS[sharing.capability],
            "RequireAnonymousLinksExpireInDays": sharing.anyone_link_days or -1,
            "SharingBlockedDomainList": " ".join(sharing.blocked_domains),
            "SharingAllowedDomainList": " ".join(sharing.allowed_domains),
        }

    # -- writing ----------------------------------------------------------------------------------------------------

    def _checked(self, site: Site, asked: Mapping[str, Any]) -> dict[str, Any]:
        """What is to be set, if it may be."""
        wanted = {name: value for name, value in asked.items() if not name.startswith(("__", "odata.", "@"))}
        wanted = {name: value for name, value in wanted.items() if value != self._fields(site, detail=True).get(name)}
        if site.group_id and (refused := wanted.keys() - _WRITABLE_IN_GROUPS):
            raise bad_request(f"{', '.join(sorted(refused))} cannot be set on a site of a Microsoft 365 group.")
        if unknown := wanted.keys() - {"SharingCapability", "LockState"}:
            raise bad_request(f"This simulated tenant cannot set {', '.join(sorted(unknown))}.")
        if "SharingCapability" in wanted and wanted["SharingCapability"] not in _CAPABILITIES:
            raise bad_request(f"SharingCapability has no value {wanted['SharingCapability']!r}.")
        if "LockState" in wanted:
            wanted["LockState"] = _lock(wanted["LockState"])
        return wanted

    def _apply(self, site: Site, wanted: Mapping[str, Any]) -> None:
        if "SharingCapability" in wanted:
            set_site_capability(self._tenant, site, _CAPABILITIES[wanted["SharingCapability"]])
        if "LockState" in wanted:
            lock_site(self._tenant, site, wanted["LockState"])

    def _begin(self, call: RestCall, site: Site, asked: Mapping[str, Any]) -> Entity:
        wanted, operation_id, operation = self._checked(site, asked), str(uuid.uuid4()), _Operation()
        self._operations[operation_id] = operation

        def take_effect() -> None:
            try:
                self._apply(site, wanted)
            except Refused as refusal:
                operation.refused = refusal.message
            operation.done = True

        asyncio.get_running_loop().call_later(_SECONDS_TO_TAKE_EFFECT, take_effect)
        return self._operation(call, operation_id)

    def _operation(self, call: RestCall, operation_id: str) -> Entity:
        operation = self._operations.get(operation_id)
        if operation is None:
            raise not_found("The operation")
        if operation.refused:
            raise bad_request(operation.refused)
        address = f"{call.base}/_api/{_NAMESPACE}.SpoOperation('{operation_id}')"
        polling = 0 if operation.done else _POLLING_MILLISECONDS
        fields = {"HasTimedout": False, "IsComplete": operation.done, "PollingInterval": polling}
        return Entity(f"{_NAMESPACE}.SpoOperation", address, fields)


def _lock(value: object) -> LockState:
    """A lock by its name (CSOM) or number (REST)."""
    for number, name in enumerate(_LOCKS):
        if value in (name, number) and not isinstance(value, bool):
            return name
    raise bad_request(f"LockState has no value {value!r}.")
