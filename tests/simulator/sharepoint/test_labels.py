"""Retention labels as SharePoint keeps them: who may set which, what they forbid, and what is kept of the deleted."""

from __future__ import annotations

from typing import Any

import pytest
from office365.sharepoint.client_context import ClientContext
from office365.sharepoint.compliance.store_proxy import SPPolicyStoreProxy

from simulator.refusal import Refused
from simulator.tenant import files, labelling
from simulator.tenant.model import Drive, Item, LabelDefinition
from tests.simulator.served_tenant import LABEL, RECORD, REGULATORY, SAM, ServedTenant
from tests.simulator.sharepoint.clients import LIBRARY, STORE, Reply, item, rest, row, site, with_library

OTHER = "GEN-01 Transitory 60d"
FULL, WRITER = ["Sites.FullControl.All"], ["Sites.ReadWrite.All"]
PLAN = "Plans/plan 1.docx"


def label(served: ServedTenant, path: str, name: str) -> Item:
    """Put a label on an item by a person's hand."""
    by = served.tenant.actor(served.person(SAM))
    labelling.set_label(served.tenant, item(served, path), name, by=by, full_control=True)
    return item(served, path)


def named(found: Item) -> str:
    """The label of an item, "" for none."""
    return found.stamp.label.name if found.stamp is not None else ""


def another_label(served: ServedTenant) -> None:
    served.tenant.labels[OTHER] = LabelDefinition(
        OTHER, "00000000-0000-4000-8000-000000000001", 60, "CreationAgeInDays", kind="delete"
    )


async def set_default(served: ServedTenant, name: str, *, sync: bool = False, roles: list[str] | None = None) -> Reply:
    body = {
        "listUrl": LIBRARY,
        "complianceTagValue": name,
        "blockDelete": False,
        "blockEdit": False,
        "syncToItems": sync,
    }
    return await rest(served, "POST", f"{STORE}SetListComplianceTag", body, roles=roles)


async def in_bulk(served: ServedTenant, name: str, paths: list[str], *, roles: list[str] | None = None) -> Reply:
    ids = [item(served, path).list_item_id for path in paths]
    body = {"listUrl": LIBRARY, "complianceTagValue": name, "itemIds": ids}
    return await rest(served, "POST", f"{STORE}SetComplianceTagOnBulkItems", body, roles=roles)


def hold(served: ServedTenant) -> Drive:
    """The site's Preservation Hold Library."""
    return next(drive for drive in site(served).drives if drive.hold)


async def test_a_default_takes_the_place_of_another_default_alone(served: ServedTenant) -> None:
    """Pushed to existing items, a default label replaces none that a person chose, nor a record, but an older default.

    Source: https://learn.microsoft.com/purview/create-apply-retention-labels
    """
    another_label(served)
    label(served, "notes.docx", LABEL)
    label(served, "Plans/plan 2.docx", RECORD)
    await set_default(served, LABEL, sync=True)
    assert named(item(served, PLAN)) == LABEL
    await set_default(served, OTHER, sync=True)
    found = [named(item(served, path)) for path in (PLAN, "notes.docx", "Plans/plan 2.docx")]
    assert found == [OTHER, LABEL, RECORD]


async def test_a_default_changed_without_sync_leaves_items(served: ServedTenant) -> None:
    """Changing or removing a default label leaves the labels of the items that are there; new files get the new one.

    Source: https://learn.microsoft.com/purview/create-apply-retention-labels
    """
    another_label(served)
    await set_default(served, LABEL, sync=True)
    await set_default(served, OTHER)
    by = served.tenant.actor(served.person(SAM))
    made = files.upload(served.tenant, served.drive.root, "new.txt", size=1, by=by)
    assert (named(item(served, PLAN)), named(made)) == (LABEL, OTHER)
    await set_default(served, "")
    assert (named(item(served, PLAN)), named(made)) == (LABEL, OTHER)
    assert (await rest(served, "POST", f"{STORE}GetListComplianceTag", {"listUrl": LIBRARY})).body == {
        "odata.null": True
    }


async def test_a_moved_file_keeps_its_default_label(served: ServedTenant) -> None:
    """A file that is moved out from under a default label keeps the label, and a moved unlabelled one gets none.

    Source: https://learn.microsoft.com/purview/create-apply-retention-labels
    """
    by = served.tenant.actor(served.person(SAM))
    label(served, "Plans", LABEL)
    files.move(served.tenant, item(served, PLAN), served.drive.root, by=by)
    files.move(served.tenant, item(served, "notes.docx"), item(served, "Plans"), by=by)
    assert (named(item(served, "plan 1.docx")), named(item(served, "Plans/notes.docx"))) == (LABEL, "")


