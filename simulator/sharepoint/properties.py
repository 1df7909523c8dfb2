"""What SharePoint administration tells of a site and of the tenant.

`SharingCapability` is numbered 0 < 3 < 1 < 2 in order of openness.
Sources: https://learn.microsoft.com/powershell/module/microsoft.online.sharepoint.powershell/set-sposite,
https://learn.microsoft.com/powershell/module/microsoft.online.sharepoint.powershell/set-spotenant,
https://learn.microsoft.com/openspecs/sharepoint_protocols/ms-spo (Tenant, SiteProperties)
"""

from __future__ import annotations

from typing import Any

from simulator.odata import Guid, Moment
from simulator.tenant.archiving import archive_status
from simulator.tenant.model import ArchiveStatus, Capability, LockState, Site
from simulator.tenant.state import Tenant

NUMBERS: dict[Capability, int] = {"disabled": 0, "new_guests": 1, "anyone": 2, "existing_guests": 3}
CAPABILITIES = {number: name for name, number in NUMBERS.items()}
LOCKS: tuple[LockState, ...] = ("Unlock", "NoAccess", "ReadOnly", "NoAdditions")
NO_GUID = "00000000-0000-0000-0000-000000000000"
LINKS_OFF, LINKS_ON = 1, 2
_ARCHIVED: dict[ArchiveStatus, str] = {
    "": "NotArchived",
    "recentlyArchived": "RecentlyArchived",
    "fullyArchived": "FullyArchived",
    "reactivating": "Reactivating",
}
_CHANNEL_TYPES = {"": 0, "private": 1, "shared": 2}
_DETAIL_ONLY = ("SharingCapability", "SiteDefinedSharingCapability", "LockState", "DisableCompanyWideSharingLinks")
_QUOTA_MEGABYTES = 26_214_400


def site_fields(tenant: Tenant, site: Site, *, detail: bool) -> dict[str, Any]:
    """A site's properties. Without detail some are defaults, whatever the site has."""
    group = tenant.groups.get(site.group_id)
    owner = tenant.users.get((site.owners or site.admins or [""])[0])
    fields: dict[str, Any] = {
        "AllowDownloadingNonWebViewableFiles": True,
        "AllowEditing": True,
        "AllowSelfServiceUpgrade": True,
        "AnonymousLinkExpirationInDays": 0,
        "ArchiveStatus": _ARCHIVED[archive_status(tenant, site)],
        "BlockGuestsAsSiteAdmin": 0,
        "CommentsOnSitePagesDisabled": False,
        "CompatibilityLevel": 15,
        "ConditionalAccessPolicy": 0,
        "CreatedTime": Moment(site.created),
        "DefaultLinkPermission": 0,
        "DefaultLinkToExistingAccess": False,
        "DefaultSharingLinkType": 0,
        "DenyAddAndCustomizePages": 2,
        "Description": None,
        "DisableCompanyWideSharingLinks": LINKS_ON if site.company_links else LINKS_OFF,
        "DisableFlows": 0,
        "ExternalUserExpirationInDays": 0,
        "GroupId": Guid(site.group_id or NO_GUID),
        "GroupOwnerLoginName": f"c:0o.c|federateddirectoryclaimprovider|{site.group_id}_o" if site.group_id else None,
        "HasHolds": any(drive.hold for drive in site.drives),
        "HubSiteId": Guid(NO_GUID),
        "IsHubSite": False,
        "IsTeamsChannelConnected": bool(site.channel_type),
        "IsTeamsConnected": group is not None and group.is_team,
        "LastContentModifiedDate": Moment(site.modified),
        "Lcid": 2057,
        "LockIssue": None,
        "LockState": site.lock,
        "OverrideSharingCapability": False,
        "OverrideTenantAnonymousLinkExpirationPolicy": False,
        "OverrideTenantExternalUserExpirationPolicy": False,
        "Owner": owner.upn if owner is not None else "",
        "OwnerEmail": owner.mail if owner is not None else None,
        "OwnerLoginName": owner.login if owner is not None else None,
        "OwnerName": owner.name if owner is not None else None,
        "RelatedGroupId": Guid(site.parent_group_id or site.group_id or NO_GUID),
        "RestrictedAccessControl": False,
        "SensitivityLabel": site.sensitivity,
        "SharingAllowedDomainList": "",
        "SharingBlockedDomainList": "",
        "SharingCapability": NUMBERS[tenant.capability(site)],
        "SharingDomainRestrictionMode": 0,
        "ShowPeoplePickerSuggestionsForGuestUsers": False,
        "SiteDefinedSharingCapability": NUMBERS[site.capability],
        "SiteId": Guid(site.collection_id),
        "Status": "Active",
        "StorageMaximumLevel": _QUOTA_MEGABYTES,
        "StorageUsage": sum(drive.root.size for drive in site.drives) // 1_048_576,
        "StorageWarningLevel": _QUOTA_MEGABYTES * 98 // 100,
        "TeamsChannelType": _CHANNEL_TYPES[site.channel_type],
        "Template": site.template,
        "TimeZoneId": 2,
        "Title": site.title,
        "Url": site.url,
        "WebsCount": 1,
    }
    if not detail:
        fields |= {name: "Unlock" if name == "LockState" else 0 for name in _DETAIL_ONLY}
    return fields


