"""Retention labels as SharePoint calls them, compliance tags: those of a site, of a library, of items.

Sources: https://learn.microsoft.com/sharepoint/dev/apis/csom-methods-for-applying-retention-labels,
https://learn.microsoft.com/openspecs/sharepoint_protocols/ms-csomspt
"""

from __future__ import annotations

from collections.abc import Mapping

from simulator.odata import Complex, Many, Returned
from simulator.refusal import Refused, bad_request, not_found
from simulator.sharepoint.node import FULL_CONTROL, WRITE, Given, Operation, Outcome, flag, number, several, text
from simulator.sharepoint.scope import RequestScope
from simulator.tenant import labelling
from simulator.tenant.files import check_site
from simulator.tenant.model import Drive, Item, LabelDefinition, Site
from simulator.tenant.state import TenantRecords

LARGEST_BULK = 100
STORE = "sp.compliancepolicy.sppolicystoreproxy."
_TAG = "SP.CompliancePolicy.ComplianceTag"
_SETTINGS = {
    "AllowFilesWithKeepLabelToBeDeletedSPO": ("labelled_can_be_deleted", "allowdeletion"),
    "AllowFilesWithKeepLabelToBeDeletedODB": ("labelled_can_be_deleted_onedrive", "allowdeletion"),
    "AdvancedRecordVersioningDisabled": ("record_versioning_disabled", "disabled"),
    "MetadataEditBlockingEnabled": ("record_properties_locked", "enabled"),
}


def store_operations(scope: RequestScope, site: Site) -> Mapping[str, Operation]:
    """The static operations of SPPolicyStoreProxy, by their whole name in lower case."""
    list_of = ("listUrl",)
    found = {
        "getavailabletagsforsite": Operation(lambda given: _available(scope, site, given), ("siteUrl",)),
        "getlistcompliancetag": Operation(lambda given: _default(scope, site, given), list_of),
        "setlistcompliancetag": Operation(
            lambda given: _set_default(scope, site, given),
            ("listUrl", "complianceTagValue", "blockDelete", "blockEdit", "syncToItems"),
            WRITE,
        ),
        "setcompliancetagonbulkitems": Operation(
            lambda given: _bulk(scope, site, given), ("itemIds", "listUrl", "complianceTagValue"), WRITE
        ),
        "lockrecorditem": Operation(
            lambda given: _lock(scope, site, given, locked=True), ("listUrl", "itemId", "refreshLabeledTime"), WRITE
        ),
        "unlockrecorditem": Operation(
            lambda given: _lock(scope, site, given, locked=False), ("listUrl", "itemId"), WRITE
        ),
    }  # fmt: skip
    for name, (attribute, parameter) in _SETTINGS.items():
        found[f"get{name}".lower()] = _getter(scope.tenant.records, name, attribute)
        found[f"set{name}".lower()] = _setter(scope.tenant.records, attribute, parameter)
    return {STORE + name: operation for name, operation in found.items()}


def item_operations(scope: RequestScope, item: Item) -> Mapping[str, Operation]:
    """`SetComplianceTag…` of one list item. Microsoft keeps them and advises against them: they take flags beside the
    name, which are not looked at here, because the label itself says what it does.
    """
    names = ("", "v2", "withhold", "withnohold", "withrecord", "withmetainfo", "withexplicitmetasupdate")

    def apply(given: Given) -> None:
        _apply(scope, item, text(given, "compliancetag"))

    return {f"setcompliancetag{name}": Operation(apply, ("complianceTag",), WRITE) for name in names}


def _apply(scope: RequestScope, item: Item, name: str) -> None:
    if name:
        labelling.set_label(scope.tenant, item, name, by=scope.actor, full_control=scope.full_control)
    else:
        labelling.clear_label(scope.tenant, item, by=scope.actor, full_control=scope.full_control)


def _available(scope: RequestScope, site: Site, given: Given) -> Outcome:
    if scope.tenant.site_at(text(given, "siteurl")) is not site:
        raise not_found("The site")
    published = [tag(each) for each in scope.tenant.labels.values() if each.published]
    return Returned("GetAvailableTagsForSite", Many(published, _TAG))


