"""Retention labels on items, and what they forbid."""

from __future__ import annotations

import pytest

from simulator.refusal import Refused
from simulator.tenant import files, labelling
from tests.simulator.graph_tenant import CLASS, OTHER, RECORD, REGULATORY, GraphTenant


async def _set(graph: GraphTenant, name: str, label: str) -> tuple[int, str]:
    reply = await graph.ask("PATCH", graph.at(name) + "/retentionLabel", {"name": label}, actor=True)
    return reply.status, reply.body.get("name") or reply.code


async def test_first_label_is_201_and_the_next_200(graph: GraphTenant) -> None:
    """Setting answers 201 on an item without a label, 200 afterwards, and is explicit.

    Source: https://learn.microsoft.com/graph/api/driveitem-setretentionlabel
    """
    assert await _set(graph, "a.docx", CLASS) == (201, CLASS)
    assert await _set(graph, "a.docx", OTHER) == (200, OTHER)
    told = (await graph.get(graph.at("a.docx") + "/retentionLabel")).body
    assert told["isLabelAppliedExplicitly"] is True
    assert told["labelAppliedBy"]["application"]["displayName"] == "Custos actor"


async def test_an_item_without_a_label_answers_nulls(graph: GraphTenant) -> None:
    """Reading the label of an unlabelled item is 200 with empty values.

    Source: https://learn.microsoft.com/graph/api/driveitem-getretentionlabel
    """
    reply = await graph.get(graph.at("a.docx") + "/retentionLabel")
    assert (reply.status, reply.body["name"]) == (200, None)


async def test_the_observer_cannot_label(graph: GraphTenant) -> None:
    """A read role does not allow a write: 403.

    Source: https://learn.microsoft.com/graph/api/driveitem-setretentionlabel
    """
    assert (await graph.ask("PATCH", graph.at("a.docx") + "/retentionLabel", {"name": CLASS})).status == 403


async def test_unknown_labels_are_refused(graph: GraphTenant) -> None:
    """A label that does not exist answers 400.

    Source: https://learn.microsoft.com/graph/api/driveitem-setretentionlabel
    """
    assert await _set(graph, "a.docx", "No such label") == (400, "invalidRequest")


async def test_a_label_is_removed(graph: GraphTenant) -> None:
    """DELETE answers 204 and leaves no label.

    Source: https://learn.microsoft.com/graph/api/driveitem-removeretentionlabel
    """
    await _set(graph, "a.docx", CLASS)
    assert (await graph.ask("DELETE", graph.at("a.docx") + "/retentionLabel", actor=True)).status == 204
    assert (await graph.get(graph.at("a.docx") + "/retentionLabel")).body["name"] is None


async def test_regulatory_labels_stay_for_ever(graph: GraphTenant) -> None:
    """Nobody changes or removes a regulatory record label.

    Source: https://learn.microsoft.com/purview/records-management
    """
    assert await _set(graph, "a.docx", REGULATORY) == (201, REGULATORY)
    assert (await _set(graph, "a.docx", CLASS))[0] == 403
    assert (await graph.ask("DELETE", graph.at("a.docx") + "/retentionLabel", actor=True)).status == 403


async def test_record_labels_need_full_control(graph: GraphTenant) -> None:
    """Without full control a record label is neither set nor replaced.

    Source: https://learn.microsoft.com/graph/api/driveitem-setretentionlabel
    """
    item = graph.items["a.docx"]
    with pytest.raises(Refused, match="full control"):
        labelling.set_label(graph.tenant, item, RECORD, by=graph.by)
    labelling.set_label(graph.tenant, item, RECORD, by=graph.by, full_control=True)
    with pytest.raises(Refused, match="administrator"):
        labelling.set_label(graph.tenant, item, CLASS, by=graph.by)


async def test_a_locked_record_cannot_be_edited_nor_deleted(graph: GraphTenant) -> None:
    """Locked, a record is read only; unlocked through Graph it can be edited, and is still not deleted.

    Source: https://learn.microsoft.com/graph/api/driveitem-lockorunlockrecord
    """
    item = graph.items["a.docx"]
    await _set(graph, "a.docx", RECORD)
    with pytest.raises(Refused, match="locked record"):
        files.edit(graph.tenant, item, by=graph.by)
    unlock = {"retentionSettings": {"isRecordLocked": False}}
    assert (await graph.ask("PATCH", graph.at("a.docx") + "/retentionLabel", unlock, actor=True)).status == 200
    files.edit(graph.tenant, item, by=graph.by)
    with pytest.raises(Refused, match="record cannot be deleted"):
        files.delete(graph.tenant, item)