async def test_labels_that_make_records_need_full_control(served: ServedTenant) -> None:
    """An app that may write sets plain labels in bulk and as a default, not those that make records.

    Source: https://learn.microsoft.com/graph/api/driveitem-setretentionlabel
    """
    assert (await in_bulk(served, LABEL, [PLAN], roles=WRITER)).body["value"] == []
    refused = await in_bulk(served, RECORD, [PLAN], roles=WRITER)
    assert (refused.status, refused.body["value"]) == (200, [item(served, PLAN).list_item_id])
    assert (await set_default(served, RECORD, roles=WRITER)).status == 403
    assert (await in_bulk(served, RECORD, [PLAN], roles=FULL)).body["value"] == []


async def test_an_unpublished_label_can_be_set(served: ServedTenant) -> None:
    """A label need not be published to the site to be set by the bulk method, though it is not among the site's.

    Source: https://learn.microsoft.com/sharepoint/dev/apis/csom-methods-for-applying-retention-labels
    """
    served.tenant.labels[LABEL] = LabelDefinition(
        LABEL, "00000000-0000-4000-8000-000000000002", 60, "TaggedAgeInDays", published=False
    )
    await in_bulk(served, LABEL, [PLAN])
    told = (await rest(served, "GET", f"{STORE}GetAvailableTagsForSite(siteUrl='{LIBRARY}')")).body
    assert (named(item(served, PLAN)), LABEL in [each["TagName"] for each in told["value"]]) == (LABEL, False)


async def test_records_are_locked_and_unlocked(served: ServedTenant) -> None:
    """office365-rest-python-client unlocks and locks a record; an unlocked one can be edited, a regulatory one never.

    Source: https://learn.microsoft.com/purview/record-versioning
    """
    found = label(served, PLAN, RECORD)
    label(served, "notes.docx", REGULATORY)

    def lock(it: ClientContext) -> None:
        SPPolicyStoreProxy.lock_record_item(it, LIBRARY, found.list_item_id).execute_query()

    body = {"listUrl": LIBRARY, "itemId": found.list_item_id}
    assert (await rest(served, "POST", f"{STORE}UnlockRecordItem", body)).status == 200
    files.edit(served.tenant, found, by=found.created_by)
    await with_library(served, lock)
    with pytest.raises(Refused, match="locked record"):
        files.edit(served.tenant, found, by=found.created_by)
    regulatory = body | {"itemId": item(served, "notes.docx").list_item_id}
    assert (await rest(served, "POST", f"{STORE}UnlockRecordItem", regulatory)).status == 403


async def test_one_rows_label_by_the_library(served: ServedTenant) -> None:
    """office365-rest-python-client sets and clears the label of one row by the older method, flags and all.

    Source: https://learn.microsoft.com/sharepoint/dev/apis/csom-methods-for-applying-retention-labels
    """
    number = item(served, PLAN).list_item_id

    def work(name: str) -> Any:
        def run(it: ClientContext) -> None:
            found = it.web.lists.get_by_title("Documents").items.get_by_id(number)
            found.set_compliance_tag(name, False, False, False, False, False).execute_query()

        return run

    await with_library(served, work(LABEL))
    told = (await rest(served, "GET", f"{row(served, PLAN)}?$select=OData__ComplianceTag,OData__IsRecord")).body
    assert told == {"OData__ComplianceTag": LABEL, "OData__IsRecord": ""}
    await with_library(served, work(""))
    assert named(item(served, PLAN)) == ""


async def test_a_regulatory_label_waits_for_a_checked_out_file(served: ServedTenant) -> None:
    """A regulatory record label cannot be put on a file that is checked out.

    Source: https://learn.microsoft.com/purview/records-management
    """
    item(served, PLAN).checked_out = True
    assert (await in_bulk(served, REGULATORY, [PLAN])).body["value"] == [item(served, PLAN).list_item_id]


