"""The tenant's settings, and what no app may read."""

from __future__ import annotations

from simulator.tenant import sharing
from simulator.tenant.clock import instant
from tests.simulator.graph.wider_tenant import READ, WRITE, WiderTenant
from tests.simulator.served_tenant import listening

SETTINGS = (*READ, "SharePointTenantSettings.ReadWrite.All")


async def test_tenant_caps_what_sites_allow(wider: WiderTenant) -> None:
    """Tightened, the tenant puts every Anyone link to sleep and deletes none; loosened, they wake.

    Source: https://learn.microsoft.com/graph/api/sharepointsettings-update
    """
    link = await wider.share("a.docx", type="view", scope="anonymous")
    path, share = "/admin/sharepoint/settings", f"/shares/{link['shareId']}/driveItem"
    tight = await wider.call("PATCH", path, {"sharingCapability": "externalUserSharingOnly"}, roles=SETTINGS)
    assert tight.body["sharingCapability"] == "externalUserSharingOnly"
    assert wider.tenant.capability(wider.site) == "new_guests"
    assert (await wider.call("GET", share, roles=WRITE)).status == 403
    assert (await wider.call("GET", f"{wider.at('a.docx')}/permissions/{link['id']}")).status == 200
    await wider.call("PATCH", path, {"sharingCapability": "externalUserAndGuestSharing"}, roles=SETTINGS)
    assert (await wider.call("GET", share, roles=WRITE)).status == 200


async def test_blocked_domains_are_refused_in_invitations(wider: WiderTenant) -> None:
    """A domain on the block list gets no invitation.

    Source: https://learn.microsoft.com/graph/api/resources/sharepointsettings
    """
    asked = {"sharingDomainRestrictionMode": "blockList", "sharingBlockedDomainList": ["fabrikam.example"]}
    told = await wider.call("PATCH", "/admin/sharepoint/settings", asked, roles=SETTINGS)
    assert told.body["sharingDomainRestrictionMode"] == "blockList"
    invited = {"recipients": [{"email": "bea@fabrikam.example"}], "roles": ["read"], "requireSignIn": True}
    assert (await wider.call("POST", f"{wider.at('a.docx')}/invite", invited, roles=WRITE)).status == 403


async def test_setting_that_does_not_exist_is_400(wider_unrecorded: WiderTenant) -> None:
    """A property that the settings lack, or a value that it does not know, is 400; reading takes a role.

    Source: https://learn.microsoft.com/graph/api/sharepointsettings-update
    """
    path = "/admin/sharepoint/settings"
    for asked in ({"defaultLinkType": "direct"}, {"sharingCapability": "everything"}):
        assert (await wider_unrecorded.call("PATCH", path, asked, roles=SETTINGS)).status == 400
    assert (await wider_unrecorded.call("PATCH", path, {}, roles=("SharePointTenantSettings.Read.All",))).status == 403


async def test_site_may_be_tighter_than_the_tenant_and_not_looser(wider: WiderTenant) -> None:
    """createLink for anyone is refused where the site says no, whatever the tenant allows.

    Source: https://learn.microsoft.com/sharepoint/change-external-sharing-site
    """
    sharing.set_site_capability(wider.tenant, wider.site, "existing_guests")
    asked = {"type": "view", "scope": "anonymous"}
    reply = await wider.call("POST", f"{wider.at('a.docx')}/createLink", asked, roles=WRITE)
    assert (reply.status, reply.body["error"]["innerError"]["code"]) == (403, "sharingDisabled")


async def test_no_app_lists_retention_labels(wider: WiderTenant) -> None:
    """Retention labels are for signed-in users: an app is 403 in v1.0 and in beta, with every role there is.

    Source: https://learn.microsoft.com/graph/api/security-labelsroot-list-retentionlabel
    """
    roles = ("RecordsManagement.Read.All", "RecordsManagement.ReadWrite.All")
    for base in ("", f"{wider.url}/graph/beta"):
        reply = await wider.call("GET", f"{base}/security/labels/retentionLabels", roles=roles)
        assert (reply.status, reply.code) == (403, "Forbidden")