def tenant_fields(tenant: Tenant) -> dict[str, Any]:
    """The settings of the whole tenant, as far as it has them. Numbers are of Microsoft's enumerations."""
    sharing, records = tenant.sharing, tenant.records
    capability = NUMBERS[sharing.capability]
    return {
        "AllowDownloadingNonWebViewableFiles": True,
        "AllowEditing": True,
        "AllowFilesWithKeepLabelToBeDeletedODB": records.labelled_can_be_deleted_onedrive,
        "AllowFilesWithKeepLabelToBeDeletedSPO": records.labelled_can_be_deleted,
        "CompatibilityRange": "15,15",
        "ConditionalAccessPolicy": 0,
        "CoreSharingCapability": capability,
        "DefaultLinkPermission": 2,
        "DefaultSharingLinkType": 2,
        "DisableCustomAppAuthentication": True,
        "ExternalServicesEnabled": sharing.capability != "disabled",
        "ExternalUserExpirationRequired": False,
        "ExternalUserExpireInDays": 60,
        "FileAnonymousLinkType": 2,
        "FolderAnonymousLinkType": 2,
        "HideDefaultThemes": False,
        "IsLoopEnabled": True,
        "IsMultiGeo": False,
        "IsUnmanagedSyncClientForTenantRestricted": False,
        "LegacyAuthProtocolsEnabled": False,
        "LimitedAccessFileType": 1,
        "NoAccessRedirectUrl": None,
        "NotifyOwnersWhenItemsReshared": True,
        "ODBAccessRequests": 0,
        "ODBMembersCanShare": 0,
        "ODBSharingCapability": capability,
        "OrphanedPersonalSitesRetentionPeriod": 365,
        "PreventExternalUsersFromResharing": not sharing.resharing_by_guests,
        "RequireAcceptingAccountMatchInvitedAccount": True,
        "RequireAnonymousLinksExpireInDays": sharing.anyone_link_days or -1,
        "RootSiteUrl": tenant.root_url,
        "SharingAllowedDomainList": " ".join(sharing.allowed_domains),
        "SharingBlockedDomainList": " ".join(sharing.blocked_domains),
        "SharingCapability": capability,
        "SharingDomainRestrictionMode": 1 if sharing.allowed_domains else 2 if sharing.blocked_domains else 0,
        "ShowEveryoneClaim": False,
        "ShowEveryoneExceptExternalUsersClaim": True,
        "SpecialCharactersStateInFileFolderNames": 1,
    }
