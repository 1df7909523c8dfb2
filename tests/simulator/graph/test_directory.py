"""Groups and people: owners, members, managers, labels, settings, and what changed."""

from __future__ import annotations

from simulator.tenant import directory
from simulator.tenant.model import User
from tests.simulator.graph.wider_tenant import READ, WiderTenant

SETTINGS = (*READ, "GroupSettings.ReadWrite.All")
GUESTS = "08d542b9-071f-4e16-94b0-74abb372e3d9"


def person(wider: WiderTenant, name: str) -> User:
    """A user by name."""
    return next(user for user in wider.tenant.users.values() if user.name == name)


async def test_transitive_members_reach_into_groups(wider: WiderTenant) -> None:
    """Direct members hold a group, transitive members also those in it; a cast leaves the people.

    Source: https://learn.microsoft.com/graph/api/group-list-transitivemembers
    """
    path = f"/groups/{wider.group.id}"
    direct = (await wider.read(f"{path}/members"))["value"]
    assert [each["@odata.type"].rpartition(".")[2] for each in direct] == ["user", "group"]
    assert await wider.names(f"{path}/transitiveMembers/microsoft.graph.user") == ["Ann Ash", "Bob Birch"]
    assert await wider.names(f"{path}/members/microsoft.graph.user") == ["Ann Ash"]


async def test_members_are_nameless_without_a_role_on_users(wider: WiderTenant) -> None:
    """Who may read memberships but no users gets ids with every other property null.

    Source: https://learn.microsoft.com/graph/permissions-overview
    """
    (owner,) = (await wider.read(f"/groups/{wider.group.id}/owners", roles=("GroupMember.Read.All",)))["value"]
    assert owner["id"] == person(wider, "Ann Ash").id
    assert owner["displayName"] is None


async def test_owners_come_along(wider: WiderTenant) -> None:
    """`$expand=owners` brings each group's owners: an empty list is an ownerless group.

    Source: https://learn.microsoft.com/graph/api/group-list
    """
    groups = (await wider.read("/groups?$expand=owners($select=displayName)"))["value"]
    owners = {each["displayName"]: [owner["displayName"] for owner in each["owners"]] for each in groups}
    assert owners == {"Plans": ["Ann Ash"], "Assistants": [], "Streets": []}


async def test_managers_and_reports(wider: WiderTenant) -> None:
    """A manager has direct reports, and groups know who belongs to them.

    Source: https://learn.microsoft.com/graph/api/user-list-directreports
    """
    bob = person(wider, "Bob Birch")
    assert await wider.names(f"/users/{bob.id}/directReports") == ["Ann Ash"]
    assert (await wider.read("/users?$expand=manager($select=id)"))["value"][0]["manager"]["id"] == bob.id
    assert await wider.names(f"/users/{bob.id}/transitiveMemberOf") == ["Assistants", "Plans"]


async def test_group_label_is_read_and_never_written_by_an_app(wider: WiderTenant) -> None:
    """`assignedLabels` comes when selected; an app without a user cannot set it.

    Source: https://learn.microsoft.com/graph/api/group-update
    """
    wider.tenant.sensitivity_labels["5f4c"] = "Official"
    wider.group.sensitivity = "5f4c"
    path = f"/groups/{wider.group.id}"
    assert "assignedLabels" not in await wider.read(path)
    assert (await wider.read(f"{path}?$select=assignedLabels"))["assignedLabels"][0]["displayName"] == "Official"
    asked = {"assignedLabels": [{"labelId": "5f4c"}]}
    assert (await wider.call("PATCH", path, asked, roles=("Group.ReadWrite.All",))).status == 403
    catalogue, roles = "/security/dataSecurityAndGovernance/sensitivityLabels", ("SensitivityLabels.Read.All",)
    labels = [each["name"] for each in (await wider.read(catalogue, roles=roles))["value"]]
    assert labels == ["Official"]


async def test_guest_setting_exists_once_and_holds_texts(wider: WiderTenant) -> None:
    """A second POST fails, a value is the text true or false, PATCH is 204.

    Source: https://learn.microsoft.com/graph/api/group-post-settings
    """
    path = f"/groups/{wider.group.id}/settings"
    body = {"templateId": GUESTS, "values": [{"name": "AllowToAddGuests", "value": "false"}]}
    wrong = {**body, "values": [{"name": "AllowToAddGuests", "value": "no"}]}
    assert (await wider.call("POST", path, wrong, roles=SETTINGS)).status == 400
    made = await wider.call("POST", path, body, roles=SETTINGS)
    assert made.status == 201
    assert (await wider.call("POST", path, body, roles=SETTINGS)).status == 400
    changed = {"values": [{"name": "AllowToAddGuests", "value": "true"}]}
    assert (await wider.call("PATCH", f"{path}/{made.body['id']}", changed, roles=SETTINGS)).status == 204
    assert (await wider.read(path, roles=SETTINGS))["value"][0]["values"] == changed["values"]


