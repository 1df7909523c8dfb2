"""What changed in the retention schedule between two versions of it, in sentences. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from custos.records.model import ScheduleEntry
from custos.wording import day_words

_TOLD = (
    ("label", "label"),
    ("period", "period"),
    ("final_action", "what happens at the end"),
    ("trigger_kind", "from when it is counted"),
    ("status", "status"),
    ("legal_basis", "legal basis"),
    ("review_due", "review due"),
)
"""What of an entry is compared, and its words."""


def schedule_changes(before: Mapping[str, ScheduleEntry], after: Mapping[str, ScheduleEntry]) -> Iterator[str]:
    """A sentence for each entry that is new, gone or changed."""
    for name in sorted(before.keys() - after.keys()):
        yield f"{name}, {before[name].record_class}, is gone."
    for name, entry in after.items():
        if name not in before:
            yield f"{name}, {entry.record_class}, is new: {entry.period}, then {entry.final_action.replace('_', ' ')}."
            continue
        changed = [
            f"{said} {_side(getattr(before[name], field))} ► {_side(getattr(entry, field))}"
            for field, said in _TOLD
            if getattr(before[name], field) != getattr(entry, field)
        ]
        if changed:
            yield f"{name}, {entry.record_class}: {'; '.join(changed)}."


def _side(value: object) -> str:
    return day_words(value) if isinstance(value, date) else str(value).replace("_", " ") or "none"
