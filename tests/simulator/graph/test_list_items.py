"""List items: labels of a whole library in bulk."""

from __future__ import annotations

from simulator.tenant import labelling
from tests.simulator.graph_tenant import CLASS, RECORD, GraphTenant

COLUMNS = "fields($select=_ComplianceTag,_IsRecord,FileLeafRef,FileRef)"


async def _rows(graph: GraphTenant, top: int = 200) -> dict[str, dict[str, str]]:
    path = f"/sites/{graph.site.id}/lists/{graph.drive.list_id}/items?$expand={COLUMNS}&$top={top}"
    return {row["id"]: row["fields"] for page in await graph.pages(path) for row in page["value"]}


async def test_pages_hold_every_item_once(graph: GraphTenant) -> None:
    """Folders and files come, the root does not, whatever the page size.

    Source: https://learn.microsoft.com/graph/api/listitem-list
    """
    assert list(await _rows(graph, 2)) == ["1", "2", "3", "4", "5", "6"]


async def test_labels_come_by_name(graph: GraphTenant) -> None:
    """The label's name and the record flag stand in the columns.

    Source: https://learn.microsoft.com/graph/api/listitem-list
    """
    labelling.set_label(graph.tenant, graph.items["a.docx"], RECORD, by=graph.by, full_control=True)
    row = (await _rows(graph))[str(graph.items["a.docx"].list_item_id)]
    assert (row["_ComplianceTag"], row["_IsRecord"], row["FileLeafRef"]) == (RECORD, "1", "a.docx")
    assert row["FileRef"] == "/sites/plans/Shared Documents/Plans/a.docx"


async def test_an_unset_column_is_missing_or_empty(graph: GraphTenant) -> None:
    """Without a label the column is absent in some libraries and an empty string in others."""
    assert "_ComplianceTag" not in (await _rows(graph))["3"]
    labelling.set_default(graph.tenant, graph.drive, CLASS, by=graph.by)
    assert (await _rows(graph))["3"]["_ComplianceTag"] == ""


async def test_rows_join_to_drive_items(graph: GraphTenant) -> None:
    """A row's id and unique id are those in the drive item's sharepointIds.

    Source: https://learn.microsoft.com/graph/api/listitem-list
    """
    row = (await graph.get(f"/sites/{graph.site.id}/lists/{graph.drive.list_id}/items/3")).body
    item = (await graph.get(graph.at("a.docx") + "?$select=sharepointIds")).body
    assert item["sharepointIds"]["listItemId"] == row["id"]
    assert item["sharepointIds"]["listItemUniqueId"] == row["sharepointIds"]["listItemUniqueId"]


async def test_filtering_a_column_fails(graph: GraphTenant) -> None:
    """A filter on a column without index is refused.

    Source: https://learn.microsoft.com/graph/api/listitem-list
    """
    path = f"/sites/{graph.site.id}/lists/{graph.drive.list_id}/items?$filter=fields/_ComplianceTag eq 'x'"
    assert (await graph.get(path)).status == 400
