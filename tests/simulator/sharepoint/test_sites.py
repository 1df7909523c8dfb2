"""What SharePoint decides for a whole site: locks, sharing, inheritance, and whom it remembers."""

from __future__ import annotations

import pytest
from office365.sharepoint.client_context import ClientContext
from office365.sharepoint.sharing.object_sharing_information import ObjectSharingInformation

from simulator.app_keys import METER
from simulator.entra.registrations import ACTOR_CLIENT_ID
from simulator.refusal import Refused
from simulator.tenant import files, sharing
from tests.simulator.served_tenant import PRIYA, SAM, ServedTenant
from tests.simulator.sharepoint.clients import (
    LIBRARY,
    SITE,
    STORE,
    admin,
    anyone_link,
    item,
    rest,
    row,
    site,
    with_library,
)

PLAN = "Plans/plan 1.docx"
ANONYMOUS_VIEW = 4


def properties(served: ServedTenant) -> str:
    """The address of the site's properties in administration."""
    return f"SPO.Tenant/sites('{site(served).collection_id}')"


async def test_a_read_only_site_is_read(served: ServedTenant) -> None:
    """ReadOnly lets everything be read and nothing be changed: 423, and the site says so itself.

    Source: https://learn.microsoft.com/sharepoint/manage-lock-status
    """
    await admin(served, "PATCH", properties(served), {"LockState": "ReadOnly"})
    assert (await rest(served, "GET", "site?$select=ReadOnly")).body == {"ReadOnly": True}
    body = {"listUrl": LIBRARY, "complianceTagValue": "", "itemIds": [1]}
    for path, sent in (
        (f"{STORE}SetComplianceTagOnBulkItems", body),
        (f"{row(served)}/breakroleinheritance(true)", {}),
    ):
        assert (await rest(served, "POST", path, sent)).status == 423, path
    assert (await rest(served, "PATCH", "web", {"MembersCanShare": False})).status == 423


async def test_a_site_without_access_answers_nothing(served: ServedTenant) -> None:
    """NoAccess refuses reading too, with 423; administration still sees the site, and its lock by id.

    Source: https://learn.microsoft.com/sharepoint/manage-lock-status
    """
    await admin(served, "PATCH", properties(served), {"LockState": "NoAccess"})
    refused = await rest(served, "GET", "site")
    assert (refused.status, refused.error[1]) == (423, "Access to this Web site has been blocked.")
    assert (await admin(served, "GET", f"SPO.Tenant/sites/GetLockStateById('{site(served).collection_id}')")).body[
        "value"
    ] == 1


async def test_a_site_without_additions_takes_changes(served: ServedTenant) -> None:
    """NoAdditions lets what is there be edited and deleted, and nothing be added.

    Source: https://learn.microsoft.com/openspecs/sharepoint_protocols/ms-spo
    """
    await admin(served, "PATCH", properties(served), {"LockState": "NoAdditions"})
    by = served.tenant.actor(served.person(SAM))
    files.edit(served.tenant, item(served), by=by)
    files.delete(served.tenant, item(served))
    with pytest.raises(Refused, match="Additions"):
        files.upload(served.tenant, served.drive.root, "new.txt", size=1, by=by)


async def test_links_for_the_organisation_can_be_switched_off(served: ServedTenant) -> None:
    """With company-wide links disabled no new one is made; those that are there stay.

    Source: https://learn.microsoft.com/powershell/module/microsoft.online.sharepoint.powershell/set-sposite
    """
    by = served.tenant.actor(served.person(SAM))
    sharing.create_link(served.tenant, item(served), scope="organization", kind="view", by=by)
    await admin(served, "PATCH", properties(served), {"DisableCompanyWideSharingLinks": 1})
    assert (await rest(served, "GET", "site?$select=DisableCompanyWideSharingLinks")).body == {
        "DisableCompanyWideSharingLinks": True
    }
    with pytest.raises(Refused, match="disabled"):
        sharing.create_link(served.tenant, item(served, PLAN), scope="organization", kind="view", by=by)
    assert len(item(served).own or ()) == 1


