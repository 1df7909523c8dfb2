"""Libraries, items, rows of lists, and what delta says of them."""

from __future__ import annotations

import pytest

from simulator.tenant import files
from tests.simulator.graph.wider_tenant import READ, WRITE, WiderTenant


async def test_children_come_by_kind_and_in_order(wider: WiderTenant) -> None:
    """`folder ne null` leaves the folders; `$orderby` takes name, size and times.

    Source: https://learn.microsoft.com/graph/api/driveitem-list-children
    """
    path = f"{wider.at('Plans')}/children"
    assert await wider.names(f"{path}?$filter=folder ne null&$select=id,name") == ["Old"]
    assert await wider.names(f"{path}?$orderby=size desc") == ["Old", "b.docx", "a.docx"]


async def test_children_bring_their_rows(wider: WiderTenant) -> None:
    """`children?$expand=listItem($expand=fields)` brings columns with the items.

    Source: https://learn.microsoft.com/graph/api/driveitem-list-children
    """
    path = f"{wider.at('Plans')}/children?$expand=listItem($expand=fields($select=FileLeafRef))"
    rows = [each["listItem"]["fields"]["FileLeafRef"] for each in (await wider.read(path))["value"]]
    assert rows == ["Old", "a.docx", "b.docx"]


async def test_expanded_permissions_cost_five_units(wider: WiderTenant) -> None:
    """`$expand=permissions` brings them, at 5 units instead of 1.

    Source: https://learn.microsoft.com/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online
    """
    before = wider.units()
    plain = await wider.read(wider.at("a.docx"))
    whole = await wider.read(f"{wider.at('a.docx')}?$expand=permissions")
    assert wider.units() - before == 6
    assert len(whole["permissions"]) == 4
    assert "permissions" not in plain


async def test_label_of_children_is_silently_missing(wider: WiderTenant) -> None:
    """`children?$select=retentionLabel` names a property that never comes; on one item `$expand` brings it.

    Source: https://github.com/microsoftgraph/msgraph-sdk-powershell/issues/2695
    """
    children = (await wider.read(f"{wider.at('Plans')}/children?$select=name,retentionLabel"))["value"]
    assert all("retentionLabel" not in each for each in children)
    assert "retentionLabel" in await wider.read(f"{wider.at('a.docx')}?$expand=retentionLabel")


async def test_unchanged_item_is_304(wider: WiderTenant) -> None:
    """`if-none-match` with the eTag or cTag in force answers 304 without a body.

    Source: https://learn.microsoft.com/graph/api/driveitem-get
    """
    item = await wider.read(wider.at("a.docx"))
    for tag in (item["eTag"], item["cTag"]):
        reply = await wider.call("GET", wider.at("a.docx"), **{"if-none-match": tag})
        assert (reply.status, reply.body) == (304, "")


async def test_change_of_a_changed_item_is_412(wider: WiderTenant) -> None:
    """PATCH and DELETE with an outdated `if-match` are 412 and change nothing.

    Source: https://learn.microsoft.com/graph/api/driveitem-delete
    """
    old = (await wider.read(wider.at("a.docx")))["eTag"]
    assert (await wider.call("PATCH", wider.at("a.docx"), {"name": "z.docx"}, roles=WRITE)).status == 200
    for method, body in (("PATCH", {"name": "y.docx"}), ("DELETE", None)):
        reply = await wider.call(method, wider.at("a.docx"), body, roles=WRITE, **{"if-match": old})
        assert (reply.status, reply.code) == (412, "resourceModified")
    assert (await wider.read(wider.at("a.docx")))["name"] == "z.docx"


async def test_name_in_use_is_409(wider: WiderTenant) -> None:
    """A second item of one name in a folder answers 409 nameAlreadyExists.

    Source: https://learn.microsoft.com/graph/api/driveitem-post-children
    """
    asked = {"name": "Plans", "folder": {}}
    reply = await wider.call("POST", f"{wider.root}/children", asked, roles=WRITE)
    assert (reply.status, reply.code) == (409, "nameAlreadyExists")
    assert (await wider.call("POST", f"{wider.root}/children", {**asked, "name": "New"}, roles=WRITE)).status == 201


async def test_item_gets_another_id_in_another_library(wider: WiderTenant) -> None:
    """Moved to another drive an item has a new id, and the old one is 404.

    Source: https://learn.microsoft.com/graph/api/driveitem-move
    """
    other = wider.tenant.site("sites/plans-own").drives[0]
    target = {"parentReference": {"driveId": other.id, "id": other.root.id}}
    moved = await wider.call("PATCH", wider.at("d.pdf"), target, roles=WRITE)
    assert moved.body["id"] != wider.items["d.pdf"].id
    assert (await wider.call("GET", wider.at("d.pdf"))).status == 404


async def test_versions_are_newest_first(wider: WiderTenant) -> None:
    """Each edit of content leaves a version with its author, time and size; folders have none.

    Source: https://learn.microsoft.com/graph/api/driveitem-list-versions
    """
    files.edit(wider.tenant, wider.items["a.docx"], by=wider.by, size=999)
    versions = (await wider.read(f"{wider.at('a.docx')}/versions"))["value"]
    assert [(each["id"], each["size"]) for each in versions] == [("2.0", 999), ("1.0", 100)]
    assert (await wider.call("GET", f"{wider.at('Plans')}/versions")).status == 400