async def test_lifecycle_address_is_set_at_creation_only(wider_unrecorded: WiderTenant) -> None:
    """PATCH with another lifecycleNotificationUrl is 400: the subscription has to be made anew.

    Source: https://learn.microsoft.com/graph/api/subscription-update
    """
    wider = wider_unrecorded
    async with listening() as listener:
        later = instant(wider.tenant.now() + 7200)
        asked = {"changeType": "updated", "notificationUrl": listener.url, "resource": wider.root.lstrip("/"),
                 "expirationDateTime": later, "clientState": "secret"}  # fmt: skip
        made = await wider.call("POST", "/subscriptions", asked)
        path = f"/subscriptions/{made.body['id']}"
        assert (await wider.call("PATCH", path, {"lifecycleNotificationUrl": f"{listener.url}/life"})).status == 400
        assert (await wider.call("PATCH", path, {"expirationDateTime": later})).status == 200


async def test_filter_on_installed_apps_is_refused_unless_known(wider_unrecorded: WiderTenant) -> None:
    """Installed apps are found by the app's id; another filter is 400, never everything.

    Source: https://learn.microsoft.com/graph/api/userteamwork-list-installedapps
    """
    path, roles = (
        "/users/ann.ash@wrenbridge.example/teamwork/installedApps",
        ("TeamsAppInstallation.ReadWriteSelfForUser.All",),
    )
    assert (await wider_unrecorded.read(f"{path}?$filter=teamsApp/id eq 'x'", roles=roles))["value"] == []
    assert (
        await wider_unrecorded.call("GET", f"{path}?$filter=teamsApp/displayName eq 'x'", roles=roles)
    ).status == 400


async def test_what_the_cli_for_microsoft_365_asks(wider_unrecorded: WiderTenant) -> None:
    """The requests of `file list`, `entra m365group list`, `entra m365group user list`, `teams team list` and
    `teams channel list` are answered as that client expects.

    Source: https://pnp.github.io/cli-microsoft365/
    """
    wider, drive, group = wider_unrecorded, wider_unrecorded.drive.id, wider_unrecorded.group.id
    site = await wider.read(f"/sites/{wider.tenant.host}:/sites/plans?$select=id")
    assert site == {"id": wider.site.id}
    folder = await wider.read(f"/drives/{drive}/root:/Plans?$select=id")
    found = await wider.read(f"/drives/{drive}/items('{folder['id']}')/children?$filter=folder ne null&$select=id")
    assert [each["id"] for each in found["value"]] == [wider.items["Old"].id]
    unified = "groupTypes/any(c:c+eq+'Unified') and startswith(DisplayName,'pla')"
    assert await wider.names(f"/groups?$filter={unified}&$expand=owners&$top=100") == ["Plans"]
    assert (await wider.read(f"/groups/{group}?$select=groupTypes"))["groupTypes"] == ["Unified"]
    assert (await wider.read(f"/groups/{group}/drive?$select=webUrl"))["webUrl"].endswith(
        "/sites/plans/Shared%20Documents"
    )
    shown = "id,displayName,userPrincipalName,givenName,surname,userType"
    assert await wider.names(f"/groups/{group}/Owners/microsoft.graph.user?$select={shown}") == ["Ann Ash"]
    parts = [{"id": "0", "method": "GET", "url": f"/teams/{group}", "headers": {"accept": "application/json"}}]
    (team,) = (await wider.call("POST", "/$batch", {"requests": parts})).body["responses"]
    assert (team["status"], team["body"]["isArchived"]) == (200, False)
    assert await wider.names(f"/teams/{group}/channels?$filter=membershipType eq 'private'") == ["Private", "Own site"]
