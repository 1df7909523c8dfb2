"""Lists that are no libraries, and SharePoint's own libraries, as Graph and SharePoint REST tell them."""

from __future__ import annotations

from simulator.council.empty_sites import add_library, add_list
from simulator.tenant.model import ListRow
from tests.simulator.graph.wider_tenant import WRITE, WiderTenant


def _furnished(wider: WiderTenant) -> None:
    add_library(wider.tenant, wider.site, "Site Pages", path="SitePages", system=True, pages=True)
    add_library(wider.tenant, wider.site, "Site Assets", path="SiteAssets", system=True)
    made = add_list(wider.tenant, wider.site, "Risk register")
    by = wider.tenant.actor(next(iter(wider.tenant.users.values())))
    made.rows = [ListRow("Towpath closure", wider.site.created, wider.site.created, by)]
    add_list(wider.tenant, wider.site, "Site visits", template="events")


async def test_a_list_that_is_no_library_is_a_list_and_no_drive(wider: WiderTenant) -> None:
    """`lists` tells generic lists and calendars by their template, `drives` does not, and a list has no drive.

    Source: https://learn.microsoft.com/graph/api/list-list
    """
    _furnished(wider)
    lists = (await wider.read(f"{wider.site_path}/lists?$select=id,displayName,list"))["value"]
    assert {each["displayName"]: each["list"]["template"] for each in lists} == {
        "Documents": "documentLibrary",
        "Risk register": "genericList",
        "Site visits": "events",
    }
    assert await wider.names(f"{wider.site_path}/drives") == ["Documents"]
    path = f"{wider.site_path}/lists/{next(each['id'] for each in lists if each['displayName'] == 'Risk register')}"
    assert (await wider.call("GET", f"{path}/drive")).status == 404
    (row,) = (await wider.read(f"{path}/items?$expand=fields($select=Title)"))["value"]
    assert row["fields"] == {"Title": "Towpath closure"}
    columns = (await wider.read(f"{path}/columns"))["value"]
    assert {each["name"]: each["readOnly"] for each in columns} == {
        "Title": False,
        "Modified": True,
        "ContentType": True,
    }
    of_template = f"{wider.site_path}/lists?$filter=list/template eq 'genericList'"
    assert await wider.names(of_template) == ["Risk register"]


async def test_site_pages_and_site_assets_are_told_to_those_who_ask(wider: WiderTenant) -> None:
    """Both carry the system facet, so neither `lists` nor `drives` tells them unless it is selected; neither is hidden.

    Sources: https://github.com/SharePoint/sp-dev-docs/issues/8835,
    https://github.com/microsoftgraph/microsoft-graph-docs/issues/11919
    """
    _furnished(wider)
    lists = (await wider.read(f"{wider.site_path}/lists?$select=displayName,list,system"))["value"]
    own = {each["displayName"]: each["list"] for each in lists if "system" in each}
    assert (own["Site Pages"]["template"], own["Site Pages"]["hidden"]) == ("webPageLibrary", False)
    assert (own["Site Assets"]["template"], own["Site Assets"]["hidden"]) == ("documentLibrary", False)
    assert own["Style Library"]["hidden"]
    asked = await wider.names(f"{wider.site_path}/drives?$select=name,system")
    assert {"Site Pages", "Site Assets", "Style Library"} < set(asked)


async def test_lists_and_their_rows_are_made(wider: WiderTenant) -> None:
    """What other people's suites begin with: a library that is a drive at once, a list with a row; a name only once.

    Source: https://learn.microsoft.com/graph/api/list-create
    """
    path = f"{wider.site_path}/lists"
    made = await wider.call("POST", path, {"displayName": "Books", "list": {"template": "genericList"}}, roles=WRITE)
    assert (made.status, made.body["list"]["template"]) == (201, "genericList")
    row = await wider.call("POST", f"{path}/{made.body['id']}/items", {"fields": {"Title": "Walden"}}, roles=WRITE)
    assert row.status == 201
    (told,) = (await wider.read(f"{path}/{made.body['id']}/items?$expand=fields($select=Title)"))["value"]
    assert told["fields"] == {"Title": "Walden"}
    library = await wider.call(
        "POST", path, {"displayName": "Plans", "list": {"template": "documentLibrary"}}, roles=WRITE
    )
    assert library.status == 201
    assert "Plans" in await wider.names(f"{wider.site_path}/drives")
    assert (await wider.call("POST", path, {"displayName": "books"}, roles=WRITE)).status == 409
    assert (
        await wider.call("POST", path, {"displayName": "Survey", "list": {"template": "survey"}}, roles=WRITE)
    ).status == 501
    assert (await wider.call("POST", path, {"displayName": "x"})).status == 403
