"""The many addresses of one site, library or item."""

from __future__ import annotations

import pytest

from tests.simulator_graph.world import GraphWorld


async def test_site_by_path_has_everything_below_it(world: GraphWorld) -> None:
    """A site by host and path has a list, drives, a default drive, and items by path below that.

    Source: https://learn.microsoft.com/graph/api/site-getbypath
    """
    by_path = f"/sites/{world.tenant.host}:/sites/plans"
    assert (await world.read(by_path))["id"] == world.site.id
    assert await world.names(f"{by_path}:/drives") == await world.names(f"{by_path}:/lists") == ["Documents"]
    below = await world.names(f"{by_path}:/drive/root:/Plans:/children")
    assert below == ["Old", "a.docx", "b.docx"]
    assert (await world.read("/sites/root/getByPath(path='/sites/plans')/drive"))["id"] == world.drive.id


async def test_item_has_one_id_by_every_address(world: GraphWorld) -> None:
    """By id, path, path below a folder, site, list row, group: it is the same item.

    Source: https://learn.microsoft.com/graph/api/driveitem-get
    """
    drive, item, old = world.drive.id, world.items["c.pdf"], world.items["Old"]
    addresses = (
        f"/drives/{drive}/items/{item.id}",
        f"/drives/{drive}/root:/Plans/Old/c.pdf",
        f"/drives/{drive}/root:/plans/OLD/C.PDF:",
        f"/drives/{drive}/items/{old.id}:/c.pdf",
        f"{world.site_path}/drives/{drive}/items/{item.id}",
        f"{world.list_path}/items/{item.list_item_id}/driveItem",
        f"{world.list_path}/drive/items/{item.id}",
        f"/groups/{world.group.id}/drive/root:/Plans/Old/c.pdf",
        f"/groups/{world.group.id}/sites/root/drive/items/{item.id}",
    )
    for address in addresses:
        assert (await world.read(address + "?$select=id"))["id"] == item.id, address


async def test_keys_in_brackets_and_words_in_any_case(unrecorded: GraphWorld) -> None:
    """`items('…')` is `items/…`, and `Members` is `members`, as some clients write them.

    Source: https://learn.microsoft.com/graph/use-the-api
    """
    item = unrecorded.items["c.pdf"]
    assert (await unrecorded.read(f"/drives/{unrecorded.drive.id}/items('{item.id}')"))["id"] == item.id
    assert await unrecorded.names(f"/groups/{unrecorded.group.id}/Members/microsoft.graph.user") == ["Ann Ash"]


async def test_row_is_reached_from_the_item(world: GraphWorld) -> None:
    """`listItem` of an item, and its fields, are the row in the list.

    Source: https://learn.microsoft.com/graph/api/listitem-get
    """
    item = world.items["a.docx"]
    row = await world.read(f"{world.at('a.docx')}/listItem?$expand=fields($select=FileLeafRef)")
    assert (row["id"], row["fields"]["FileLeafRef"]) == (str(item.list_item_id), "a.docx")
    assert (await world.read(f"{world.at('a.docx')}/listItem/fields"))["FileLeafRef"] == "a.docx"


async def test_personal_drive_is_found_by_its_owner(world: GraphWorld) -> None:
    """`users/{id}/drive` is 404 for somebody who has no OneDrive.

    Source: https://learn.microsoft.com/graph/api/drive-get
    """
    reply = await world.call("GET", "/users/ann.ash@wrenbridge.example/drive")
    assert (reply.status, reply.code) == (404, "ResourceNotFound")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/sites/contoso.sharepoint.com:/sites/plans", 400),
        ("/sites/wrenbridge.sharepoint.example:/sites/none", 404),
        ("/sites/wrenbridge.sharepoint.example:/sites/plans:/drive/root:/none.docx", 404),
        ("/sites/wrenbridge.sharepoint.com:/sites/plans:/drive/root:/d.pdf", 200),
    ],
)
async def test_addresses_of_elsewhere_are_refused(world: GraphWorld, path: str, status: int) -> None:
    """Another tenant's host is 400, a path that leads nowhere 404.

    Source: https://learn.microsoft.com/graph/errors
    """
    assert (await world.call("GET", path)).status == status


async def test_unknown_operation_is_501_and_counted(world: GraphWorld) -> None:
    """What the tenant does not have answers 501 and names itself, in beta too: never 404 or an empty list.

    Source: https://learn.microsoft.com/graph/errors
    """
    reply = await world.call("GET", f"{world.site_path}/onenote/notebooks")
    assert (reply.status, reply.code) == (501, "notSupported")
    beta = await world.call("GET", f"{world.url}/graph/beta/sites/root/pages")
    assert beta.status == 501
    assert len(world.tenant.unanswered) == 2
