"""The tenant's settings, and what no app may read."""

from __future__ import annotations

from simulator.tenant import sharing
from simulator.tenant.clock import instant
from tests.simulator_graph.world import READ, WRITE, GraphWorld
from tests.simulator_people.world import listening

SETTINGS = (*READ, "SharePointTenantSettings.ReadWrite.All")


async def test_tenant_caps_what_sites_allow(world: GraphWorld) -> None:
    """Tightened, the tenant puts every Anyone link to sleep and deletes none; loosened, they wake.

    Source: https://learn.microsoft.com/graph/api/sharepointsettings-update
    """
    link = await world.share("a.docx", type="view", scope="anonymous")
    path, share = "/admin/sharepoint/settings", f"/shares/{link['shareId']}/driveItem"
    tight = await world.call("PATCH", path, {"sharingCapability": "externalUserSharingOnly"}, roles=SETTINGS)
    assert tight.body["sharingCapability"] == "externalUserSharingOnly"
    assert world.tenant.capability(world.site) == "new_guests"
    assert (await world.call("GET", share, roles=WRITE)).status == 403
    assert (await world.call("GET", f"{world.at('a.docx')}/permissions/{link['id']}")).status == 200
    await world.call("PATCH", path, {"sharingCapability": "externalUserAndGuestSharing"}, roles=SETTINGS)
    assert (await world.call("GET", share, roles=WRITE)).status == 200


async def test_blocked_domains_are_refused_in_invitations(world: GraphWorld) -> None:
    """A domain on the block list gets no invitation.

    Source: https://learn.microsoft.com/graph/api/resources/sharepointsettings
    """
    asked = {"sharingDomainRestrictionMode": "blockList", "sharingBlockedDomainList": ["fabrikam.example"]}
    told = await world.call("PATCH", "/admin/sharepoint/settings", asked, roles=SETTINGS)
    assert told.body["sharingDomainRestrictionMode"] == "blockList"
    invited = {"recipients": [{"email": "bea@fabrikam.example"}], "roles": ["read"], "requireSignIn": True}
    assert (await world.call("POST", f"{world.at('a.docx')}/invite", invited, roles=WRITE)).status == 403


async def test_setting_that_does_not_exist_is_400(unrecorded: GraphWorld) -> None:
    """A property that the settings lack, or a value that it does not know, is 400; reading takes a role.

    Source: https://learn.microsoft.com/graph/api/sharepointsettings-update
    """
    path = "/admin/sharepoint/settings"
    for asked in ({"defaultLinkType": "direct"}, {"sharingCapability": "everything"}):
        assert (await unrecorded.call("PATCH", path, asked, roles=SETTINGS)).status == 400
    assert (await unrecorded.call("PATCH", path, {}, roles=("SharePointTenantSettings.Read.All",))).status == 403


async def test_site_may_be_tighter_than_the_tenant_and_not_looser(world: GraphWorld) -> None:
    """createLink for anyone is refused where the site says no, whatever the tenant allows.

    Source: https://learn.microsoft.com/sharepoint/change-external-sharing-site
    """
    sharing.set_site_capability(world.tenant, world.site, "existing_guests")
    asked = {"type": "view", "scope": "anonymous"}
    reply = await world.call("POST", f"{world.at('a.docx')}/createLink", asked, roles=WRITE)
    assert (reply.status, reply.body["error"]["innerError"]["code"]) == (403, "sharingDisabled")


async def test_no_app_lists_retention_labels(world: GraphWorld) -> None:
    """Retention labels are for signed-in users: an app is 403 in v1.0 and in beta, with every role there is.

    Source: https://learn.microsoft.com/graph/api/security-labelsroot-list-retentionlabel
    """
    roles = ("RecordsManagement.Read.All", "RecordsManagement.ReadWrite.All")
    for base in ("", f"{world.url}/graph/beta"):
        reply = await world.call("GET", f"{base}/security/labels/retentionLabels", roles=roles)
        assert (reply.status, reply.code) == (403, "Forbidden")


async def test_lifecycle_address_is_set_at_creation_only(unrecorded: GraphWorld) -> None:
    """PATCH with another lifecycleNotificationUrl is 400: the subscription has to be made anew.

    Source: https://learn.microsoft.com/graph/api/subscription-update
    """
    world = unrecorded
    async with listening() as listener:
        later = instant(world.tenant.now() + 7200)
        asked = {"changeType": "updated", "notificationUrl": listener.url, "resource": world.root.lstrip("/"),
                 "expirationDateTime": later, "clientState": "secret"}  # fmt: skip
        made = await world.call("POST", "/subscriptions", asked)
        path = f"/subscriptions/{made.body['id']}"
        assert (await world.call("PATCH", path, {"lifecycleNotificationUrl": f"{listener.url}/life"})).status == 400
        assert (await world.call("PATCH", path, {"expirationDateTime": later})).status == 200


async def test_filter_on_installed_apps_is_refused_unless_known(unrecorded: GraphWorld) -> None:
    """Installed apps are found by the app's id; another filter is 400, never everything.

    Source: https://learn.microsoft.com/graph/api/userteamwork-list-installedapps
    """
    path, roles = (
        "/users/ann.ash@wrenbridge.example/teamwork/installedApps",
        ("TeamsAppInstallation.ReadWriteSelfForUser.All",),
    )
    assert (await unrecorded.read(f"{path}?$filter=teamsApp/id eq 'x'", roles=roles))["value"] == []
    assert (await unrecorded.call("GET", f"{path}?$filter=teamsApp/displayName eq 'x'", roles=roles)).status == 400


async def test_what_the_cli_for_microsoft_365_asks(unrecorded: GraphWorld) -> None:
    """The requests of `file list`, `entra m365group list`, `entra m365group user list`, `teams team list` and
    `teams channel list` are answered as that client expects.

    Source: https://pnp.github.io/cli-microsoft365/
    """
    world, drive, group = unrecorded, unrecorded.drive.id, unrecorded.group.id
    site = await world.read(f"/sites/{world.tenant.host}:/sites/plans?$select=id")
    assert site == {"id": world.site.id}
    folder = await world.read(f"/drives/{drive}/root:/Plans?$select=id")
    found = await world.read(f"/drives/{drive}/items('{folder['id']}')/children?$filter=folder ne null&$select=id")
    assert [each["id"] for each in found["value"]] == [world.items["Old"].id]
    unified = "groupTypes/any(c:c+eq+'Unified') and startswith(DisplayName,'pla')"
    assert await world.names(f"/groups?$filter={unified}&$expand=owners&$top=100") == ["Plans"]
    assert (await world.read(f"/groups/{group}?$select=groupTypes"))["groupTypes"] == ["Unified"]
    assert (await world.read(f"/groups/{group}/drive?$select=webUrl"))["webUrl"].endswith(
        "/sites/plans/Shared%20Documents"
    )
    shown = "id,displayName,userPrincipalName,givenName,surname,userType"
    assert await world.names(f"/groups/{group}/Owners/microsoft.graph.user?$select={shown}") == ["Ann Ash"]
    parts = [{"id": "0", "method": "GET", "url": f"/teams/{group}", "headers": {"accept": "application/json"}}]
    (team,) = (await world.call("POST", "/$batch", {"requests": parts})).body["responses"]
    assert (team["status"], team["body"]["isArchived"]) == (200, False)
    assert await world.names(f"/teams/{group}/channels?$filter=membershipType eq 'private'") == ["Private", "Own site"]
