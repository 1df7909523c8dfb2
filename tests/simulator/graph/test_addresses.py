"""The many addresses of one site, library or item."""

from __future__ import annotations

import pytest

from tests.simulator.graph.wider_tenant import WiderTenant


async def test_site_by_path_has_everything_below_it(wider: WiderTenant) -> None:
    """A site by host and path has a list, drives, a default drive, and items by path below that.

    Source: https://learn.microsoft.com/graph/api/site-getbypath
    """
    by_path = f"/sites/{wider.tenant.host}:/sites/plans"
    assert (await wider.read(by_path))["id"] == wider.site.id
    assert await wider.names(f"{by_path}:/drives") == await wider.names(f"{by_path}:/lists") == ["Documents"]
    below = await wider.names(f"{by_path}:/drive/root:/Plans:/children")
    assert below == ["Old", "a.docx", "b.docx"]
    assert (await wider.read("/sites/root/getByPath(path='/sites/plans')/drive"))["id"] == wider.drive.id


async def test_item_has_one_id_by_every_address(wider: WiderTenant) -> None:
    """By id, path, path below a folder, site, list row, group: it is the same item.

    Source: https://learn.microsoft.com/graph/api/driveitem-get
    """
    drive, item, old = wider.drive.id, wider.items["c.pdf"], wider.items["Old"]
    addresses = (
        f"/drives/{drive}/items/{item.id}",
        f"/drives/{drive}/root:/Plans/Old/c.pdf",
        f"/drives/{drive}/root:/plans/OLD/C.PDF:",
        f"/drives/{drive}/items/{old.id}:/c.pdf",
        f"{wider.site_path}/drives/{drive}/items/{item.id}",
        f"{wider.list_path}/items/{item.list_item_id}/driveItem",
        f"{wider.list_path}/drive/items/{item.id}",
        f"/groups/{wider.group.id}/drive/root:/Plans/Old/c.pdf",
        f"/groups/{wider.group.id}/sites/root/drive/items/{item.id}",
    )
    for address in addresses:
        assert (await wider.read(address + "?$select=id"))["id"] == item.id, address


async def test_keys_in_brackets_and_words_in_any_case(wider_unrecorded: WiderTenant) -> None:
    """`items('…')` is `items/…`, and `Members` is `members`, as some clients write them.

    Source: https://learn.microsoft.com/graph/use-the-api
    """
    item = wider_unrecorded.items["c.pdf"]
    assert (await wider_unrecorded.read(f"/drives/{wider_unrecorded.drive.id}/items('{item.id}')"))["id"] == item.id
    assert await wider_unrecorded.names(f"/groups/{wider_unrecorded.group.id}/Members/microsoft.graph.user") == [
        "Ann Ash"
    ]


async def test_row_is_reached_from_the_item(wider: WiderTenant) -> None:
    """`listItem` of an item, and its fields, are the row in the list.

    Source: https://learn.microsoft.com/graph/api/listitem-get
    """
    item = wider.items["a.docx"]
    row = await wider.read(f"{wider.at('a.docx')}/listItem?$expand=fields($select=FileLeafRef)")
    assert (row["id"], row["fields"]["FileLeafRef"]) == (str(item.list_item_id), "a.docx")
    assert (await wider.read(f"{wider.at('a.docx')}/listItem/fields"))["FileLeafRef"] == "a.docx"


async def test_personal_drive_is_found_by_its_owner(wider: WiderTenant) -> None:
    """`users/{id}/drive` is 404 for somebody who has no OneDrive.

    Source: https://learn.microsoft.com/graph/api/drive-get
    """
    reply = await wider.call("GET", "/users/ann.ash@wrenbridge.example/drive")
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
async def test_addresses_of_elsewhere_are_refused(wider: WiderTenant, path: str, status: int) -> None:
    """Another tenant's host is 400, a path that leads nowhere 404.

    Source: https://learn.microsoft.com/graph/errors
    """
    assert (await wider.call("GET", path)).status == status


async def test_unknown_operation_is_501_and_counted(wider: WiderTenant) -> None:
    """What the tenant does not have answers 501 and names itself, in beta too: never 404 or an empty list.

    Source: https://learn.microsoft.com/graph/errors
    """
    reply = await wider.call("GET", f"{wider.site_path}/onenote/notebooks")
    assert (reply.status, reply.code) == (501, "notSupported")
    beta = await wider.call("GET", f"{wider.url}/graph/beta/sites/root/pages")
    assert beta.status == 501
    assert len(wider.tenant.unanswered) == 2
