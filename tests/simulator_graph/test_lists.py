"""Lists that are no libraries, and SharePoint's own libraries, as Graph and SharePoint REST tell them."""

from __future__ import annotations

from simulator.council.empty_sites import add_library, add_list
from simulator.tenant.model import ListRow
from tests.simulator_graph.world import WRITE, GraphWorld


def _furnished(world: GraphWorld) -> None:
    add_library(world.tenant, world.site, "Site Pages", path="SitePages", system=True, pages=True)
    add_library(world.tenant, world.site, "Site Assets", path="SiteAssets", system=True)
    made = add_list(world.tenant, world.site, "Risk register")
    by = world.tenant.actor(next(iter(world.tenant.users.values())))
    made.rows = [ListRow("Towpath closure", world.site.created, world.site.created, by)]
    add_list(world.tenant, world.site, "Site visits", template="events")


async def test_a_list_that_is_no_library_is_a_list_and_no_drive(world: GraphWorld) -> None:
    """`lists` tells generic lists and calendars by their template, `drives` does not, and a list has no drive.

    Source: https://learn.microsoft.com/graph/api/list-list
    """
    _furnished(world)
    lists = (await world.read(f"{world.site_path}/lists?$select=id,displayName,list"))["value"]
    assert {each["displayName"]: each["list"]["template"] for each in lists} == {
        "Documents": "documentLibrary",
        "Risk register": "genericList",
        "Site visits": "events",
    }
    assert await world.names(f"{world.site_path}/drives") == ["Documents"]
    path = f"{world.site_path}/lists/{next(each['id'] for each in lists if each['displayName'] == 'Risk register')}"
    assert (await world.call("GET", f"{path}/drive")).status == 404
    (row,) = (await world.read(f"{path}/items?$expand=fields($select=Title)"))["value"]
    assert row["fields"] == {"Title": "Towpath closure"}
    assert (await world.call("GET", f"{path}/columns")).status == 501
    of_template = f"{world.site_path}/lists?$filter=list/template eq 'genericList'"
    assert await world.names(of_template) == ["Risk register"]


async def test_site_pages_and_site_assets_are_told_to_those_who_ask(world: GraphWorld) -> None:
    """Both carry the system facet, so neither `lists` nor `drives` tells them unless it is selected; neither is hidden.

    Sources: https://github.com/SharePoint/sp-dev-docs/issues/8835,
    https://github.com/microsoftgraph/microsoft-graph-docs/issues/11919
    """
    _furnished(world)
    lists = (await world.read(f"{world.site_path}/lists?$select=displayName,list,system"))["value"]
    own = {each["displayName"]: each["list"] for each in lists if "system" in each}
    assert (own["Site Pages"]["template"], own["Site Pages"]["hidden"]) == ("webPageLibrary", False)
    assert (own["Site Assets"]["template"], own["Site Assets"]["hidden"]) == ("documentLibrary", False)
    assert own["Style Library"]["hidden"]
    asked = await world.names(f"{world.site_path}/drives?$select=name,system")
    assert {"Site Pages", "Site Assets", "Style Library"} < set(asked)


async def test_lists_and_their_rows_are_made(world: GraphWorld) -> None:
    """What other people's suites begin with: a library that is a drive at once, a list with a row; a name only once.

    Source: https://learn.microsoft.com/graph/api/list-create
    """
    path = f"{world.site_path}/lists"
    made = await world.call("POST", path, {"displayName": "Books", "list": {"template": "genericList"}}, roles=WRITE)
    assert (made.status, made.body["list"]["template"]) == (201, "genericList")
    row = await world.call("POST", f"{path}/{made.body['id']}/items", {"fields": {"Title": "Walden"}}, roles=WRITE)
    assert row.status == 201
    (told,) = (await world.read(f"{path}/{made.body['id']}/items?$expand=fields($select=Title)"))["value"]
    assert told["fields"] == {"Title": "Walden"}
    library = await world.call(
        "POST", path, {"displayName": "Plans", "list": {"template": "documentLibrary"}}, roles=WRITE
    )
    assert library.status == 201
    assert "Plans" in await world.names(f"{world.site_path}/drives")
    assert (await world.call("POST", path, {"displayName": "books"}, roles=WRITE)).status == 409
    assert (
        await world.call("POST", path, {"displayName": "Survey", "list": {"template": "survey"}}, roles=WRITE)
    ).status == 501
    assert (await world.call("POST", path, {"displayName": "x"})).status == 403
