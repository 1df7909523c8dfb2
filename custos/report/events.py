"""An event of the audit in one line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from custos.actions import DECLARED
from custos.audit.events import Detail, Event
from custos.model.action_kind import ActionKind
from custos.report.wording import value

_BEFORE, _AFTER = "before ", "after "


def about(event: Event) -> str:
    """What an event is about: what it would change, by which rule, where, and what came of it."""
    rule = f"{event.policy}/{event.rule}" if event.rule else event.policy
    parts = [_change(event), rule, event.asset_id, event.run, event.plan if not event.run else ""]
    return "; ".join(part for part in (*parts, *_rest(event)) if part)


def _change(event: Event) -> str:
    """`set expiry: never ► 30 November 2026 09:00`; "" when the event is about no action."""
    details = event.details
    if "kind" not in details or not event.action:
        return ""
    names = [name.removeprefix(_AFTER) for name in details if name.startswith(_AFTER)]
    sides = [f"{_said(name, details.get(_BEFORE + name))} ► {_said(name, details[_AFTER + name])}" for name in names]
    return f"{DECLARED[ActionKind(str(details['kind']))].name}: {', '.join(sides)}"


def _rest(event: Event) -> Iterator[str]:
    told = {"kind"} if event.action else set()
    for name, fact in event.details.items():
        if name in told or name.startswith((_BEFORE, _AFTER)) or fact in ("", None):
            continue
        yield str(fact) if name in ("detail", "url") else f"{name.replace('_', ' ')} {_said(name, fact)}"


def _said(name: str, fact: Detail) -> str:
    if fact is None:
        return "never" if name == "expires" else "none"
    if isinstance(fact, datetime):
        return value(fact)
    return value(fact) if not isinstance(fact, float) else f"{fact:g}"
