"""Links, grants and shares, and the rules that Graph keeps about them."""

from __future__ import annotations

from simulator.tenant import sharing
from simulator.tenant.clock import instant
from tests.simulator.graph.wider_tenant import READ, WRITE, WiderTenant, encoded


async def test_share_resolves_a_link_and_an_address(wider: WiderTenant) -> None:
    """`shares/u!…` leads to the item behind a sharing link, or at a web address.

    Source: https://learn.microsoft.com/graph/api/shares-get
    """
    link = await wider.share("a.docx", type="view", scope="organization")
    for share in (
        link["shareId"],
        encoded(link["link"]["webUrl"]),
        encoded(f"{wider.site.url}/Shared Documents/Plans/a.docx"),
    ):
        item = await wider.read(f"/shares/{share}/driveItem?$select=id,name", roles=WRITE)
        assert item["id"] == wider.items["a.docx"].id
    whole = await wider.read(f"/shares/{link['shareId']}", roles=WRITE)
    assert whole["name"] == "a.docx"
    permission = await wider.read(f"/shares/{link['shareId']}/permission", roles=WRITE)
    assert permission["link"]["scope"] == "organization"


async def test_share_of_a_folder_shows_its_children(wider: WiderTenant) -> None:
    """`driveItem?$expand=children` lists what a shared folder holds.

    Source: https://learn.microsoft.com/graph/api/shares-get
    """
    link = await wider.share("Plans", type="view", scope="organization")
    folder = await wider.read(f"/shares/{link['shareId']}/driveItem?$expand=children($select=name)", roles=WRITE)
    assert [each["name"] for each in folder["children"]] == ["Old", "a.docx", "b.docx"]


async def test_share_needs_a_write_role_and_a_living_link(wider: WiderTenant) -> None:
    """A read role is 403, an unknown link 404, a sleeping one 403, and nonsense 400.

    Source: https://learn.microsoft.com/graph/api/shares-get
    """
    link = await wider.share("a.docx", type="view", scope="anonymous")
    assert (await wider.call("GET", f"/shares/{link['shareId']}/driveItem", roles=READ)).status == 403
    sharing.set_site_capability(wider.tenant, wider.site, "new_guests")
    asleep = await wider.call("GET", f"/shares/{link['shareId']}/driveItem", roles=WRITE)
    assert (asleep.status, asleep.code) == (403, "accessDenied")
    sharing.set_site_capability(wider.tenant, wider.site, "anyone")
    assert (await wider.call("GET", f"/shares/{link['shareId']}/driveItem", roles=WRITE)).status == 200
    unknown = encoded(f"https://{wider.tenant.host}/:w:/s/plans/Enothing")
    assert (await wider.call("GET", f"/shares/{unknown}/driveItem", roles=WRITE)).status == 404
    assert (await wider.call("GET", "/shares/nonsense/driveItem", roles=WRITE)).status == 400


async def test_expiry_is_for_anyone_links_only(wider: WiderTenant) -> None:
    """An expiry on a people's link, a role on a link: 400; on an Anyone link an expiry is 200.

    Source: https://learn.microsoft.com/graph/api/permission-update
    """
    later = {"expirationDateTime": instant(wider.tenant.now() + 86400 * 30)}
    for scope, status in (("users", 400), ("organization", 400), ("anonymous", 200)):
        link = await wider.share("a.docx", type="view", scope=scope)
        path = f"{wider.at('a.docx')}/permissions/{link['id']}"
        assert (await wider.call("PATCH", path, later, roles=WRITE)).status == status
        assert (await wider.call("PATCH", path, {"roles": ["write"]}, roles=WRITE)).status == 400


async def test_no_expiry_reads_as_the_year_one(wider: WiderTenant) -> None:
    """An Anyone link without an end says 0001-01-01, which is no date in the past.

    Source: https://learn.microsoft.com/graph/api/resources/permission
    """
    link = await wider.share("a.docx", type="view", scope="anonymous")
    assert link["expirationDateTime"] == "0001-01-01T00:00:00Z"
    assert (await wider.call("GET", f"/shares/{link['shareId']}/driveItem", roles=WRITE)).status == 200


async def test_child_cannot_lose_what_it_inherits(wider: WiderTenant) -> None:
    """PATCH, DELETE and revokeGrants of an inherited entry are 403 notAllowed at the child.

    Source: https://learn.microsoft.com/graph/api/permission-delete
    """
    link = await wider.share("Plans", type="view", scope="users")
    path = f"{wider.at('a.docx')}/permissions/{link['id']}"
    people = {"grantees": [{"email": "ann.ash@wrenbridge.example"}]}
    for method, end, body in (
        ("DELETE", "", None),
        ("PATCH", "", {"roles": ["read"]}),
        ("POST", "/revokeGrants", people),
    ):
        reply = await wider.call(method, path + end, body, roles=WRITE)
        assert (reply.status, reply.code) == (403, "notAllowed"), method
    assert (await wider.call("DELETE", f"{wider.at('Plans')}/permissions/{link['id']}", roles=WRITE)).status == 204


async def test_change_of_sharing_marks_files_and_not_folders(wider: WiderTenant) -> None:
    """With the headers and full control delta marks a shared file; a shared folder comes unmarked.

    Source: https://learn.microsoft.com/graph/api/driveitem-delta
    """
    link = await wider.delta_link()
    for name in ("Plans", "d.pdf"):
        await wider.share(name, type="view", scope="organization")
    prefer = "hierarchicalsharing, deltashowsharingchanges, deltashowremovedasdeleted, deltatraversepermissiongaps"
    found, _ = await wider.after(link, roles=("Sites.FullControl.All",), Prefer=prefer)
    marked = {each["name"]: "@microsoft.graph.sharedChanged" in each for each in found if "name" in each}
    assert (marked["d.pdf"], marked["Plans"]) == (True, False)


async def test_links_are_filtered_by_scope_and_type(wider: WiderTenant) -> None:
    """`Link ne null` leaves the links, with a scope and a type those that fit.

    Source: https://pnp.github.io/cli-microsoft365/cmd/spo/file/file-sharinglink-list
    """
    for scope in ("anonymous", "organization"):
        await wider.share("a.docx", type="view", scope=scope)
    path = f"{wider.at('a.docx')}/permissions?$filter=Link ne null"
    counts = [len((await wider.read(path + more))["value"]) for more in ("", " and Link/Scope eq 'anonymous'")]
    assert counts == [2, 1]


async def test_inviting_beyond_what_the_site_allows_is_refused(wider: WiderTenant) -> None:
    """New guests in a site for members only: 403 with inner code sharingDisabled, and nobody is added.

    Source: https://learn.microsoft.com/graph/api/driveitem-invite
    """
    sharing.set_site_capability(wider.tenant, wider.site, "disabled")
    asked = {"recipients": [{"email": "bea@fabrikam.example"}], "roles": ["read"], "requireSignIn": True}
    reply = await wider.call("POST", f"{wider.at('a.docx')}/invite", asked, roles=WRITE)
    assert (reply.status, reply.body["error"]["innerError"]["code"]) == (403, "sharingDisabled")
    assert not any(user.guest for user in wider.tenant.users.values())
