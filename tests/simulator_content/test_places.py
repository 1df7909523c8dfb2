"""Sites, drives and single items."""

from __future__ import annotations

from simulator.council.empty_sites import new_site
from tests.simulator_content.world import World


async def test_every_site_is_listed_once_in_pages(world: World) -> None:
    """getAllSites pages by an opaque token and lists personal and locked sites too.

    Source: https://learn.microsoft.com/graph/api/site-getallsites
    """
    for number in range(21):
        new_site(world.tenant, f"sites/s{number}", f"Site {number}", kind="team")
    new_site(world.tenant, "personal/ann", "Ann", kind="personal", host="wrenbridge-my.sharepoint.example")
    pages = await world.pages("/sites/getAllSites")
    urls = [site["webUrl"] for page in pages for site in page["value"]]
    assert len(pages) > 1
    assert len(urls) == len(set(urls)) == 24
    assert [site["isPersonalSite"] for page in pages for site in page["value"]].count(True) == 1
    assert (await world.get("/sites/getAllSites?$skiptoken=guessed")).status == 400


async def test_a_site_is_found_by_id_path_and_as_root(world: World) -> None:
    """`sites/{id}`, `sites/{host}:/path` and `sites/root` answer.

    Source: https://learn.microsoft.com/graph/api/site-get
    """
    by_path = (await world.get(f"/sites/{world.tenant.host}:/sites/plans")).body
    assert by_path["id"] == world.site.id == (await world.get(f"/sites/{world.site.id}")).body["id"]
    root = (await world.get("/sites/root")).body
    assert root["siteCollection"]["dataLocationCode"] == "GBR"
    assert (await world.get(f"/sites/{world.tenant.host}:/sites/none")).status == 404


async def test_system_libraries_are_hidden(world: World) -> None:
    """Drives of a site leave out system libraries unless `system` is selected; ids only when selected.

    Source: https://learn.microsoft.com/graph/api/drive-list
    """
    path = f"/sites/{world.site.id}/drives"
    plain = (await world.get(path)).body["value"]
    whole = (await world.get(path + "?$select=id,name,system,sharePointIds")).body["value"]
    assert [drive["name"] for drive in plain] == ["Documents"]
    assert "sharePointIds" not in plain[0]
    assert [drive["name"] for drive in whole] == ["Documents", "Style Library"]
    assert whole[0]["sharePointIds"]["listId"] == world.drive.list_id


async def test_a_drive_tells_its_list(world: World) -> None:
    """`drives/{id}/list` brings the list behind the library.

    Source: https://learn.microsoft.com/graph/api/list-get
    """
    assert (await world.get(f"/drives/{world.drive.id}/list")).body["id"] == world.drive.list_id


async def test_a_locked_site_answers_423(world: World) -> None:
    """A locked site is listed, and answers 423 notAllowed for itself and for all that lies in it.

    Source: https://learn.microsoft.com/sharepoint/manage-lock-status
    """
    world.site.lock = "NoAccess"
    for path in (
        f"/sites/{world.site.id}",
        f"/sites/{world.site.id}/drives",
        f"{world.root}/delta",
        world.at("a.docx"),
    ):
        reply = await world.get(path)
        assert (reply.status, reply.code) == (423, "notAllowed")


async def test_items_are_reached_by_path(world: World) -> None:
    """`root:/path` and `root:/path:/children` address by name.

    Source: https://learn.microsoft.com/graph/api/driveitem-get
    """
    item = (await world.get(f"{world.root}:/Plans/Old/c.pdf")).body
    assert item["id"] == world.items["c.pdf"].id
    children = (await world.get(f"{world.root}:/Plans:/children?$select=name")).body["value"]
    assert [child["name"] for child in children] == ["Old", "a.docx", "b.docx"]


async def test_children_are_paged(world: World) -> None:
    """A folder's children come in pages of `$top`.

    Source: https://learn.microsoft.com/graph/api/driveitem-list-children
    """
    pages = await world.pages(f"{world.root}/children?$top=1&$select=name")
    assert [child["name"] for page in pages for child in page["value"]] == ["Plans", "d.pdf"]


async def test_sizes_of_folders_add_up(world: World) -> None:
    """A folder's size is that of everything below it.

    Source: https://learn.microsoft.com/graph/api/resources/driveitem
    """
    assert (await world.get(world.root)).body["size"] == 1000


async def test_tenant_settings_need_their_role(world: World) -> None:
    """The tenant's sharing settings are for SharePointTenantSettings.Read.All.

    Source: https://learn.microsoft.com/graph/api/sharepointsettings-get
    """
    assert (await world.get("/admin/sharepoint/settings")).body["sharingCapability"] == "externalUserAndGuestSharing"
    assert (await world.get("/admin/sharepoint/settings", actor=True)).status == 403


async def test_what_is_not_here_says_so(unrecorded: World) -> None:
    """An operation that the tenant does not have answers 501, names itself and is counted."""
    reply = await unrecorded.get("/me/messages")
    assert (reply.status, reply.code) == (501, "notSupported")
    assert unrecorded.tenant.unanswered == {"GET /me/messages": 1}


async def test_every_answer_has_its_ids(world: World) -> None:
    """request-id is new, client-request-id is the caller's, in answers and in errors.

    Source: https://learn.microsoft.com/graph/errors
    """
    mine = {"client-request-id": "mine"}
    good = await world.ask("GET", "/sites/root", headers=mine)
    bad = await world.ask("GET", "/drives/none", headers=mine)
    assert good.headers["client-request-id"] == "mine"
    inner = bad.body["error"]["innerError"]
    assert (inner["request-id"], inner["client-request-id"]) == (bad.headers["request-id"], "mine")


async def test_without_a_token_nothing_is_told(world: World) -> None:
    """No bearer token answers 401.

    Source: https://learn.microsoft.com/graph/errors
    """
    async with world.session.get(f"{world.url}/graph/v1.0/sites/root") as answer:
        assert answer.status == 401
