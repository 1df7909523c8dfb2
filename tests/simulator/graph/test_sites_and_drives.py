"""Sites, drives and single items."""

from __future__ import annotations

from simulator.council.empty_sites import new_site
from tests.simulator.graph_tenant import GraphTenant


async def test_every_site_is_listed_once_in_pages(graph: GraphTenant) -> None:
    """getAllSites pages by an opaque token and lists personal and locked sites too.

    Source: https://learn.microsoft.com/graph/api/site-getallsites
    """
    for number in range(21):
        new_site(graph.tenant, f"sites/s{number}", f"Site {number}", kind="team")
    new_site(graph.tenant, "personal/ann", "Ann", kind="personal", host="wrenbridge-my.sharepoint.example")
    pages = await graph.pages("/sites/getAllSites")
    urls = [site["webUrl"] for page in pages for site in page["value"]]
    assert len(pages) > 1
    assert len(urls) == len(set(urls)) == 24
    assert [site["isPersonalSite"] for page in pages for site in page["value"]].count(True) == 1
    assert (await graph.get("/sites/getAllSites?$skiptoken=guessed")).status == 400


async def test_a_site_is_found_by_id_path_and_as_root(graph: GraphTenant) -> None:
    """`sites/{id}`, `sites/{host}:/path` and `sites/root` answer.

    Source: https://learn.microsoft.com/graph/api/site-get
    """
    by_path = (await graph.get(f"/sites/{graph.tenant.host}:/sites/plans")).body
    assert by_path["id"] == graph.site.id == (await graph.get(f"/sites/{graph.site.id}")).body["id"]
    root = (await graph.get("/sites/root")).body
    assert root["siteCollection"]["dataLocationCode"] == "GBR"
    assert (await graph.get(f"/sites/{graph.tenant.host}:/sites/none")).status == 404


async def test_system_libraries_are_hidden(graph: GraphTenant) -> None:
    """Drives of a site leave out system libraries unless `system` is selected; ids only when selected.

    Source: https://learn.microsoft.com/graph/api/drive-list
    """
    path = f"/sites/{graph.site.id}/drives"
    plain = (await graph.get(path)).body["value"]
    whole = (await graph.get(path + "?$select=id,name,system,sharePointIds")).body["value"]
    assert [drive["name"] for drive in plain] == ["Documents"]
    assert "sharePointIds" not in plain[0]
    assert [drive["name"] for drive in whole] == ["Documents", "Style Library"]
    assert whole[0]["sharePointIds"]["listId"] == graph.drive.list_id


async def test_a_drive_tells_its_list(graph: GraphTenant) -> None:
    """`drives/{id}/list` brings the list behind the library.

    Source: https://learn.microsoft.com/graph/api/list-get
    """
    assert (await graph.get(f"/drives/{graph.drive.id}/list")).body["id"] == graph.drive.list_id


async def test_a_locked_site_answers_423(graph: GraphTenant) -> None:
    """A locked site is listed, and answers 423 notAllowed for itself and for all that lies in it.

    Source: https://learn.microsoft.com/sharepoint/manage-lock-status
    """
    graph.site.lock = "NoAccess"
    for path in (
        f"/sites/{graph.site.id}",
        f"/sites/{graph.site.id}/drives",
        f"{graph.root}/delta",
        graph.at("a.docx"),
    ):
        reply = await graph.get(path)
        assert (reply.status, reply.code) == (423, "notAllowed")


async def test_items_are_reached_by_path(graph: GraphTenant) -> None:
    """`root:/path` and `root:/path:/children` address by name.

    Source: https://learn.microsoft.com/graph/api/driveitem-get
    """
    item = (await graph.get(f"{graph.root}:/Plans/Old/c.pdf")).body
    assert item["id"] == graph.items["c.pdf"].id
    children = (await graph.get(f"{graph.root}:/Plans:/children?$select=name")).body["value"]
    assert [child["name"] for child in children] == ["Old", "a.docx", "b.docx"]


async def test_children_are_paged(graph: GraphTenant) -> None:
    """A folder's children come in pages of `$top`.

    Source: https://learn.microsoft.com/graph/api/driveitem-list-children
    """
    pages = await graph.pages(f"{graph.root}/children?$top=1&$select=name")
    assert [child["name"] for page in pages for child in page["value"]] == ["Plans", "d.pdf"]


async def test_sizes_of_folders_add_up(graph: GraphTenant) -> None:
    """A folder's size is that of everything below it.

    Source: https://learn.microsoft.com/graph/api/resources/driveitem
    """
    assert (await graph.get(graph.root)).body["size"] == 1000


async def test_tenant_settings_need_their_role(graph: GraphTenant) -> None:
    """The tenant's sharing settings are for SharePointTenantSettings.Read.All.

    Source: https://learn.microsoft.com/graph/api/sharepointsettings-get
    """
    assert (await graph.get("/admin/sharepoint/settings")).body["sharingCapability"] == "externalUserAndGuestSharing"
    assert (await graph.get("/admin/sharepoint/settings", actor=True)).status == 403


async def test_what_is_not_here_says_so(unrecorded: GraphTenant) -> None:
    """An operation that the tenant does not have answers 501, names itself and is counted."""
    reply = await unrecorded.get("/me/messages")
    assert (reply.status, reply.code) == (501, "notSupported")
    assert unrecorded.tenant.unanswered == {"GET /me/messages": 1}


async def test_every_answer_has_its_ids(graph: GraphTenant) -> None:
    """request-id is new, client-request-id is the caller's, in answers and in errors.

    Source: https://learn.microsoft.com/graph/errors
    """
    mine = {"client-request-id": "mine"}
    good = await graph.ask("GET", "/sites/root", headers=mine)
    bad = await graph.ask("GET", "/drives/none", headers=mine)
    assert good.headers["client-request-id"] == "mine"
    inner = bad.body["error"]["innerError"]
    assert (inner["request-id"], inner["client-request-id"]) == (bad.headers["request-id"], "mine")


async def test_without_a_token_nothing_is_told(graph: GraphTenant) -> None:
    """No bearer token answers 401.

    Source: https://learn.microsoft.com/graph/errors
    """
    async with graph.session.get(f"{graph.url}/graph/v1.0/sites/root") as answer:
        assert answer.status == 401
