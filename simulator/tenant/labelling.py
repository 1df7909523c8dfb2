"""Retention labels on items: what may be set, changed, locked and removed, and by whom.

Sources: https://learn.microsoft.com/graph/api/driveitem-setretentionlabel, driveitem-removeretentionlabel,
driveitem-lockorunlockrecord, https://learn.microsoft.com/purview/records-management
"""

from __future__ import annotations

from dataclasses import replace

from simulator.refusal import Refused, bad_request
from simulator.tenant.files import check_site, descendants
from simulator.tenant.model import Actor, Drive, Item, LabelDefinition, Stamp
from simulator.tenant.state import Tenant


def _check_change(item: Item, *, full_control: bool, system: bool = False) -> None:
    """Refuse to change the label that an item bears, if it may not be changed."""
    check_site(item.drive, writing=True)
    stamp = item.stamp
    if stamp is not None and stamp.label.kind == "regulatory":
        raise Refused(403, "notAllowed", "A regulatory record label cannot be changed or removed.")
    if stamp is not None and stamp.label.kind == "record" and (system or not full_control):
        raise Refused(403, "accessDenied", "Only a site collection administrator can change a record label.")
    if item.checked_out:
        raise Refused(423, "resourceLocked", "The file is checked out.", inner="resourceLocked")


def _stamp(tenant: Tenant, label: LabelDefinition, by: Actor, *, explicit: bool) -> Stamp:
    locked = label.kind == "regulatory" or (label.kind == "record" and not label.starts_unlocked)
    return Stamp(label, explicit=explicit, applied=tenant.now(), by=by, locked=locked)


def _write(tenant: Tenant, items: list[Item], by: Actor) -> None:
    at = tenant.now()
    for item in items:
        item.modified, item.modified_by = at, by  # labelling moves the server's time: no sign of a person's work
    tenant.log(items)


def set_label(tenant: Tenant, item: Item, name: str, *, by: Actor, full_control: bool = False) -> bool:
    """Label an item by the label's name; on a folder everything inside without a label of its own inherits it.

    Returns True when the item had no label before (201), False when one was replaced (200). Refused: 400 for an unknown
    name, 403 for record labels without full control and for regulatory ones always, 423 for what is locked.
    """
    label = tenant.label(name)
    _check_change(item, full_control=full_control)
    if label.is_record and not full_control:
        raise Refused(403, "accessDenied", "Record labels need full control of the site.")
    first = item.stamp is None
    item.stamp = _stamp(tenant, label, by, explicit=True)
    changed = [item]
    if item.is_folder:
        inherited = _stamp(tenant, label, by, explicit=False)
        for each in descendants(item):
            if each.stamp is None or not (each.stamp.explicit or each.stamp.label.is_record):
                each.stamp = inherited
                changed.append(each)
    _write(tenant, changed, by)
    return first


def clear_label(tenant: Tenant, item: Item, *, by: Actor, full_control: bool = False) -> None:
    """Take an item's label away (nothing happens if it has none). Refused as in `set_label`."""
    _check_change(item, full_control=full_control)
    if item.stamp is not None:
        item.stamp = None
        _write(tenant, [item], by)


def lock_record(tenant: Tenant, item: Item, *, locked: bool, by: Actor) -> None:
    """Lock or unlock a record. Refused with 400 for what is no record, 403 for a regulatory one."""
    check_site(item.drive, writing=True)
    if item.stamp is None or not item.stamp.label.is_record:
        raise bad_request("The item bears no record label.")
    if item.stamp.label.kind == "regulatory":
        raise Refused(403, "notAllowed", "A regulatory record cannot be unlocked.")
    item.stamp = replace(item.stamp, locked=locked)
    _write(tenant, [item], by)


def set_in_bulk(
    tenant: Tenant, drive: Drive, name: str, list_item_ids: list[int], *, by: Actor, full_control: bool = False
) -> list[int]:
    """Label (or with name "" clear) up to 100 items of a list; returns the ids that failed.

    Source: https://learn.microsoft.com/sharepoint/dev/apis/csom-methods-for-applying-retention-labels
    """
    if len(list_item_ids) > 100:
        raise bad_request("At most 100 items can be labelled in one call.")
    if name:
        tenant.label(name)
    failed = []
    for number in list_item_ids:
        item = drive.order[number] if 0 < number < len(drive.order) else None
        try:
            if item is None:
                failed.append(number)
            elif name:
                set_label(tenant, item, name, by=by, full_control=full_control)
            else:
                clear_label(tenant, item, by=by, full_control=full_control)
        except Refused:
            failed.append(number)
    return failed


def set_default(
    tenant: Tenant, drive: Drive, name: str, *, by: Actor, to_items: bool = False, full_control: bool = False
) -> None:
    """A library's default label (""= none); items keep the labels they bear.

    `to_items` gives it to what has no label, or one that came from another default; records are left alone. Refused
    with 403 for a label that makes records without full control of the site.
    Source: https://learn.microsoft.com/purview/create-apply-retention-labels (Label behavior when you use a default
    label for SharePoint)
    """
    check_site(drive, writing=True)
    label = tenant.label(name) if name else None
    if label is not None and label.is_record and not full_control:
        raise Refused(403, "accessDenied", "Record labels need full control of the site.")
    drive.default_label = label
    if not to_items or label is None:
        return
    inherited = _stamp(tenant, label, by, explicit=False)
    changed = [each for each in drive.items.values() if each.parent is not None and _takes_default(each)]
    for each in changed:
        each.stamp = inherited
    _write(tenant, changed, by)


def _takes_default(item: Item) -> bool:
    return not item.checked_out and (item.stamp is None or not (item.stamp.explicit or item.stamp.label.is_record))
