"""Groups and people: owners, members, managers, labels, settings, and what changed."""

from __future__ import annotations

from simulator.tenant import directory
from simulator.tenant.model import User
from tests.simulator_graph.world import READ, GraphWorld

SETTINGS = (*READ, "GroupSettings.ReadWrite.All")
GUESTS = "08d542b9-071f-4e16-94b0-74abb372e3d9"


def person(world: GraphWorld, name: str) -> User:
    """A user by name."""
    return next(user for user in world.tenant.users.values() if user.name == name)


async def test_transitive_members_reach_into_groups(world: GraphWorld) -> None:
    """Direct members hold a group, transitive members also those in it; a cast leaves the people.

    Source: https://learn.microsoft.com/graph/api/group-list-transitivemembers
    """
    path = f"/groups/{world.group.id}"
    direct = (await world.read(f"{path}/members"))["value"]
    assert [each["@odata.type"].rpartition(".")[2] for each in direct] == ["user", "group"]
    assert await world.names(f"{path}/transitiveMembers/microsoft.graph.user") == ["Ann Ash", "Bob Birch"]
    assert await world.names(f"{path}/members/microsoft.graph.user") == ["Ann Ash"]


async def test_members_are_nameless_without_a_role_on_users(world: GraphWorld) -> None:
    """Who may read memberships but no users gets ids with every other property null.

    Source: https://learn.microsoft.com/graph/permissions-overview
    """
    (owner,) = (await world.read(f"/groups/{world.group.id}/owners", roles=("GroupMember.Read.All",)))["value"]
    assert owner["id"] == person(world, "Ann Ash").id
    assert owner["displayName"] is None


async def test_owners_come_along(world: GraphWorld) -> None:
    """`$expand=owners` brings each group's owners: an empty list is an ownerless group.

    Source: https://learn.microsoft.com/graph/api/group-list
    """
    groups = (await world.read("/groups?$expand=owners($select=displayName)"))["value"]
    owners = {each["displayName"]: [owner["displayName"] for owner in each["owners"]] for each in groups}
    assert owners == {"Plans": ["Ann Ash"], "Assistants": [], "Streets": []}


async def test_managers_and_reports(world: GraphWorld) -> None:
    """A manager has direct reports, and groups know who belongs to them.

    Source: https://learn.microsoft.com/graph/api/user-list-directreports
    """
    bob = person(world, "Bob Birch")
    assert await world.names(f"/users/{bob.id}/directReports") == ["Ann Ash"]
    assert (await world.read("/users?$expand=manager($select=id)"))["value"][0]["manager"]["id"] == bob.id
    assert await world.names(f"/users/{bob.id}/transitiveMemberOf") == ["Assistants", "Plans"]


async def test_group_label_is_read_and_never_written_by_an_app(world: GraphWorld) -> None:
    """`assignedLabels` comes when selected; an app without a user cannot set it.

    Source: https://learn.microsoft.com/graph/api/group-update
    """
    world.tenant.sensitivity_labels["5f4c"] = "Official"
    world.group.sensitivity = "5f4c"
    path = f"/groups/{world.group.id}"
    assert "assignedLabels" not in await world.read(path)
    assert (await world.read(f"{path}?$select=assignedLabels"))["assignedLabels"][0]["displayName"] == "Official"
    asked = {"assignedLabels": [{"labelId": "5f4c"}]}
    assert (await world.call("PATCH", path, asked, roles=("Group.ReadWrite.All",))).status == 403
    catalogue, roles = "/security/dataSecurityAndGovernance/sensitivityLabels", ("SensitivityLabels.Read.All",)
    labels = [each["name"] for each in (await world.read(catalogue, roles=roles))["value"]]
    assert labels == ["Official"]


async def test_guest_setting_exists_once_and_holds_texts(world: GraphWorld) -> None:
    """A second POST fails, a value is the text true or false, PATCH is 204.

    Source: https://learn.microsoft.com/graph/api/group-post-settings
    """
    path = f"/groups/{world.group.id}/settings"
    body = {"templateId": GUESTS, "values": [{"name": "AllowToAddGuests", "value": "false"}]}
    wrong = {**body, "values": [{"name": "AllowToAddGuests", "value": "no"}]}
    assert (await world.call("POST", path, wrong, roles=SETTINGS)).status == 400
    made = await world.call("POST", path, body, roles=SETTINGS)
    assert made.status == 201
    assert (await world.call("POST", path, body, roles=SETTINGS)).status == 400
    changed = {"values": [{"name": "AllowToAddGuests", "value": "true"}]}
    assert (await world.call("PATCH", f"{path}/{made.body['id']}", changed, roles=SETTINGS)).status == 204
    assert (await world.read(path, roles=SETTINGS))["value"][0]["values"] == changed["values"]


