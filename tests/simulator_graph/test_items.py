"""Libraries, items, rows of lists, and what delta says of them."""

from __future__ import annotations

import pytest

from simulator.tenant import files
from tests.simulator_graph.world import READ, WRITE, GraphWorld


async def test_children_come_by_kind_and_in_order(world: GraphWorld) -> None:
    """`folder ne null` leaves the folders; `$orderby` takes name, size and times.

    Source: https://learn.microsoft.com/graph/api/driveitem-list-children
    """
    path = f"{world.at('Plans')}/children"
    assert await world.names(f"{path}?$filter=folder ne null&$select=id,name") == ["Old"]
    assert await world.names(f"{path}?$orderby=size desc") == ["Old", "b.docx", "a.docx"]


async def test_children_bring_their_rows(world: GraphWorld) -> None:
    """`children?$expand=listItem($expand=fields)` brings columns with the items.

    Source: https://learn.microsoft.com/graph/api/driveitem-list-children
    """
    path = f"{world.at('Plans')}/children?$expand=listItem($expand=fields($select=FileLeafRef))"
    rows = [each["listItem"]["fields"]["FileLeafRef"] for each in (await world.read(path))["value"]]
    assert rows == ["Old", "a.docx", "b.docx"]


async def test_expanded_permissions_cost_five_units(world: GraphWorld) -> None:
    """`$expand=permissions` brings them, at 5 units instead of 1.

    Source: https://learn.microsoft.com/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online
    """
    before = world.units()
    plain = await world.read(world.at("a.docx"))
    whole = await world.read(f"{world.at('a.docx')}?$expand=permissions")
    assert world.units() - before == 6
    assert len(whole["permissions"]) == 4
    assert "permissions" not in plain


async def test_label_of_children_is_silently_missing(world: GraphWorld) -> None:
    """`children?$select=retentionLabel` names a property that never comes; on one item `$expand` brings it.

    Source: https://github.com/microsoftgraph/msgraph-sdk-powershell/issues/2695
    """
    children = (await world.read(f"{world.at('Plans')}/children?$select=name,retentionLabel"))["value"]
    assert all("retentionLabel" not in each for each in children)
    assert "retentionLabel" in await world.read(f"{world.at('a.docx')}?$expand=retentionLabel")


async def test_unchanged_item_is_304(world: GraphWorld) -> None:
    """`if-none-match` with the eTag or cTag in force answers 304 without a body.

    Source: https://learn.microsoft.com/graph/api/driveitem-get
    """
    item = await world.read(world.at("a.docx"))
    for tag in (item["eTag"], item["cTag"]):
        reply = await world.call("GET", world.at("a.docx"), **{"if-none-match": tag})
        assert (reply.status, reply.body) == (304, "")


async def test_change_of_a_changed_item_is_412(world: GraphWorld) -> None:
    """PATCH and DELETE with an outdated `if-match` are 412 and change nothing.

    Source: https://learn.microsoft.com/graph/api/driveitem-delete
    """
    old = (await world.read(world.at("a.docx")))["eTag"]
    assert (await world.call("PATCH", world.at("a.docx"), {"name": "z.docx"}, roles=WRITE)).status == 200
    for method, body in (("PATCH", {"name": "y.docx"}), ("DELETE", None)):
        reply = await world.call(method, world.at("a.docx"), body, roles=WRITE, **{"if-match": old})
        assert (reply.status, reply.code) == (412, "resourceModified")
    assert (await world.read(world.at("a.docx")))["name"] == "z.docx"


async def test_name_in_use_is_409(world: GraphWorld) -> None:
    """A second item of one name in a folder answers 409 nameAlreadyExists.

    Source: https://learn.microsoft.com/graph/api/driveitem-post-children
    """
    asked = {"name": "Plans", "folder": {}}
    reply = await world.call("POST", f"{world.root}/children", asked, roles=WRITE)
    assert (reply.status, reply.code) == (409, "nameAlreadyExists")
    assert (await world.call("POST", f"{world.root}/children", {**asked, "name": "New"}, roles=WRITE)).status == 201


async def test_item_gets_another_id_in_another_library(world: GraphWorld) -> None:
    """Moved to another drive an item has a new id, and the old one is 404.

    Source: https://learn.microsoft.com/graph/api/driveitem-move
    """
    other = world.tenant.site("sites/plans-own").drives[0]
    target = {"parentReference": {"driveId": other.id, "id": other.root.id}}
    moved = await world.call("PATCH", world.at("d.pdf"), target, roles=WRITE)
    assert moved.body["id"] != world.items["d.pdf"].id
    assert (await world.call("GET", world.at("d.pdf"))).status == 404


async def test_versions_are_newest_first(world: GraphWorld) -> None:
    """Each edit of content leaves a version with its author, time and size; folders have none.

    Source: https://learn.microsoft.com/graph/api/driveitem-list-versions
    """
    files.edit(world.tenant, world.items["a.docx"], by=world.by, size=999)
    versions = (await world.read(f"{world.at('a.docx')}/versions"))["value"]
    assert [(each["id"], each["size"]) for each in versions] == [("2.0", 999), ("1.0", 100)]
    assert (await world.call("GET", f"{world.at('Plans')}/versions")).status == 400


