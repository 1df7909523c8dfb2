"""Retention labels of items.

Sources: https://learn.microsoft.com/graph/api/driveitem-getretentionlabel, driveitem-setretentionlabel,
driveitem-removeretentionlabel, driveitem-lockorunlockrecord
"""

from __future__ import annotations

from typing import Any

import msgspec

from simulator.graph.calls import READ_FILES, WRITE_FILES, Answer, Call, Operation, answer
from simulator.graph.items import identity
from simulator.refusal import bad_request
from simulator.tenant import labelling
from simulator.tenant.clock import instant
from simulator.tenant.files import check_site
from simulator.tenant.model import Item, Stamp

_BEHAVIOUR = {
    "retain": "retain",
    "delete": "doNotRetain",
    "record": "retainAsRecord",
    "regulatory": "retainAsRegulatoryRecord",
}
_UNLABELLED = {
    "name": None,
    "isLabelAppliedExplicitly": None,
    "labelAppliedBy": None,
    "labelAppliedDateTime": None,
    "retentionSettings": None,
}


def label_body(item: Item) -> dict[str, Any]:
    """An itemRetentionLabel; every value null on an item without a label."""
    return dict(_UNLABELLED) if item.stamp is None else _stamp_body(item.stamp)


def _stamp_body(stamp: Stamp) -> dict[str, Any]:
    kind = stamp.label.kind
    return {
        "name": stamp.label.name,
        "isLabelAppliedExplicitly": stamp.explicit,
        "labelAppliedDateTime": instant(stamp.applied),
        "labelAppliedBy": msgspec.Raw(identity(stamp.by).encode()),
        "retentionSettings": {
            "behaviorDuringRetentionPeriod": _BEHAVIOUR[kind],
            "isDeleteAllowed": kind in ("retain", "delete"),
            "isRecordLocked": stamp.locked,
            "isMetadataUpdateAllowed": kind != "regulatory",
            "isContentUpdateAllowed": not stamp.locked,
            "isLabelUpdateAllowed": kind in ("retain", "delete"),
        },
    }


def _get(call: Call) -> Answer:
    item = call.tenant.item(call["drive"], call["item"])
    check_site(item.drive, writing=False)
    return answer(label_body(item))


def _set(call: Call) -> Answer:
    item = call.tenant.item(call["drive"], call["item"])
    body = call.json()
    if isinstance(body.get("name"), str) and body["name"]:
        first = labelling.set_label(call.tenant, item, body["name"], by=call.actor, full_control=call.full_control)
        return answer(label_body(item), 201 if first else 200)
    locked = (body.get("retentionSettings") or {}).get("isRecordLocked")
    if not isinstance(locked, bool):
        raise bad_request("The body needs 'name', or 'retentionSettings' with 'isRecordLocked'.")
    labelling.lock_record(call.tenant, item, locked=locked, by=call.actor)
    return answer(label_body(item))


def _remove(call: Call) -> Answer:
    item = call.tenant.item(call["drive"], call["item"])
    labelling.clear_label(call.tenant, item, by=call.actor, full_control=call.full_control)
    return Answer(None, 204)


_PATH = "drives/{drive}/items/{item}/retentionLabel"
OPERATIONS = (
    Operation("GET", _PATH, _get, READ_FILES, 1),
    Operation("PATCH", _PATH, _set, WRITE_FILES, 2),
    Operation("DELETE", _PATH, _remove, WRITE_FILES, 2),
)
