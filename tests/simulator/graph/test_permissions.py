"""Sharing of items through Graph."""

from __future__ import annotations

from typing import Any

from simulator.tenant import sharing
from simulator.tenant.model import OPENNESS
from tests.simulator.graph_tenant import GraphTenant

FOREVER = "0001-01-01T00:00:00Z"


async def _share(graph: GraphTenant, name: str, **body: object) -> Any:
    return await graph.ask(
        "POST", graph.at(name) + "/createLink", body or {"type": "view", "scope": "anonymous"}, actor=True
    )


async def _entries(graph: GraphTenant, name: str) -> list[Any]:
    pages = await graph.pages(graph.at(name) + "/permissions")
    return [entry for page in pages for entry in page["value"]]


async def test_a_link_is_new_once(graph: GraphTenant) -> None:
    """createLink answers 201 for a new link and 200 with the same one afterwards.

    Source: https://learn.microsoft.com/graph/api/driveitem-createlink
    """
    first, second = await _share(graph, "a.docx"), await _share(graph, "a.docx")
    assert (first.status, second.status) == (201, 200)
    assert first.body["id"] == second.body["id"]
    assert first.body["expirationDateTime"] == FOREVER


async def test_inherited_entries_carry_an_empty_key(graph: GraphTenant) -> None:
    """A folder's link shows on its files with `inheritedFrom: {}`, and on the folder without the key.

    Source: https://learn.microsoft.com/graph/api/driveitem-list-permissions
    """
    made = (await _share(graph, "Plans")).body["id"]
    below = next(entry for entry in await _entries(graph, "c.pdf") if entry["id"] == made)
    own = next(entry for entry in await _entries(graph, "Plans") if entry["id"] == made)
    assert below["inheritedFrom"] == {}
    assert "inheritedFrom" not in own


async def test_every_item_shows_the_sites_groups(graph: GraphTenant) -> None:
    """Owners, members and visitors of the site are inherited by everything, the root included.

    Source: https://learn.microsoft.com/graph/api/driveitem-list-permissions
    """
    reply = await graph.get(f"{graph.root}/permissions")
    names = [entry["grantedToV2"].get("siteGroup", {}).get("displayName") for entry in reply.body["value"]]
    assert names[:3] == ["Plans Owners", "Plans Visitors", "Plans Members"]
    assert all("inheritedFrom" in entry for entry in reply.body["value"])


async def test_only_anyone_links_take_an_expiry(graph: GraphTenant) -> None:
    """An expiry is set on and taken from an Anyone link; organisation links refuse it.

    Source: https://learn.microsoft.com/graph/api/permission-update
    """
    anyone = (await _share(graph, "a.docx")).body["id"]
    organisation = (await _share(graph, "a.docx", type="view", scope="organization")).body["id"]
    path = graph.at("a.docx") + "/permissions/"
    body = {"expirationDateTime": "2027-01-31T00:00:00Z"}
    assert (await graph.ask("PATCH", path + anyone, body, actor=True)).body[
        "expirationDateTime"
    ] == "2027-01-31T00:00:00Z"
    assert (await graph.ask("PATCH", path + anyone, {"expirationDateTime": None}, actor=True)).body[
        "expirationDateTime"
    ] == FOREVER
    assert (await graph.ask("PATCH", path + organisation, body, actor=True)).status == 400
    past = {"expirationDateTime": "2020-01-31T00:00:00Z"}
    assert (await graph.ask("PATCH", path + anyone, past, actor=True)).status == 400


async def test_inherited_entries_are_removed_where_they_were_made(graph: GraphTenant) -> None:
    """Deleting a child's inherited entry is 403 notAllowed; on the ancestor it is 204, and 404 the second time.

    Source: https://learn.microsoft.com/graph/api/permission-delete
    """
    made = (await _share(graph, "Plans")).body["id"]
    child = await graph.ask("DELETE", graph.at("c.pdf") + f"/permissions/{made}", actor=True)
    assert (child.status, child.code) == (403, "notAllowed")
    path = graph.at("Plans") + f"/permissions/{made}"
    assert (await graph.ask("DELETE", path, actor=True)).status == 204
    assert (await graph.ask("DELETE", path, actor=True)).status == 404


async def test_a_changed_item_refuses_an_old_etag(graph: GraphTenant) -> None:
    """DELETE with an if-match that is out of date answers 412.

    Source: https://learn.microsoft.com/graph/api/permission-delete
    """
    made = (await _share(graph, "a.docx")).body["id"]
    reply = await graph.ask(
        "DELETE", graph.at("a.docx") + f"/permissions/{made}", actor=True, headers={"If-Match": '"{OLD},1"'}
    )
    assert (reply.status, reply.code) == (412, "resourceModified")


async def test_a_closed_site_creates_no_anyone_link(graph: GraphTenant) -> None:
    """Where the site does not allow them, createLink answers 403 with inner code sharingDisabled.

    Source: https://learn.microsoft.com/graph/api/driveitem-createlink
    """
    graph.site.capability = "new_guests"
    reply = await _share(graph, "a.docx")
    assert (reply.status, reply.body["error"]["innerError"]["code"]) == (403, "sharingDisabled")