async def test_members_can_be_kept_from_sharing(served: ServedTenant) -> None:
    """MembersCanShare of the web and AllowMembersEditMembership of the members' group are set and read back.

    Source: https://learn.microsoft.com/sharepoint/dev/sp-add-ins/complete-basic-operations-using-sharepoint-rest-endpoints
    """
    assert (await rest(served, "PATCH", "web", {"MembersCanShare": False})).status == 204
    assert (
        await rest(served, "PATCH", "web/AssociatedMemberGroup", {"AllowMembersEditMembership": False})
    ).status == 204
    assert (await rest(served, "GET", "web?$select=MembersCanShare")).body == {"MembersCanShare": False}
    group = (await rest(served, "GET", "web/AssociatedMemberGroup?$select=AllowMembersEditMembership")).body
    assert group == {"AllowMembersEditMembership": False}


async def test_a_channels_site_belongs_to_teams(served: ServedTenant) -> None:
    """The groups of a private channel's site cannot be changed in SharePoint.

    Source: https://learn.microsoft.com/sharepoint/teams-connected-sites
    """
    site(served).channel_type = "private"
    assert (
        await rest(served, "PATCH", "web/AssociatedMemberGroup", {"AllowMembersEditMembership": False})
    ).status == 403


async def test_a_site_remembers_who_had_access(served: ServedTenant) -> None:
    """Somebody whose access ended is still among the site's users: being listed is no access.

    Source: https://learn.microsoft.com/sharepoint/remove-users
    """
    by = served.tenant.actor(served.person(SAM))
    (grant,) = sharing.invite(served.tenant, item(served), mails=["bea@fabrikam.example"], role="read", by=by)
    sharing.unshare(served.tenant, item(served), grant.id)
    told = (await rest(served, "GET", "web/siteusers?$select=Email&$filter=IsSiteAdmin eq false")).body["value"]
    assert {"Email": "bea@fabrikam.example"} in told
    assert not (await rest(served, "GET", f"{row(served)}/roleassignments")).body["value"]


async def test_what_is_inherited_cannot_be_taken_away_at_the_child(served: ServedTenant) -> None:
    """A grant and a link of the folder are refused at the file, and go at the folder; the file's own goes at the file.

    Source: https://learn.microsoft.com/graph/api/permission-delete
    """
    by = served.tenant.actor(served.person(SAM))
    anyone_link(served, "Plans")
    sharing.grant(served.tenant, item(served, "Plans"), served.tenant.principal(served.person(PRIYA)), "write", by=by)
    (number,) = (
        each["PrincipalId"]
        for each in (await rest(served, "GET", f"{row(served, PLAN)}/roleassignments?$expand=Member")).body["value"]
        if each["Member"]["Title"] == PRIYA
    )
    removal = f"roleassignments/removeroleassignment(principalid={number},roledefid=1073741830)"
    refused = await rest(served, "POST", f"{row(served, PLAN)}/{removal}")
    assert (refused.status, refused.error[0]) == (400, "-2146232832, Microsoft.SharePoint.SPException")
    unshare = {"linkKind": ANONYMOUS_VIEW}
    assert (await rest(served, "POST", f"{row(served, PLAN)}/UnshareLink", unshare)).status == 403
    assert (await rest(served, "POST", f"{row(served, 'Plans')}/{removal}")).status == 200
    assert (await rest(served, "POST", f"{row(served, 'Plans')}/UnshareLink", unshare)).status == 200
    assert not item(served, "Plans").own


async def test_breaking_and_resetting_inheritance(served: ServedTenant) -> None:
    """A row of its own copies what it inherited; reset, it inherits again and its own links are gone.

    Source: https://learn.microsoft.com/sharepoint/dev/sp-add-ins/set-custom-permissions-on-a-list-by-using-the-rest-interface
    """
    by = served.tenant.actor(served.person(SAM))
    sharing.grant(served.tenant, item(served, "Plans"), served.tenant.principal(served.person(PRIYA)), "read", by=by)
    await rest(
        served, "POST", f"{row(served, PLAN)}/breakroleinheritance(copyRoleAssignments=true,clearSubscopes=true)"
    )
    sharing.unshare(served.tenant, item(served, "Plans"), (item(served, "Plans").own or [])[0].id)
    anyone_link(served, PLAN)
    told = (await rest(served, "GET", f"{row(served, PLAN)}/roleassignments?$expand=Member")).body["value"]
    assert PRIYA in [each["Member"]["Title"] for each in told]
    await rest(served, "POST", f"{row(served, PLAN)}/resetroleinheritance")
    unique = (await rest(served, "GET", f"{row(served, PLAN)}/HasUniqueRoleAssignments")).body["value"]
    assert (unique, list(sharing.entries(item(served, PLAN)))) == (False, [])


