"""A small month that kept every promise, for the checker to be tried on: each test spoils one thing of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from month.calendar import Calendar
from month.evidence import Evidence
from month.people import Deed
from month.record import Button, Message

OWNER, MANAGER = "owner-id", "manager-id"
UPNS = {OWNER: "owner@council.example", MANAGER: "manager@council.example"}
CASE, OTHER = "c0ffee", "decade"
DRIVE, ITEM = "b!library", "item-1"
FIRST, LAST = date(2026, 11, 24), date(2026, 12, 11)
CHRISTMAS = frozenset({date(2026, 12, 25)})


def at(day: int, hour: int = 9, minute: int = 15, *, month: int = 11) -> datetime:
    """A moment of that month, in UTC, which is council time in winter."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def card(when: datetime, *cases: str, to: str = OWNER, text: str = "") -> Message:
    """A card with questions, or a note without."""
    buttons = tuple(Button(case=case, verb="agree", data={"c": case, "n": "nonce"}) for case in cases)
    said = text or f"{when.isoformat()} {cases}"
    return Message(number=0, at=when, person=to, channel="chat", text=said, buttons=buttons)


def case(**changes: Any) -> dict[str, Any]:
    """A question that its owner was told on the first day and reminded of on the fifth and the eighth."""
    return {
        "id": CASE,
        "asset": "IA-1",
        "name": "A library",
        "state": "reminded",
        "asked": UPNS[OWNER],
        "opened_at": at(24, 5).isoformat(),
        "asked_at": at(24).isoformat(),
        "deadline": "2026-12-08T23:59:59+00:00",
        "remind_on": ["2026-12-01", "2026-12-04"],
        "unanswered": [],
        "decision": "",
        "decided_at": None,
        "answers": [],
    } | changes


def label(number: int, when: datetime, name: str = "GEN-01") -> dict[str, Any]:
    """A label that the actor put on the one file there is."""
    path = f"/graph/v1.0/drives/{DRIVE}/items/{ITEM}/retentionLabel"
    body = f'{{"name": "{name}"}}'
    return {
        "number": number,
        "at": when.isoformat(),
        "app": "actor",
        "method": "PATCH",
        "path": path,
        "body": body,
        "status": 200,
    }


def evidence(**changes: Any) -> Evidence:
    """A month in which an owner is asked, reminded twice and silent, until the day before their time is over."""
    whole: dict[str, Any] = {
        "calendar": Calendar(CHRISTMAS),
        "days": tuple(day for day in _days() if Calendar(CHRISTMAS).works(day)),
        "teams_away": date(2026, 11, 26),
        "now": at(8, 20, month=12),
        "actor": "actor",
        "writes": [label(1, at(24, 11))],
        "messages": [
            card(at(24), CASE),
            card(at(24, 16, 5), text="IA-1: a label was put on 1 file."),
            card(at(1, month=12), CASE),
            card(at(4, month=12), CASE),
        ],
        "diary": list[Deed](),
        "habits": dict.fromkeys(UPNS.values(), "never answers"),
        "people": {person: {"id": person, "upn": upn, "enabled": True} for person, upn in UPNS.items()},
        "cases": [case()],
        "drives": {
            DRIVE: [{"id": ITEM, "parent": "root", "name": "A.docx", "label": "GEN-01", "folder": False, "number": 1}]
        },
        "urls": {DRIVE: "https://council.example/sites/a/Library"},
        "chats": list[Any](),
        "site_map": "location,asset_id\nhttps://council.example/sites/a,IA-1\n",
    }
    return Evidence(**(whole | changes))


def chat(*offered: str, to: str = OWNER) -> dict[str, Any]:
    """What a chat shows at the end: a card with a button for each of these questions."""
    actions = [{"type": "Action.Execute", "verb": "agree", "data": {"c": case, "n": "nonce"}} for case in offered]
    shown = {"sent": at(24).isoformat(), "cards": [{"type": "AdaptiveCard", "actions": actions}]}
    return {"personId": to, "messages": [shown]}


def _days() -> list[date]:
    return [date.fromordinal(one) for one in range(FIRST.toordinal(), date(2026, 12, 8).toordinal() + 1)]