async def test_links_sleep_and_wake_with_the_site(graph: GraphTenant) -> None:
    """Tightening a site deletes nothing: the link is dead, and lives again when the site is loosened.

    Source: https://learn.microsoft.com/sharepoint/change-external-sharing-site
    """
    item = graph.items["a.docx"]
    link, _ = sharing.create_link(graph.tenant, item, scope="anonymous", kind="view", by=graph.by)
    sharing.set_site_capability(graph.tenant, graph.site, "disabled")
    assert sharing.is_dead(graph.tenant, item, link)
    assert link.id in {entry["id"] for entry in await _entries(graph, "a.docx")}
    sharing.set_site_capability(graph.tenant, graph.site, "anyone")
    assert not sharing.is_dead(graph.tenant, item, link)


async def test_openness_is_ranked(graph: GraphTenant) -> None:
    """The tighter of site and tenant counts, by rank.

    Source: https://learn.microsoft.com/sharepoint/change-external-sharing-site
    """
    graph.tenant.sharing.capability = "existing_guests"
    assert graph.tenant.capability(graph.site) == "existing_guests"
    assert sorted(OPENNESS, key=OPENNESS.__getitem__) == ["disabled", "existing_guests", "new_guests", "anyone"]


async def test_inviting_an_outsider_makes_a_guest(graph: GraphTenant) -> None:
    """An invited outside address becomes a guest account with a direct grant, which can change its role.

    Source: https://learn.microsoft.com/graph/api/driveitem-invite
    """
    body = {
        "recipients": [{"email": "bea@fabrikam.example"}],
        "roles": ["read"],
        "requireSignIn": True,
        "sendInvitation": False,
    }
    (made,) = (await graph.ask("POST", graph.at("a.docx") + "/invite", body, actor=True)).body["value"]
    assert "#ext#" in made["grantedToV2"]["siteUser"]["loginName"]
    guests = (await graph.get("/users?$filter=userType eq 'Guest'&$select=mail")).body["value"]
    assert [each["mail"] for each in guests] == ["bea@fabrikam.example"]
    path = graph.at("a.docx") + f"/permissions/{made['id']}"
    assert (await graph.ask("PATCH", path, {"roles": ["write"]}, actor=True)).body["roles"] == ["write"]


async def test_people_are_taken_off_a_link(graph: GraphTenant) -> None:
    """revokeGrants removes named people and leaves the others.

    Source: https://learn.microsoft.com/graph/api/permission-revokegrants
    """
    mails = ["x@out.example", "y@out.example"]
    made = sharing.invite(graph.tenant, graph.items["a.docx"], mails=mails, role="read", by=graph.by, as_link=True)[0]
    path = graph.at("a.docx") + f"/permissions/{made.id}/revokeGrants"
    reply = await graph.ask("POST", path, {"grantees": [{"email": "x@out.example"}]}, actor=True)
    assert [each["user"]["email"] for each in reply.body["grantedToIdentitiesV2"]] == ["y@out.example"]


async def test_permissions_are_paged(graph: GraphTenant) -> None:
    """More entries than a page come by nextLink, each once.

    Source: https://learn.microsoft.com/graph/api/driveitem-list-permissions
    """
    mails = [f"p{number}@out.example" for number in range(60)]
    sharing.invite(graph.tenant, graph.items["a.docx"], mails=mails, role="read", by=graph.by)
    pages = await graph.pages(graph.at("a.docx") + "/permissions")
    assert len(pages) == 3
    assert len({entry["id"] for page in pages for entry in page["value"]}) == 64


async def test_links_can_be_filtered_by_scope(graph: GraphTenant) -> None:
    """The filter that admins' tools use brings links of one scope."""
    await _share(graph, "a.docx")
    reply = await graph.get(graph.at("a.docx") + "/permissions?$filter=Link ne null and Link/Scope eq 'anonymous'")
    assert [entry["link"]["scope"] for entry in reply.body["value"]] == ["anonymous"]


async def test_a_tenant_may_hide_inheritance(graph: GraphTenant) -> None:
    """With the quirk on, inherited entries lack the key.

    Source: https://learn.microsoft.com/graph/api/driveitem-list-permissions
    """
    graph.tenant.quirks.hide_inherited_from = True
    assert not any("inheritedFrom" in entry for entry in await _entries(graph, "a.docx"))


async def test_everyone_is_a_claim(graph: GraphTenant) -> None:
    """A grant to all colleagues shows SharePoint's claim and no directory object."""
    sharing.grant(graph.tenant, graph.items["d.pdf"], sharing.everyone(graph.tenant), "read", by=graph.by)
    entry = (await _entries(graph, "d.pdf"))[0]
    assert entry["grantedToV2"]["siteUser"]["loginName"].startswith("c:0-.f|rolemanager|spo-grid-all-users/")
    assert "user" not in entry["grantedToV2"]
