"""Teams and their channels."""

from __future__ import annotations

from tests.simulator.graph.wider_tenant import READ, WiderTenant

SETTINGS = (*READ, "TeamSettings.ReadWrite.All")


async def test_teams_are_listed_with_few_properties(wider: WiderTenant) -> None:
    """`/teams` lists teams, filtered by name; the team itself has its settings.

    Source: https://learn.microsoft.com/graph/api/teams-list
    """
    assert await wider.names("/teams") == ["Plans", "Streets"]
    (streets,) = (await wider.read("/teams?$filter=displayName eq 'streets'"))["value"]
    assert "guestSettings" not in streets
    assert (await wider.read(f"/teams/{streets['id']}"))["guestSettings"]["allowCreateUpdateChannels"] is False


async def test_old_team_may_lack_its_mark(wider: WiderTenant) -> None:
    """A team without "Team" among its group's options is missed by the filter; `/teams/{id}` settles it.

    Source: https://learn.microsoft.com/graph/teams-list-all-teams
    """
    wider.group.marked = False
    found = await wider.names("/groups?$filter=resourceProvisioningOptions/Any(x:x eq 'Team')")
    assert found == ["Streets"]
    assert (await wider.read(f"/teams/{wider.group.id}"))["displayName"] == "Plans"


async def test_guest_settings_have_two_flags(wider: WiderTenant) -> None:
    """PATCH changes the flags that a team has; there is none that keeps guests out.

    Source: https://learn.microsoft.com/graph/api/team-update
    """
    path = f"/teams/{wider.group.id}"
    flags = {"guestSettings": {"allowCreateUpdateChannels": True}}
    assert (await wider.call("PATCH", path, flags, roles=SETTINGS)).status == 204
    assert (await wider.read(path))["guestSettings"] == {
        "allowCreateUpdateChannels": True,
        "allowDeleteChannels": False,
    }
    reply = await wider.call("PATCH", path, {"memberSettings": {}, "summary": None}, roles=SETTINGS)
    assert reply.status == 400


async def test_archiving_a_team_freezes_it_and_no_more(wider: WiderTenant) -> None:
    """202 with a Location; an app without a user cannot make the site read-only with it.

    Source: https://learn.microsoft.com/graph/api/team-archive
    """
    path = f"/teams/{wider.group.id}"
    flag = {"shouldSetSpoSiteReadOnlyForMembers": True}
    assert (await wider.call("POST", f"{path}/archive", flag, roles=SETTINGS)).status == 400
    frozen = await wider.call("POST", f"{path}/archive", roles=SETTINGS)
    assert (frozen.status, bool(frozen.headers["Location"])) == (202, True)
    assert (await wider.read(path))["isArchived"] is True
    assert (await wider.call("GET", wider.site_path)).status == 200
    assert (await wider.call("POST", f"{path}/unarchive", roles=SETTINGS)).status == 202


async def test_private_channel_has_a_site_that_the_group_does_not_lead_to(wider: WiderTenant) -> None:
    """The files of a private channel lie in a site of their own, found through `filesFolder` alone.

    Source: https://learn.microsoft.com/graph/api/channel-get-filesfolder
    """
    folder = await wider.read(f"/teams/{wider.group.id}/channels/19:own@thread.tacv2/filesFolder")
    drive = await wider.read(f"/drives/{folder['parentReference']['driveId']}?$select=sharePointIds")
    assert drive["sharePointIds"]["siteUrl"].endswith("/sites/plans-own")
    assert (await wider.read(f"/groups/{wider.group.id}/sites/root"))["webUrl"].endswith("/sites/plans")
    assert await wider.names(f"/groups/{wider.group.id}/sites") == ["Plans"]


async def test_files_folder_is_404_until_somebody_opens_it(wider: WiderTenant) -> None:
    """A channel whose files nobody opened has no folder yet.

    Source: https://learn.microsoft.com/graph/api/channel-get-filesfolder
    """
    wider.group.channels[-1].folder_id = ""
    path = f"/teams/{wider.group.id}/channels/19:own@thread.tacv2"
    assert (await wider.call("GET", f"{path}/filesFolder")).status == 404
    assert (await wider.read(path))["membershipType"] == "private"


async def test_all_channels_hold_those_shared_in(wider: WiderTenant) -> None:
    """`channels` are a team's own, `incomingChannels` those shared with it, `allChannels` both.

    Source: https://learn.microsoft.com/graph/api/team-list-allchannels
    """
    streets = next(each for each in wider.tenant.groups.values() if each.name == "Streets")
    shared = next(each for each in wider.group.channels if each.membership == "shared")
    shared.shared_with.append(streets.id)
    path = f"/teams/{streets.id}"
    assert await wider.names(f"{path}/channels") == []
    assert await wider.names(f"{path}/incomingChannels") == await wider.names(f"{path}/allChannels") == ["Shared"]


async def test_shared_channels_are_found_by_filter_without_the_header(wider: WiderTenant) -> None:
    """`membershipType eq 'shared'` finds them, though each reads as unknownFutureValue without the header.

    Source: https://learn.microsoft.com/graph/api/channel-list
    """
    path = f"/teams/{wider.group.id}/channels?$filter=membershipType eq 'shared'&$select=displayName,membershipType"
    (plain,) = (await wider.read(path))["value"]
    (known,) = (await wider.read(path, Prefer="include-unknown-enum-members"))["value"]
    assert (plain["membershipType"], known["membershipType"]) == ("unknownFutureValue", "shared")


async def test_team_members_carry_roles(wider: WiderTenant) -> None:
    """Members of a team are conversation members whose roles say who owns it.

    Source: https://learn.microsoft.com/graph/api/team-list-members
    """
    members = (await wider.read(f"/teams/{wider.group.id}/members", roles=("TeamMember.Read.All",)))["value"]
    assert [(each["displayName"], each["roles"]) for each in members] == [("Ann Ash", ["owner"])]