async def test_the_first_change_leaves_a_copy(served: ServedTenant) -> None:
    """The first change since the label was set keeps a copy, in a library that is made for it; the next ones none more.

    Source: https://learn.microsoft.com/purview/retention-policies-sharepoint
    """
    found = label(served, PLAN, LABEL)
    for _ in range(2):
        files.edit(served.tenant, found, by=found.created_by, size=7)
    (kept,) = hold(served).root.folder()
    assert (kept.name, kept.size) == (f"plan 1_{found.unique_id.upper()}.docx", 1000)
    lists = (await rest(served, "GET", "web/lists?$filter=Hidden eq true&$select=Title,BaseTemplate")).body["value"]
    assert lists == [{"Title": "Preservation Hold Library", "BaseTemplate": 1310}]


async def test_deleting_a_retained_file_leaves_a_copy_that_nobody_deletes(served: ServedTenant) -> None:
    """A retained file that is deleted lies in the Preservation Hold Library, and cannot be deleted there.

    Source: https://learn.microsoft.com/purview/retention-policies-sharepoint
    """
    files.delete(served.tenant, label(served, PLAN, LABEL))
    (kept,) = hold(served).root.folder()
    with pytest.raises(Refused, match="hold"):
        files.delete(served.tenant, kept)


async def test_a_label_that_only_deletes_leaves_no_copy(served: ServedTenant) -> None:
    """A file whose label only deletes goes without a copy.

    Source: https://learn.microsoft.com/purview/retention-policies-sharepoint
    """
    another_label(served)
    files.delete(served.tenant, label(served, PLAN, OTHER))
    assert not any(drive.hold for drive in site(served).drives)


async def test_a_retention_job_deletes_what_nobody_may(served: ServedTenant) -> None:
    """When its period has ended a record goes without a copy, and delta never tells of it.

    Sources: https://learn.microsoft.com/purview/retention-policies-sharepoint,
    https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/2847
    """
    found = label(served, PLAN, RECORD)
    root = f"/drives/{served.drive.id}/root/delta"
    link = (await served.graph("GET", f"{root}?token=latest"))[1]["@odata.deltaLink"].partition("/graph/v1.0")[2]
    files.delete(served.tenant, found, silently=True)
    changes = (await served.graph("GET", link))[1]["value"]
    assert (found.gone, found.id in [each["id"] for each in changes]) == (True, False)
    assert not any(drive.hold for drive in site(served).drives)


async def test_a_folder_with_retained_files_stays(served: ServedTenant) -> None:
    """A folder cannot be deleted while it holds a retained file; after that file it can.

    Source: https://learn.microsoft.com/purview/retention-policies-sharepoint
    """
    found = label(served, PLAN, LABEL)
    with pytest.raises(Refused, match="retained"):
        files.delete(served.tenant, item(served, "Plans"))
    files.delete(served.tenant, found)
    files.delete(served.tenant, item(served, "Plans"))
    assert [each.name for each in served.drive.root.folder()] == ["notes.docx"]


async def test_a_tenant_may_forbid_to_delete_what_is_labelled(served: ServedTenant) -> None:
    """With the setting off, a labelled file is not deleted, and stays where it is; other files are.

    Source: https://learn.microsoft.com/sharepoint/dev/apis/csom-methods-for-applying-retention-labels
    """
    name = "AllowFilesWithKeepLabelToBeDeletedSPO"
    assert (await rest(served, "GET", f"{STORE}Get{name}")).body == {"value": True}
    assert (await rest(served, "POST", f"{STORE}Set{name}", {"allowDeletion": False})).status == 200
    with pytest.raises(Refused, match="labelled"):
        files.delete(served.tenant, label(served, PLAN, LABEL))
    files.delete(served.tenant, item(served, "notes.docx"))
    assert (await rest(served, "GET", f"{STORE}Get{name}")).body == {"value": False}
    assert (await rest(served, "POST", f"{STORE}Set{name}", {"allowDeletion": "no"})).status == 400


async def test_properties_of_records_can_be_locked(served: ServedTenant) -> None:
    """A record's properties can be edited unless the tenant blocks that; the refusal is told for each field, with 200.

    Source: https://learn.microsoft.com/sharepoint/dev/apis/csom-methods-for-applying-retention-labels
    """
    label(served, PLAN, RECORD)
    body = {"formValues": [{"FieldName": "ComplianceAssetId", "FieldValue": "IA-004"}]}
    path = f"{row(served, PLAN)}/ValidateUpdateListItem()"
    assert (await rest(served, "POST", path, body)).body["value"][0]["HasException"] is False
    await rest(served, "POST", f"{STORE}SetMetadataEditBlockingEnabled", {"enabled": True})
    reply = await rest(served, "POST", path, body)
    assert (reply.status, reply.body["value"][0]["HasException"]) == (200, True)
