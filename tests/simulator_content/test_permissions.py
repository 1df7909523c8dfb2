"""Sharing of items through Graph."""

from __future__ import annotations

from typing import Any

from simulator.tenant import sharing
from simulator.tenant.model import OPENNESS
from tests.simulator_content.world import World

FOREVER = "0001-01-01T00:00:00Z"


async def _share(world: World, name: str, **body: object) -> Any:
    return await world.ask(
        "POST", world.at(name) + "/createLink", body or {"type": "view", "scope": "anonymous"}, actor=True
    )


async def _entries(world: World, name: str) -> list[Any]:
    pages = await world.pages(world.at(name) + "/permissions")
    return [entry for page in pages for entry in page["value"]]


async def test_a_link_is_new_once(world: World) -> None:
    """createLink answers 201 for a new link and 200 with the same one afterwards.

    Source: https://learn.microsoft.com/graph/api/driveitem-createlink
    """
    first, second = await _share(world, "a.docx"), await _share(world, "a.docx")
    assert (first.status, second.status) == (201, 200)
    assert first.body["id"] == second.body["id"]
    assert first.body["expirationDateTime"] == FOREVER


async def test_inherited_entries_carry_an_empty_key(world: World) -> None:
    """A folder's link shows on its files with `inheritedFrom: {}`, and on the folder without the key.

    Source: https://learn.microsoft.com/graph/api/driveitem-list-permissions
    """
    made = (await _share(world, "Plans")).body["id"]
    below = next(entry for entry in await _entries(world, "c.pdf") if entry["id"] == made)
    own = next(entry for entry in await _entries(world, "Plans") if entry["id"] == made)
    assert below["inheritedFrom"] == {}
    assert "inheritedFrom" not in own


async def test_every_item_shows_the_sites_groups(world: World) -> None:
    """Owners, members and visitors of the site are inherited by everything, the root included.

    Source: https://learn.microsoft.com/graph/api/driveitem-list-permissions
    """
    reply = await world.get(f"{world.root}/permissions")
    names = [entry["grantedToV2"].get("siteGroup", {}).get("displayName") for entry in reply.body["value"]]
    assert names[:3] == ["Plans Owners", "Plans Visitors", "Plans Members"]
    assert all("inheritedFrom" in entry for entry in reply.body["value"])


async def test_only_anyone_links_take_an_expiry(world: World) -> None:
    """An expiry is set on and taken from an Anyone link; organisation links refuse it.

    Source: https://learn.microsoft.com/graph/api/permission-update
    """
    anyone = (await _share(world, "a.docx")).body["id"]
    organisation = (await _share(world, "a.docx", type="view", scope="organization")).body["id"]
    path = world.at("a.docx") + "/permissions/"
    body = {"expirationDateTime": "2027-01-31T00:00:00Z"}
    assert (await world.ask("PATCH", path + anyone, body, actor=True)).body[
        "expirationDateTime"
    ] == "2027-01-31T00:00:00Z"
    assert (await world.ask("PATCH", path + anyone, {"expirationDateTime": None}, actor=True)).body[
        "expirationDateTime"
    ] == FOREVER
    assert (await world.ask("PATCH", path + organisation, body, actor=True)).status == 400
    past = {"expirationDateTime": "2020-01-31T00:00:00Z"}
    assert (await world.ask("PATCH", path + anyone, past, actor=True)).status == 400


async def test_inherited_entries_are_removed_where_they_were_made(world: World) -> None:
    """Deleting a child's inherited entry is 403 notAllowed; on the ancestor it is 204, and 404 the second time.

    Source: https://learn.microsoft.com/graph/api/permission-delete
    """
    made = (await _share(world, "Plans")).body["id"]
    child = await world.ask("DELETE", world.at("c.pdf") + f"/permissions/{made}", actor=True)
    assert (child.status, child.code) == (403, "notAllowed")
    path = world.at("Plans") + f"/permissions/{made}"
    assert (await world.ask("DELETE", path, actor=True)).status == 204
    assert (await world.ask("DELETE", path, actor=True)).status == 404


async def test_a_changed_item_refuses_an_old_etag(world: World) -> None:
    """DELETE with an if-match that is out of date answers 412.

    Source: https://learn.microsoft.com/graph/api/permission-delete
    """
    made = (await _share(world, "a.docx")).body["id"]
    reply = await world.ask(
        "DELETE", world.at("a.docx") + f"/permissions/{made}", actor=True, headers={"If-Match": '"{OLD},1"'}
    )
    assert (reply.status, reply.code) == (412, "resourceModified")


async def test_a_closed_site_creates_no_anyone_link(world: World) -> None:
    """Where the site does not allow them, createLink answers 403 with inner code sharingDisabled.

    Source: https://learn.microsoft.com/graph/api/driveitem-createlink
    """
    world.site.capability = "new_guests"
    reply = await _share(world, "a.docx")
    assert (reply.status, reply.body["error"]["innerError"]["code"]) == (403, "sharingDisabled")


