"""Users, groups, teams and channels."""

from __future__ import annotations

from simulator.tenant import directory, sharing
from tests.simulator.graph_tenant import GraphTenant


async def test_users_are_found_by_a_list_of_names(graph: GraphTenant) -> None:
    """`userPrincipalName in (…)` brings those who exist, with account state when selected.

    Source: https://learn.microsoft.com/graph/api/user-list
    """
    graph.tenant.user("bob.birch@wrenbridge.example").enabled = False
    wanted = "userPrincipalName in ('bob.birch@wrenbridge.example','nobody@wrenbridge.example')"
    found = (await graph.get(f"/users?$filter={wanted}&$select=displayName,accountEnabled")).body["value"]
    assert [(user["displayName"], user["accountEnabled"]) for user in found] == [("Bob Birch", False)]


async def test_guests_are_listed_in_pages(graph: GraphTenant) -> None:
    """`userType eq 'Guest'` pages through the guests.

    Source: https://learn.microsoft.com/graph/api/user-list
    """
    for number in range(5):
        sharing.add_guest(graph.tenant, f"g{number}@out.example")
    pages = await graph.pages("/users?$filter=userType eq 'Guest'&$select=mail,userType&$top=2")
    assert [len(page["value"]) for page in pages] == [2, 2, 1]


async def test_a_manager_is_somebody_or_404(graph: GraphTenant) -> None:
    """The manager is a user; who has none answers 404.

    Source: https://learn.microsoft.com/graph/api/user-list-manager
    """
    assert (await graph.get("/users/ann.ash@wrenbridge.example/manager")).body["displayName"] == "Bob Birch"
    assert (await graph.get("/users/bob.birch@wrenbridge.example/manager")).status == 404


async def test_unknown_filters_are_refused(graph: GraphTenant) -> None:
    """A filter that is not understood answers 400, never everything.

    Source: https://learn.microsoft.com/graph/aad-advanced-queries
    """
    assert (await graph.get("/users?$filter=startswith(officeLocation,'a')")).status == 400
    assert (await graph.get("/groups?$filter=visibility eq 'Private'")).status == 400


async def test_teams_are_groups_with_an_option(graph: GraphTenant) -> None:
    """The filter on resourceProvisioningOptions finds teams, the one on groupTypes Microsoft 365 groups.

    Source: https://learn.microsoft.com/graph/teams-list-all-teams
    """
    group = next(iter(graph.tenant.groups.values()))
    team = (await graph.get("/groups?$filter=resourceProvisioningOptions/Any(x:x eq 'Team')&$select=id")).body["value"]
    unified = (await graph.get("/groups?$filter=groupTypes/any(c:c eq 'Unified')&$select=id")).body["value"]
    assert team == unified == [{"id": group.id}]
    group.is_team = False
    assert (await graph.get(f"/teams/{group.id}")).status == 404


async def test_owners_members_and_site_of_a_group(unrecorded: GraphTenant) -> None:
    """Owners are typed directory objects, transitive members plain users, and the site is the group's.

    Source: https://learn.microsoft.com/graph/api/group-list-owners
    """
    group = next(iter(unrecorded.tenant.groups.values()))
    owners = (await unrecorded.get(f"/groups/{group.id}/owners?$select=id,accountEnabled")).body["value"]
    assert owners[0]["@odata.type"] == "#microsoft.graph.user"
    for spelling in ("microsoft.graph.user", "graph.user"):
        members = (await unrecorded.get(f"/groups/{group.id}/transitiveMembers/{spelling}?$select=id,userType")).body[
            "value"
        ]
        assert [member["userType"] for member in members] == ["Member", "Member"]
    assert (await unrecorded.get(f"/groups/{group.id}/sites/root")).body["id"] == unrecorded.site.id


async def test_the_last_owner_stays_until_disabled(unrecorded: GraphTenant) -> None:
    """A leaver remains owner, with the account disabled.

    Source: https://learn.microsoft.com/graph/api/group-delete-owners
    """
    group = next(iter(unrecorded.tenant.groups.values()))
    directory.leave(unrecorded.tenant, unrecorded.tenant.users[group.owners[0]])
    owners = (await unrecorded.get(f"/groups/{group.id}/owners?$select=id,accountEnabled")).body["value"]
    assert [owner["accountEnabled"] for owner in owners] == [False]


async def test_shared_channels_are_unknown_without_the_header(graph: GraphTenant) -> None:
    """A shared channel reads as unknownFutureValue unless the client asks for unknown members.

    Source: https://learn.microsoft.com/graph/api/resources/channel
    """
    group = next(iter(graph.tenant.groups.values()))
    path = f"/teams/{group.id}/channels?$select=id,membershipType"
    plain = (await graph.get(path)).body["value"]
    known = (await graph.get(path, prefer="include-unknown-enum-members")).body["value"]
    assert [channel["membershipType"] for channel in plain] == ["standard", "private", "unknownFutureValue"]
    assert [channel["membershipType"] for channel in known] == ["standard", "private", "shared"]


async def test_a_channel_tells_members_and_files(graph: GraphTenant) -> None:
    """Channel members carry roles; the files folder carries its drive and no times.

    Source: https://learn.microsoft.com/graph/api/channel-get-filesfolder
    """
    group = next(iter(graph.tenant.groups.values()))
    path = f"/teams/{group.id}/channels/{group.channels[1].id}"
    members = (await graph.get(path + "/members")).body["value"]
    assert [member["roles"] for member in members] == [["owner"], []]
    folder = (await graph.get(path + "/filesFolder")).body
    assert folder["parentReference"]["driveId"] == graph.drive.id
    assert folder["createdDateTime"] == "0001-01-01T00:00:00Z"