async def test_prefer_is_in_no_link(wider: WiderTenant) -> None:
    """What a Prefer header asked for ends with its page: links do not carry it.

    Source: https://learn.microsoft.com/graph/api/driveitem-delta
    """
    await wider.share("Plans", type="view", scope="organization")
    first = await wider.read(f"{wider.root}/delta?$top=2", Prefer="hierarchicalsharing")
    rest, _ = await wider.after(first["@odata.nextLink"])
    assert "shared" in next(each for each in rest if each["id"] == wider.items["a.docx"].id)
    rest, _ = await wider.after(first["@odata.nextLink"], Prefer="hierarchicalsharing")
    assert "shared" not in next(each for each in rest if each["id"] == wider.items["a.docx"].id)


@pytest.mark.parametrize("code", ["resyncChangesApplyDifferences", "resyncChangesUploadDifferences"])
async def test_expired_delta_names_a_way_to_merge(wider: WiderTenant, code: str) -> None:
    """410 carries one of two codes, and Location leads to all items again.

    Source: https://learn.microsoft.com/graph/api/driveitem-delta
    """
    link = await wider.delta_link()
    wider.drive.epoch += 1
    wider.drive.resync = code
    gone = await wider.call("GET", link)
    assert (gone.status, gone.code) == (410, code)
    found, _ = await wider.after(gone.headers["Location"])
    assert {each["id"] for each in found} >= {item.id for item in wider.items.values()}


async def test_lists_have_columns_and_hide_system_lists(wider: WiderTenant) -> None:
    """A system list shows when `system` is selected; columns say that none is indexed.

    Source: https://learn.microsoft.com/graph/api/list-list
    """
    assert await wider.names(f"{wider.site_path}/lists") == ["Documents"]
    assert "Style Library" in await wider.names(f"{wider.site_path}/lists?$select=displayName,system")
    columns = (await wider.read(f"{wider.list_path}/columns?$select=name,indexed"))["value"]
    assert {"name": "_ComplianceTag", "indexed": False}.items() <= columns[0].items()


async def test_unindexed_columns_are_filtered_at_ones_own_risk(wider: WiderTenant) -> None:
    """Filter and order are 400 without the Prefer header, work with it, and fail above the list view threshold.

    Source: https://learn.microsoft.com/graph/api/listitem-list
    """
    path = f"{wider.list_path}/items?$filter=fields/FileLeafRef eq 'd.pdf'&$expand=fields($select=FileLeafRef)"
    header = {"Prefer": "HonorNonIndexedQueriesWarningMayFailRandomly"}
    assert (await wider.call("GET", path)).status == 400
    (row,) = (await wider.read(path, **header))["value"]
    assert row["fields"]["FileLeafRef"] == "d.pdf"
    wider.tenant.limits.list_view = 3
    assert (await wider.call("GET", path, **header)).status == 400


async def test_rows_bring_their_items(wider: WiderTenant) -> None:
    """`$expand=driveItem($select=id)` joins rows to items.

    Source: https://learn.microsoft.com/graph/api/listitem-list
    """
    rows = (await wider.read(f"{wider.list_path}/items?$expand=driveItem($select=id)&$top=2"))["value"]
    assert {each["driveItem"]["id"] for each in rows} <= {item.id for item in wider.items.values()}


async def test_list_delta_tells_changes_and_tombstones(wider: WiderTenant) -> None:
    """Rows come once, then what changed; a deleted row has id, content type, site and the deleted facet.

    Source: https://learn.microsoft.com/graph/api/listitem-delta
    """
    path = f"{wider.list_path}/items/delta"
    rows, link = await wider.after(f"{path}?$top=2")
    assert len(rows) == len(wider.items)
    files.edit(wider.tenant, wider.items["b.docx"], by=wider.by)
    files.delete(wider.tenant, wider.items["d.pdf"])
    (changed, gone), following = await wider.after(link)
    assert changed["id"] == str(wider.items["b.docx"].list_item_id)
    assert gone.keys() == {"id", "parentReference", "contentType", "deleted"}
    assert (await wider.after(following))[0] == []
    assert (await wider.read(f"{path}?token=latest"))["value"] == []


async def test_list_delta_expires_like_that_of_items(wider: WiderTenant) -> None:
    """410 with a Location; timestamps are no tokens of a list.

    Source: https://learn.microsoft.com/graph/api/listitem-delta
    """
    path = f"{wider.list_path}/items/delta"
    _, link = await wider.after(path)
    wider.drive.epoch += 1
    gone = await wider.call("GET", link)
    assert gone.status == 410
    assert len((await wider.after(gone.headers["Location"]))[0]) == len(wider.items)
    assert (await wider.call("GET", f"{path}?token=2026-11-01T00:00:00Z")).status == 400


async def test_silent_deletion_is_missing_from_the_list_too(wider: WiderTenant) -> None:
    """What a retention job deletes leaves no tombstone: only reading everything again finds it out.

    Source: https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/2847
    """
    rows, link = await wider.after(f"{wider.list_path}/items/delta")
    files.delete(wider.tenant, wider.items["d.pdf"], silently=True)
    assert (await wider.after(link))[0] == []
    assert len((await wider.after(f"{wider.list_path}/items/delta"))[0]) == len(rows) - 1


async def test_inner_requests_have_their_own_errors(wider_unrecorded: WiderTenant) -> None:
    """In a batch an unknown operation is 501, an unknown option 400, a row by path 200: the outer status is 200.

    Source: https://learn.microsoft.com/graph/json-batching
    """
    paths = (f"{wider_unrecorded.root}:/d.pdf", "/users?$nonsense=1", "/me/planner")
    parts = [{"id": str(number), "method": "GET", "url": path} for number, path in enumerate(paths)]
    reply = await wider_unrecorded.call("POST", "/$batch", {"requests": parts}, roles=READ)
    statuses = {part["id"]: part["status"] for part in reply.body["responses"]}
    assert (reply.status, statuses) == (200, {"0": 200, "1": 400, "2": 501})