async def test_links_sleep_and_wake_with_the_site(world: World) -> None:
    """Tightening a site deletes nothing: the link is dead, and lives again when the site is loosened.

    Source: https://learn.microsoft.com/sharepoint/change-external-sharing-site
    """
    item = world.items["a.docx"]
    link, _ = sharing.create_link(world.tenant, item, scope="anonymous", kind="view", by=world.by)
    sharing.set_site_capability(world.tenant, world.site, "disabled")
    assert sharing.is_dead(world.tenant, item, link)
    assert link.id in {entry["id"] for entry in await _entries(world, "a.docx")}
    sharing.set_site_capability(world.tenant, world.site, "anyone")
    assert not sharing.is_dead(world.tenant, item, link)


async def test_openness_is_ranked(world: World) -> None:
    """The tighter of site and tenant counts, by rank.

    Source: https://learn.microsoft.com/sharepoint/change-external-sharing-site
    """
    world.tenant.sharing.capability = "existing_guests"
    assert world.tenant.capability(world.site) == "existing_guests"
    assert sorted(OPENNESS, key=OPENNESS.__getitem__) == ["disabled", "existing_guests", "new_guests", "anyone"]


async def test_inviting_an_outsider_makes_a_guest(world: World) -> None:
    """An invited outside address becomes a guest account with a direct grant, which can change its role.

    Source: https://learn.microsoft.com/graph/api/driveitem-invite
    """
    body = {
        "recipients": [{"email": "bea@fabrikam.example"}],
        "roles": ["read"],
        "requireSignIn": True,
        "sendInvitation": False,
    }
    (made,) = (await world.ask("POST", world.at("a.docx") + "/invite", body, actor=True)).body["value"]
    assert "#ext#" in made["grantedToV2"]["siteUser"]["loginName"]
    guests = (await world.get("/users?$filter=userType eq 'Guest'&$select=mail")).body["value"]
    assert [each["mail"] for each in guests] == ["bea@fabrikam.example"]
    path = world.at("a.docx") + f"/permissions/{made['id']}"
    assert (await world.ask("PATCH", path, {"roles": ["write"]}, actor=True)).body["roles"] == ["write"]


async def test_people_are_taken_off_a_link(world: World) -> None:
    """revokeGrants removes named people and leaves the others.

    Source: https://learn.microsoft.com/graph/api/permission-revokegrants
    """
    mails = ["x@out.example", "y@out.example"]
    made = sharing.invite(world.tenant, world.items["a.docx"], mails=mails, role="read", by=world.by, as_link=True)[0]
    path = world.at("a.docx") + f"/permissions/{made.id}/revokeGrants"
    reply = await world.ask("POST", path, {"grantees": [{"email": "x@out.example"}]}, actor=True)
    assert [each["user"]["email"] for each in reply.body["grantedToIdentitiesV2"]] == ["y@out.example"]


async def test_permissions_are_paged(world: World) -> None:
    """More entries than a page come by nextLink, each once.

    Source: https://learn.microsoft.com/graph/api/driveitem-list-permissions
    """
    mails = [f"p{number}@out.example" for number in range(60)]
    sharing.invite(world.tenant, world.items["a.docx"], mails=mails, role="read", by=world.by)
    pages = await world.pages(world.at("a.docx") + "/permissions")
    assert len(pages) == 3
    assert len({entry["id"] for page in pages for entry in page["value"]}) == 64


async def test_links_can_be_filtered_by_scope(world: World) -> None:
    """The filter that admins' tools use brings links of one scope."""
    await _share(world, "a.docx")
    reply = await world.get(world.at("a.docx") + "/permissions?$filter=Link ne null and Link/Scope eq 'anonymous'")
    assert [entry["link"]["scope"] for entry in reply.body["value"]] == ["anonymous"]


async def test_a_tenant_may_hide_inheritance(world: World) -> None:
    """With the quirk on, inherited entries lack the key.

    Source: https://learn.microsoft.com/graph/api/driveitem-list-permissions
    """
    world.tenant.quirks.hide_inherited_from = True
    assert not any("inheritedFrom" in entry for entry in await _entries(world, "a.docx"))


async def test_everyone_is_a_claim(world: World) -> None:
    """A grant to all colleagues shows SharePoint's claim and no directory object."""
    sharing.grant(world.tenant, world.items["d.pdf"], sharing.everyone(world.tenant), "read", by=world.by)
    entry = (await _entries(world, "d.pdf"))[0]
    assert entry["grantedToV2"]["siteUser"]["loginName"].startswith("c:0-.f|rolemanager|spo-grid-all-users/")
    assert "user" not in entry["grantedToV2"]