async def test_prefer_is_in_no_link(world: GraphWorld) -> None:
    """What a Prefer header asked for ends with its page: links do not carry it.

    Source: https://learn.microsoft.com/graph/api/driveitem-delta
    """
    await world.share("Plans", type="view", scope="organization")
    first = await world.read(f"{world.root}/delta?$top=2", Prefer="hierarchicalsharing")
    rest, _ = await world.after(first["@odata.nextLink"])
    assert "shared" in next(each for each in rest if each["id"] == world.items["a.docx"].id)
    rest, _ = await world.after(first["@odata.nextLink"], Prefer="hierarchicalsharing")
    assert "shared" not in next(each for each in rest if each["id"] == world.items["a.docx"].id)


@pytest.mark.parametrize("code", ["resyncChangesApplyDifferences", "resyncChangesUploadDifferences"])
async def test_expired_delta_names_a_way_to_merge(world: GraphWorld, code: str) -> None:
    """410 carries one of two codes, and Location leads to all items again.

    Source: https://learn.microsoft.com/graph/api/driveitem-delta
    """
    link = await world.delta_link()
    world.drive.epoch += 1
    world.drive.resync = code
    gone = await world.call("GET", link)
    assert (gone.status, gone.code) == (410, code)
    found, _ = await world.after(gone.headers["Location"])
    assert {each["id"] for each in found} >= {item.id for item in world.items.values()}


async def test_lists_have_columns_and_hide_system_lists(world: GraphWorld) -> None:
    """A system list shows when `system` is selected; columns say that none is indexed.

    Source: https://learn.microsoft.com/graph/api/list-list
    """
    assert await world.names(f"{world.site_path}/lists") == ["Documents"]
    assert "Style Library" in await world.names(f"{world.site_path}/lists?$select=displayName,system")
    columns = (await world.read(f"{world.list_path}/columns?$select=name,indexed"))["value"]
    assert {"name": "_ComplianceTag", "indexed": False}.items() <= columns[0].items()


async def test_unindexed_columns_are_filtered_at_ones_own_risk(world: GraphWorld) -> None:
    """Filter and order are 400 without the Prefer header, work with it, and fail above the list view threshold.

    Source: https://learn.microsoft.com/graph/api/listitem-list
    """
    path = f"{world.list_path}/items?$filter=fields/FileLeafRef eq 'd.pdf'&$expand=fields($select=FileLeafRef)"
    header = {"Prefer": "HonorNonIndexedQueriesWarningMayFailRandomly"}
    assert (await world.call("GET", path)).status == 400
    (row,) = (await world.read(path, **header))["value"]
    assert row["fields"]["FileLeafRef"] == "d.pdf"
    world.tenant.limits.list_view = 3
    assert (await world.call("GET", path, **header)).status == 400


async def test_rows_bring_their_items(world: GraphWorld) -> None:
    """`$expand=driveItem($select=id)` joins rows to items.

    Source: https://learn.microsoft.com/graph/api/listitem-list
    """
    rows = (await world.read(f"{world.list_path}/items?$expand=driveItem($select=id)&$top=2"))["value"]
    assert {each["driveItem"]["id"] for each in rows} <= {item.id for item in world.items.values()}


async def test_list_delta_tells_changes_and_tombstones(world: GraphWorld) -> None:
    """Rows come once, then what changed; a deleted row has id, content type, site and the deleted facet.

    Source: https://learn.microsoft.com/graph/api/listitem-delta
    """
    path = f"{world.list_path}/items/delta"
    rows, link = await world.after(f"{path}?$top=2")
    assert len(rows) == len(world.items)
    files.edit(world.tenant, world.items["b.docx"], by=world.by)
    files.delete(world.tenant, world.items["d.pdf"])
    (changed, gone), following = await world.after(link)
    assert changed["id"] == str(world.items["b.docx"].list_item_id)
    assert gone.keys() == {"id", "parentReference", "contentType", "deleted"}
    assert (await world.after(following))[0] == []
    assert (await world.read(f"{path}?token=latest"))["value"] == []


async def test_list_delta_expires_like_that_of_items(world: GraphWorld) -> None:
    """410 with a Location; timestamps are no tokens of a list.

    Source: https://learn.microsoft.com/graph/api/listitem-delta
    """
    path = f"{world.list_path}/items/delta"
    _, link = await world.after(path)
    world.drive.epoch += 1
    gone = await world.call("GET", link)
    assert gone.status == 410
    assert len((await world.after(gone.headers["Location"]))[0]) == len(world.items)
    assert (await world.call("GET", f"{path}?token=2026-11-01T00:00:00Z")).status == 400


async def test_silent_deletion_is_missing_from_the_list_too(world: GraphWorld) -> None:
    """What a retention job deletes leaves no tombstone: only reading everything again finds it out.

    Source: https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/2847
    """
    rows, link = await world.after(f"{world.list_path}/items/delta")
    files.delete(world.tenant, world.items["d.pdf"], silently=True)
    assert (await world.after(link))[0] == []
    assert len((await world.after(f"{world.list_path}/items/delta"))[0]) == len(rows) - 1


async def test_inner_requests_have_their_own_errors(unrecorded: GraphWorld) -> None:
    """In a batch an unknown operation is 501, an unknown option 400, a row by path 200: the outer status is 200.

    Source: https://learn.microsoft.com/graph/json-batching
    """
    paths = (f"{unrecorded.root}:/d.pdf", "/users?$nonsense=1", "/me/planner")
    parts = [{"id": str(number), "method": "GET", "url": path} for number, path in enumerate(paths)]
    reply = await unrecorded.call("POST", "/$batch", {"requests": parts}, roles=READ)
    statuses = {part["id"]: part["status"] for part in reply.body["responses"]}
    assert (reply.status, statuses) == (200, {"0": 200, "1": 400, "2": 501})
