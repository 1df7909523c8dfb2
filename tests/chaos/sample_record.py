"""A small record in which all is well: one file was labelled, its owner told by one card. Tests change one thing in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from chaos.evidence import Evidence, Row

ACTOR = "actor-id"
DRIVE, ITEM, LABEL = "b!drive", "01ITEM", "PLN-01 Advice 6y"
RUN = "R-2026-1123-01"
URL = "https://wrenbridge.sharepoint.example/sites/planning/Advice"


def evidence() -> Evidence:
    """Everything in order."""
    return Evidence(
        writes=[write(1), card(2)],
        drives={DRIVE: [root(), item(LABEL)]},
        urls={DRIVE: URL},
        tables={
            "audit": chain(intended(), done()),
            "actions": [action("done")],
            "runs": [
                {"PartitionKey": "run", "RowKey": RUN, "state": "finished"},
                {"PartitionKey": RUN, "RowKey": "000000", "done": True, "claimed_by": ""},
            ],
            "incidents": [],
            "digests": [digest("sent")],
            "drivestate": [{"PartitionKey": "drive", "RowKey": DRIVE, "drive_id": DRIVE, "state": "complete"}],
            "timers": [],
            "cases": [],
            "actionreports": [],
            "control": [],
        },
        queues={},
        mirror=[mirrored(LABEL)],
        actor=ACTOR,
        now="2026-11-23T16:05:00Z",
    )


def with_rows(found: Evidence, table: str, change: Callable[[list[Row]], list[Row]]) -> Evidence:
    """The evidence with other rows in one table."""
    return replace(found, tables={**found.tables, table: change(list(found.tables[table]))})


def write(number: int, label: str = LABEL, status: int = 200) -> Row:
    path = f"/graph/v1.0/drives/{DRIVE}/items/{ITEM}/retentionLabel"
    return _request(number, "PATCH", path, {"name": label}, status)


def bulk(number: int, label: str = LABEL) -> Row:
    body = {"listUrl": URL, "complianceTagValue": label, "itemIds": [7]}
    return _request(number, "POST", "/sharepoint/sites/planning/_api/X_SetComplianceTagOnBulkItems", body, 200)


def card(number: int) -> Row:
    return _request(number, "POST", "/bot/teams/v3/conversations/a%3A1/activities", {}, 201)


def root() -> Row:
    return {"id": "root", "parent": "", "name": "root", "label": "", "folder": True, "number": 0}


def item(label: str) -> Row:
    return {"id": ITEM, "parent": "root", "name": "a.docx", "label": label, "folder": False, "number": 7}


def mirrored(label: str) -> Row:
    return {
        "drive_id": DRIVE,
        "item_id": ITEM,
        "parent_id": "root",
        "name": "a.docx",
        "label": label,
        "is_folder": False,
    }


def action(outcome: str, key: str = "key-1", run: str = RUN) -> Row:
    told = {
        "kind": "apply_label",
        "after": {"label": LABEL},
        "subject": {"kind": "file", "site_id": "site", "drive_id": DRIVE, "item_id": ITEM, "url": f"{URL}/a.docx"},
    }
    ended = "2026-11-23T09:00:02+00:00" if outcome else ""
    row = {"PartitionKey": DRIVE, "RowKey": key, "action": json.dumps(told), "run": run, "outcome": outcome}
    return row | {"ended_at": ended, "undone_by": ""}


def digest(state: str, conversation: str = "a:1") -> Row:
    told = {"channel": "bot", "conversation_id": conversation}
    return {"PartitionKey": "2026-11-23", "RowKey": "person-1", "state": state, "digest0": json.dumps(told)}


def intended() -> Row:
    return _event("action:intended")


def done() -> Row:
    return _event("action:done")


def chain(*events: Row) -> list[Row]:
    rows, previous = [], "0" * 64
    for number, event in enumerate(events, start=1):
        values = {"subject": ["salt", event["subject"]], "details.kind": ["salt", "apply_label"]}
        hidden = {name: hashlib.sha256(f'salt\n"{value}"'.encode()).hexdigest() for name, (_, value) in values.items()}
        text = json.dumps({"what": event["what"], "run": event["run"], "hidden": hidden})
        now = hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()
        row = {"PartitionKey": "chain", "RowKey": f"{number:012d}", "event": text, "previous": previous, "digest": now}
        rows.append({**row, "values": json.dumps(values)})
        previous = now
    return [*rows, {"PartitionKey": "chain", "RowKey": "head", "sequence": len(events), "digest": previous}]


def _event(what: str) -> Row:
    subject = f"file|site|{DRIVE}|{ITEM}"
    return {"what": what, "run": RUN, "subject": subject}


def _request(number: int, method: str, path: str, body: dict[str, Any], status: int) -> Row:
    told = {"number": number, "at": "2026-11-23T09:00:01Z", "app": ACTOR, "method": method, "path": path}
    return told | {"body": json.dumps(body), "status": status}