def _default(scope: RequestScope, site: Site, given: Given) -> Outcome:
    label = _library(scope, site, given).default_label
    return Returned("GetListComplianceTag", None if label is None else tag(label))


def _set_default(scope: RequestScope, site: Site, given: Given) -> Outcome:
    drive = _library(scope, site, given)
    labelling.set_default(
        scope.tenant,
        drive,
        text(given, "compliancetagvalue"),
        by=scope.actor,
        to_items=flag(given, "synctoitems"),
        full_control=scope.full_control,
    )
    return Returned("SetListComplianceTag", None)


def _bulk(scope: RequestScope, site: Site, given: Given) -> Outcome:
    """Label up to 100 items. Answers ids whose meaning Microsoft does not document (here: those that failed)."""
    drive, ids = _library(scope, site, given), several(given, "itemids")
    if not ids or not all(isinstance(each, int) and not isinstance(each, bool) for each in ids):
        raise bad_request("itemIds must be a list of numbers.")
    if len(ids) > LARGEST_BULK:
        raise bad_request(f"The number of items exceeds the limit of {LARGEST_BULK}.")
    check_site(drive, writing=True)
    name = text(given, "compliancetagvalue")
    failed = labelling.set_in_bulk(
        scope.tenant, drive, name, ids, by=scope.actor, full_control=scope.full_control
    )  # fmt: skip
    return Returned("SetComplianceTagOnBulkItems", Many(failed, "Edm.Int32"))


def _lock(scope: RequestScope, site: Site, given: Given, *, locked: bool) -> Outcome:
    drive, numbered = _library(scope, site, given), number(given, "itemid")
    item = scope.tenant.item_in_list(drive.list_id, numbered)
    labelling.lock_record(scope.tenant, item, locked=locked, by=scope.actor)
    return Returned("LockRecordItem" if locked else "UnlockRecordItem", 0)


def _library(scope: RequestScope, site: Site, given: Given) -> Drive:
    drive = scope.tenant.drive_at(text(given, "listurl"))
    if drive.site is not site:
        raise not_found("The list")
    return drive


def _getter(records: TenantRecords, name: str, attribute: str) -> Operation:
    return Operation(lambda _given: Returned(f"Get{name}", getattr(records, attribute)), roles=FULL_CONTROL)


def _setter(records: TenantRecords, attribute: str, parameter: str) -> Operation:
    def change(given: Given) -> Outcome:
        if not isinstance(given.get(parameter), bool):
            raise Refused(400, "invalidRequest", f"{parameter} must be true or false.")
        setattr(records, attribute, given[parameter])
        return Returned("Set", None)

    return Operation(change, (parameter,), FULL_CONTROL)


def tag(label: LabelDefinition) -> Complex:
    """A label as SharePoint describes it: BlockEdit marks records, SuperLock regulatory ones."""
    return Complex(
        _TAG,
        {
            "AcceptMessagesOnlyFromSendersOrMembers": False,
            "AccessType": None,
            "AllowAccessFromUnmanagedDevice": None,
            "AutoDelete": label.auto_delete,
            "BlockDelete": label.kind in ("retain", "record", "regulatory"),
            "BlockEdit": label.is_record,
            "ComplianceFlags": 0,
            "ContainsSiteLabel": False,
            "DisplayName": "",
            "EncryptionRMSTemplateId": None,
            "HasRetentionAction": True,
            "IsEventTag": label.basis == "EventAgeInDays",
            "MultiStageReviewerEmail": None,
            "NextStageComplianceTag": None,
            "Notes": "",
            "RequireSenderAuthenticationEnabled": False,
            "ReviewerEmail": None,
            "SharingCapabilities": None,
            "SuperLock": label.kind == "regulatory",
            "TagDuration": label.days,
            "TagId": label.tag_id,
            "TagName": label.name,
            "TagRetentionBasedOn": label.basis,
            "UnlockedAsDefault": label.starts_unlocked,
        },
    )