async def test_inheritance_of_too_many_items_cannot_be_broken(served: ServedTenant) -> None:
    """Beyond 100,000 items breaking inheritance answers 429, without a Retry-After and however long one waits.

    Source: https://learn.microsoft.com/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online
    """
    served.tenant.limits.inheritance_items = 1
    for _ in range(2):
        reply = await rest(served, "POST", f"{row(served, 'Plans')}/breakroleinheritance(true)")
        assert (reply.status, reply.headers.get("Retry-After")) == (429, None)
    assert item(served, "Plans").inherits


async def test_sharing_is_changed_300_times_in_five_minutes(served: ServedTenant) -> None:
    """The sharing APIs have a limit of their own beside resource units: the 301st change waits, reading does not.

    Source: https://learn.microsoft.com/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online
    """
    for _ in range(300):
        served.app[METER].charge(ACTOR_CLIENT_ID, 1, sharing=True)
    assert (await rest(served, "GET", f"{row(served)}/roleassignments")).status == 200
    reply = await rest(served, "POST", f"{row(served)}/UnshareLink", {"linkKind": ANONYMOUS_VIEW})
    assert (reply.status, int(reply.headers["Retry-After"]) > 60) == (429, True)


async def test_library_sees_links_for_anyone(served: ServedTenant) -> None:
    """office365-rest-python-client reads an item's anonymous link and guests; asleep, the link is not told.

    Source: https://learn.microsoft.com/openspecs/sharepoint_protocols/ms-csomspt
    """
    link = anyone_link(served, "Plans").link
    number = item(served, PLAN).list_item_id

    def work(it: ClientContext) -> tuple[str | None, bool | None]:
        told = ObjectSharingInformation.get_list_item_sharing_information(
            it, served.drive.list_id, number
        ).execute_query()
        return told.anonymous_view_link, told.is_shared_with_guest

    assert link is not None
    assert await with_library(served, work) == (link.url, True)
    await admin(served, "PATCH", properties(served), {"SharingCapability": 1})
    assert await with_library(served, work) == (None, False)


async def test_all_anyone_links_of_an_object_go_at_once(served: ServedTenant) -> None:
    """office365-rest-python-client deletes every Anyone link of a file; other links stay.

    Source: https://learn.microsoft.com/openspecs/sharepoint_protocols/ms-csomspt
    """
    anyone_link(served)
    by = served.tenant.actor(served.person(SAM))
    kept, _ = sharing.create_link(served.tenant, item(served), scope="organization", kind="view", by=by)

    def work(it: ClientContext) -> None:
        it.web.delete_all_anonymous_links_for_object(it, f"{LIBRARY}/notes.docx").execute_query()

    await with_library(served, work)
    assert item(served).own == [kept]


async def test_owners_by_administration(served: ServedTenant) -> None:
    """Administrators of a site, and its groups in the order that was asked for.

    Source: https://learn.microsoft.com/powershell/module/microsoft.online.sharepoint.powershell/get-sposite
    """
    site(served).admins, site(served).visitors = [served.person(PRIYA).id], [served.person(SAM).id]
    key = site(served).collection_id
    told = (await admin(served, "POST", f"SPO.Tenant/GetSiteAdministrators?siteId='{key}'")).body["value"]
    assert [each["name"] for each in told] == [PRIYA]
    told = (await admin(served, "GET", f"SPO.Tenant/sites/GetSiteUserGroups?siteId='{key}'&userGroupIds=[2,0]")).body[
        "value"
    ]
    logins = [[each["loginName"] for each in group["userGroup"]] for group in told]
    claim = f"c:0o.c|federateddirectoryclaimprovider|{site(served).group_id}_o"
    assert logins == [[served.person(SAM).login], [claim]]


async def test_a_site_that_is_not_there(served: ServedTenant) -> None:
    """A site that does not exist is told apart from one that is closed, by address and by id.

    Source: https://learn.microsoft.com/openspecs/sharepoint_protocols/ms-spo
    """
    by_url = await admin(served, "POST", "SPO.Tenant/GetSitePropertiesByUrl", {"url": f"{SITE}-none"})
    assert (by_url.status, by_url.error[0]) == (404, "-1, Microsoft.Online.SharePoint.Common.SpoNoSiteException")
    assert (await admin(served, "GET", "SPO.Tenant/sites('00000000-0000-4000-8000-000000000000')")).status == 404
