"""A site collection and its web.

Sources: https://learn.microsoft.com/sharepoint/dev/sp-add-ins/complete-basic-operations-using-sharepoint-rest-endpoints,
https://learn.microsoft.com/openspecs/sharepoint_protocols/ms-csomspt (SP.Site, SP.Web)
"""

from __future__ import annotations

from simulator.odata import Complex, Guid, Moment, Returned
from simulator.refusal import Refused, bad_request
from simulator.sharepoint import documents, lists, people
from simulator.sharepoint.node import FULL_CONTROL, Collection, Given, Operation, Outcome, Resource, number, text
from simulator.sharepoint.principal_ids import MEMBERS, OWNERS, VISITORS
from simulator.sharepoint.scope import RequestScope
from simulator.tenant import sharing
from simulator.tenant.model import OPENNESS, Site

_NO_GUID = "00000000-0000-0000-0000-000000000000"


def web(scope: RequestScope, site: Site) -> Resource:
    """SP.Web: the one web of a site."""
    template, _, configuration = site.template.partition("#")
    return Resource(
        type="SP.Web",
        path="Web",
        identity=f"site:{site.collection_id}:web:{site.web_id}",
        fields={
            "Configuration": int(configuration),
            "Created": Moment(site.created),
            "Description": "",
            "Id": Guid(site.web_id),
            "Language": 1033,
            "LastItemModifiedDate": Moment(site.modified),
            "LastItemUserModifiedDate": Moment(site.modified),
            "NoCrawl": False,
            "QuickLaunchEnabled": True,
            "RecycleBinEnabled": True,
            "ResourcePath": Complex("SP.ResourcePath", {"DecodedUrl": site.url}),
            "ServerRelativeUrl": f"/{site.path}",
            "SiteLogoUrl": None,
            "TenantAdminMembersCanShare": 0,
            "Title": site.title,
            "UIVersion": 15,
            "Url": site.url,
            "WebTemplate": template,
            "WelcomePage": "SitePages/Home.aspx",
        },
        more={"HasUniqueRoleAssignments": lambda: True, "MembersCanShare": lambda: site.members_can_share},
        links={
            "AssociatedMemberGroup": lambda: people.group(scope, site, MEMBERS),
            "AssociatedOwnerGroup": lambda: people.group(scope, site, OWNERS),
            "AssociatedVisitorGroup": lambda: people.group(scope, site, VISITORS),
            "CurrentUser": lambda: people.current_user(scope, site),
            "Lists": lambda: lists.lists(scope, site),
            "SiteGroups": lambda: people.groups(scope, site),
            "SiteUsers": lambda: people.users(scope, site),
            "Webs": lambda: Collection(type="SP.Web", path="Web/Webs", members=list),
        },
        operations={
            "getlist": Operation(lambda given: lists.at_path(scope, site, text(given, "strurl")), ("strUrl",)),
            "getuserbyid": Operation(lambda given: _user(scope, site, number(given, "userid")), ("userId",)),
            **documents.operations(scope, site),
        },
        update=lambda given: _change(site, given),
        update_roles=FULL_CONTROL,
    )


def _user(scope: RequestScope, site: Site, wanted: int) -> Resource:
    for each in people.known(scope, site):
        if scope.numbers.principal(each) == wanted:
            return people.user(scope, site, each)
    raise Refused(404, "-2146232832, Microsoft.SharePoint.SPException", "User cannot be found.")


def _change(site: Site, given: Given) -> None:
    if site.lock == "ReadOnly":
        raise Refused(423, "notAllowed", "The site is read-only.", inner="serviceReadOnly")
    if unknown := given.keys() - {"MembersCanShare"}:
        raise bad_request(f"This simulated tenant cannot set {', '.join(sorted(unknown))}.")
    site.members_can_share = given["MembersCanShare"] is True


def site_collection(scope: RequestScope, site: Site) -> Resource:
    """SP.Site. A site whose lock forbids writing is read-only here."""
    return Resource(
        type="SP.Site",
        path="Site",
        identity=f"site:{site.collection_id}",
        fields={
            "AllowDesigner": True,
            "AuditLogTrimmingRetention": 90,
            "ChannelGroupId": Guid(site.parent_group_id or _NO_GUID),
            "Classification": "",
            "CompatibilityLevel": 15,
            "DisableCompanyWideSharingLinks": not site.company_links,
            "DisableFlows": False,
            "ExternalSharingTipsEnabled": False,
            "GeoLocation": "GBR",
            "GroupId": Guid(site.group_id or _NO_GUID),
            "HubSiteId": Guid(_NO_GUID),
            "Id": Guid(site.collection_id),
            "SensitivityLabelId": site.sensitivity,
            "SensitivityLabel": Guid(site.sensitivity or _NO_GUID),
            "IsHubSite": False,
            "LockIssue": None,
            "MaxItemsPerThrottledOperation": scope.tenant.limits.list_view,
            "NeedsB2BUpgrade": False,
            "ResourcePath": Complex("SP.ResourcePath", {"DecodedUrl": site.url}),
            "PrimaryUri": site.url,
            "ReadOnly": site.lock == "ReadOnly",
            "ServerRelativeUrl": f"/{site.path}",
            "ShareByEmailEnabled": OPENNESS[scope.tenant.capability(site)] >= OPENNESS["existing_guests"],
            "ShareByLinkEnabled": scope.tenant.capability(site) == "anyone",
            "Url": site.url,
            "WriteLocked": site.lock == "NoAdditions",
        },
        links={"RootWeb": lambda: web(scope, site), "Owner": lambda: _owner(scope, site)},
    )


def _owner(scope: RequestScope, site: Site) -> Resource | None:
    found = [each for each in (*site.owners, *site.admins) if each in scope.tenant.users]
    return people.user(scope, site, scope.tenant.principal(scope.tenant.users[found[0]])) if found else None


def delete_anonymous_links(scope: RequestScope, site: Site, given: Given) -> Outcome:
    """`SP.Web.DeleteAllAnonymousLinksForObject`: every Anyone link of a file or folder by its address."""
    item = scope.tenant.item_at(text(given, "url"))
    if item.drive.site is not site:
        raise Refused(404, "itemNotFound", "The file is not in this site.")
    for each in [*(item.own or ())]:
        if each.link is not None and each.link.scope == "anonymous":
            sharing.unshare(scope.tenant, item, each.id)
    return Returned("DeleteAllAnonymousLinksForObject", None)