async def test_a_folders_label_falls_on_what_is_inside(graph: GraphTenant) -> None:
    """Labelling a folder labels its content implicitly, except what bears an explicit label.

    Source: https://learn.microsoft.com/graph/api/driveitem-setretentionlabel
    """
    await _set(graph, "a.docx", OTHER)
    await _set(graph, "Plans", CLASS)
    stamps = {name: item.stamp for name, item in graph.items.items()}
    assert stamps["a.docx"] is not None
    assert stamps["a.docx"].label.name == OTHER
    assert stamps["c.pdf"] is not None
    assert (stamps["c.pdf"].label.name, stamps["c.pdf"].explicit) == (CLASS, False)
    assert stamps["d.pdf"] is None


async def test_a_librarys_default_falls_on_uploads_alone(graph: GraphTenant) -> None:
    """New files get the default label implicitly; a file moved in does not.

    Source: https://learn.microsoft.com/purview/create-apply-retention-labels
    """
    labelling.set_default(graph.tenant, graph.drive, CLASS, by=graph.by)
    made = files.upload(graph.tenant, graph.drive.root, "new.txt", size=1, by=graph.by)
    files.move(graph.tenant, graph.items["a.docx"], graph.drive.root, by=graph.by)
    assert made.stamp is not None
    assert not made.stamp.explicit
    assert graph.items["a.docx"].stamp is None


async def test_labelling_moves_the_servers_time_alone(graph: GraphTenant) -> None:
    """A label set by an app moves lastModifiedDateTime and its author, and not the time in fileSystemInfo."""
    before = (await graph.get(graph.at("a.docx"))).body
    await _set(graph, "a.docx", CLASS)
    after = (await graph.get(graph.at("a.docx"))).body
    assert after["lastModifiedDateTime"] > before["lastModifiedDateTime"]
    assert "application" in after["lastModifiedBy"]
    assert after["fileSystemInfo"] == before["fileSystemInfo"]
    assert after["eTag"] != before["eTag"]


async def test_checked_out_files_keep_their_label(graph: GraphTenant) -> None:
    """A checked-out file answers 423.

    Source: https://learn.microsoft.com/purview/records-management
    """
    graph.items["a.docx"].checked_out = True
    assert await _set(graph, "a.docx", CLASS) == (423, "resourceLocked")


async def test_one_item_expands_its_label(graph: GraphTenant) -> None:
    """`$expand=retentionLabel` works on a single item.

    Source: https://learn.microsoft.com/graph/api/driveitem-getretentionlabel
    """
    await _set(graph, "a.docx", CLASS)
    body = (await graph.get(graph.at("a.docx") + "?$select=id,name&$expand=retentionLabel")).body
    assert body["retentionLabel"]["name"] == CLASS
    assert set(body) == {"id", "name", "retentionLabel"}


async def test_a_retained_file_leaves_a_copy(graph: GraphTenant) -> None:
    """Deleting a labelled file keeps a copy in the Preservation Hold Library.

    Source: https://learn.microsoft.com/purview/retention-policies-sharepoint
    """
    from simulator.council.empty_sites import add_library

    hold = add_library(graph.tenant, graph.site, "Preservation Hold Library", path="PreservationHoldLibrary", hold=True)
    await _set(graph, "a.docx", CLASS)
    files.delete(graph.tenant, graph.items["a.docx"])
    assert [each.name[:2] for each in hold.root.folder()] == ["a_"]


async def test_bulk_labelling_says_which_failed(graph: GraphTenant) -> None:
    """In bulk, items that refuse are returned and the others are labelled; more than 100 are refused at once.

    Source: https://learn.microsoft.com/sharepoint/dev/apis/csom-methods-for-applying-retention-labels
    """
    await _set(graph, "a.docx", REGULATORY)
    numbers = [graph.items[name].list_item_id for name in ("a.docx", "b.docx")]
    failed = labelling.set_in_bulk(graph.tenant, graph.drive, CLASS, [*numbers, 999], by=graph.by)
    assert failed == [numbers[0], 999]
    with pytest.raises(Refused, match="100"):
        labelling.set_in_bulk(graph.tenant, graph.drive, CLASS, list(range(101)), by=graph.by)