async def test_guest_setting_keeps_new_guests_out_only(wider: WiderTenant) -> None:
    """With AllowToAddGuests false a guest cannot be added, and guests who are there stay.

    Source: https://learn.microsoft.com/microsoft-365/solutions/per-group-guest-access
    """
    there, new = (person(wider, name) for name in ("Ann Ash", "Bob Birch"))
    there.guest = new.guest = True
    wider.group.settings = {"AllowToAddGuests": "false"}
    body = {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{new.id}"}
    path, roles = f"/groups/{wider.group.id}/members", ("GroupMember.ReadWrite.All", *READ)
    assert (await wider.call("POST", f"{path}/$ref", body, roles=roles)).status == 403
    assert await wider.names(f"{path}/microsoft.graph.user") == ["Ann Ash"]
    wider.group.settings = {}
    assert (await wider.call("POST", f"{path}/$ref", body, roles=roles)).status == 204
    assert (await wider.call("DELETE", f"{path}/{new.id}/$ref", roles=roles)).status == 204


async def test_group_delta_tells_what_differs(wider: WiderTenant) -> None:
    """After a round only changed groups come; with `Prefer: return=minimal` only what changed of them.

    Source: https://learn.microsoft.com/graph/api/group-delta
    """
    everyone, link = await wider.after("/groups/delta?$select=displayName,visibility")
    assert len(everyone) == 3
    assert (await wider.after(link))[0] == []
    directory.set_visibility(wider.group, "Public")
    (minimal,) = (await wider.after(link, Prefer="return=minimal"))[0]
    assert minimal == {"id": wider.group.id, "visibility": "Public"}
    (whole,) = (await wider.after(link))[0]
    assert whole["displayName"] == "Plans"


async def test_group_delta_tells_membership_when_selected(wider_unrecorded: WiderTenant) -> None:
    """`$select=members` brings `members@delta`: who came, and who went with `@removed`.

    The annotation is documented; the service description knows none on a group.
    Source: https://learn.microsoft.com/graph/api/group-delta
    """
    group, bob = wider_unrecorded.group, person(wider_unrecorded, "Bob Birch")
    _, link = await wider_unrecorded.after("/groups/delta?$select=members")
    directory.add_member(group, bob)
    (came,), following = await wider_unrecorded.after(link)
    assert came["members@delta"] == [{"@odata.type": "#microsoft.graph.user", "id": bob.id}]
    directory.remove_member(group, bob)
    (went,), _ = await wider_unrecorded.after(following)
    assert went["members@delta"][0]["@removed"] == {"reason": "deleted"}


async def test_directory_delta_follows_named_objects_only(wider: WiderTenant) -> None:
    """`$filter` of delta takes ids and nothing else.

    Source: https://learn.microsoft.com/graph/api/group-delta
    """
    found, _ = await wider.after(f"/groups/delta?$filter=id eq '{wider.group.id}'")
    assert [each["displayName"] for each in found] == ["Plans"]
    assert (await wider.call("GET", "/groups/delta?$filter=displayName eq 'Plans'")).status == 400


async def test_user_delta_tells_leavers(wider: WiderTenant) -> None:
    """A disabled account is a change of the user, seen where `accountEnabled` was selected.

    Source: https://learn.microsoft.com/graph/api/user-delta
    """
    latest = (await wider.read("/users/delta?$deltatoken=latest&$select=accountEnabled"))["@odata.deltaLink"]
    directory.leave(wider.tenant, person(wider, "Bob Birch"))
    (changed,), _ = await wider.after(latest)
    assert changed == {"id": person(wider, "Bob Birch").id, "accountEnabled": False}


async def test_forgotten_state_is_410(wider: WiderTenant) -> None:
    """A link that is too old answers 410 syncStateNotFound, with the way to begin anew in Location.

    Source: https://learn.microsoft.com/graph/delta-query-overview
    """
    _, link = await wider.after("/users/delta?$select=id")
    wider.tenant.snapshots.forget("users")
    gone = await wider.call("GET", link)
    assert (gone.status, gone.code) == (410, "syncStateNotFound")
    assert len((await wider.after(gone.headers["Location"]))[0]) == 2