async def test_guest_setting_keeps_new_guests_out_only(world: GraphWorld) -> None:
    """With AllowToAddGuests false a guest cannot be added, and guests who are there stay.

    Source: https://learn.microsoft.com/microsoft-365/solutions/per-group-guest-access
    """
    there, new = (person(world, name) for name in ("Ann Ash", "Bob Birch"))
    there.guest = new.guest = True
    world.group.settings = {"AllowToAddGuests": "false"}
    body = {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{new.id}"}
    path, roles = f"/groups/{world.group.id}/members", ("GroupMember.ReadWrite.All", *READ)
    assert (await world.call("POST", f"{path}/$ref", body, roles=roles)).status == 403
    assert await world.names(f"{path}/microsoft.graph.user") == ["Ann Ash"]
    world.group.settings = {}
    assert (await world.call("POST", f"{path}/$ref", body, roles=roles)).status == 204
    assert (await world.call("DELETE", f"{path}/{new.id}/$ref", roles=roles)).status == 204


async def test_group_delta_tells_what_differs(world: GraphWorld) -> None:
    """After a round only changed groups come; with `Prefer: return=minimal` only what changed of them.

    Source: https://learn.microsoft.com/graph/api/group-delta
    """
    everyone, link = await world.after("/groups/delta?$select=displayName,visibility")
    assert len(everyone) == 3
    assert (await world.after(link))[0] == []
    directory.set_visibility(world.group, "Public")
    (minimal,) = (await world.after(link, Prefer="return=minimal"))[0]
    assert minimal == {"id": world.group.id, "visibility": "Public"}
    (whole,) = (await world.after(link))[0]
    assert whole["displayName"] == "Plans"


async def test_group_delta_tells_membership_when_selected(unrecorded: GraphWorld) -> None:
    """`$select=members` brings `members@delta`: who came, and who went with `@removed`.

    The annotation is documented; the service description knows none on a group.
    Source: https://learn.microsoft.com/graph/api/group-delta
    """
    group, bob = unrecorded.group, person(unrecorded, "Bob Birch")
    _, link = await unrecorded.after("/groups/delta?$select=members")
    directory.add_member(group, bob)
    (came,), following = await unrecorded.after(link)
    assert came["members@delta"] == [{"@odata.type": "#microsoft.graph.user", "id": bob.id}]
    directory.remove_member(group, bob)
    (went,), _ = await unrecorded.after(following)
    assert went["members@delta"][0]["@removed"] == {"reason": "deleted"}


async def test_directory_delta_follows_named_objects_only(world: GraphWorld) -> None:
    """`$filter` of delta takes ids and nothing else.

    Source: https://learn.microsoft.com/graph/api/group-delta
    """
    found, _ = await world.after(f"/groups/delta?$filter=id eq '{world.group.id}'")
    assert [each["displayName"] for each in found] == ["Plans"]
    assert (await world.call("GET", "/groups/delta?$filter=displayName eq 'Plans'")).status == 400


async def test_user_delta_tells_leavers(world: GraphWorld) -> None:
    """A disabled account is a change of the user, seen where `accountEnabled` was selected.

    Source: https://learn.microsoft.com/graph/api/user-delta
    """
    latest = (await world.read("/users/delta?$deltatoken=latest&$select=accountEnabled"))["@odata.deltaLink"]
    directory.leave(world.tenant, person(world, "Bob Birch"))
    (changed,), _ = await world.after(latest)
    assert changed == {"id": person(world, "Bob Birch").id, "accountEnabled": False}


async def test_forgotten_state_is_410(world: GraphWorld) -> None:
    """A link that is too old answers 410 syncStateNotFound, with the way to begin anew in Location.

    Source: https://learn.microsoft.com/graph/delta-query-overview
    """
    _, link = await world.after("/users/delta?$select=id")
    world.tenant.snapshots.forget("users")
    gone = await world.call("GET", link)
    assert (gone.status, gone.code) == (410, "syncStateNotFound")
    assert len((await world.after(gone.headers["Location"]))[0]) == 2
