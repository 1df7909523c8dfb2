"""What stops a label whatever a policy says: records, people's explicit choices, labels that declare records.

Sources: https://learn.microsoft.com/purview/records-management and
https://learn.microsoft.com/graph/api/driveitem-setretentionlabel
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from custos.engine.model import ActionKind, Fact, Protection
from custos.policy.model import FROM_SCHEDULE, Bundle, Rule


def of_label(rule: Rule, facts: Mapping[str, Fact], bundle: Bundle) -> Iterator[Protection]:
    """The protections of a file against the label that a rule would give it. None for rules that apply no label."""
    step = next((step for step in rule.steps if step.kind is ActionKind.APPLY_LABEL), None)
    if step is None:
        return
    label = facts.get("label")
    wanted = facts.get("scheduled_label") if step.label == FROM_SCHEDULE else step.label
    records = bundle.records.record_labels
    if facts.get("is_record") is not False and label != "":
        yield Protection(code="record", reference=str(label or ""), sentence="It is a record, or that is not known.")
    elif label in records:
        entry = records[str(label)]
        yield Protection(
            code="record", reference=entry.id, sentence=f"Its label {entry.label} declares a record.", mark=entry.mark
        )
    if wanted in records:
        entry = records[str(wanted)]
        yield Protection(
            code="record",
            reference=entry.id,
            sentence=f"{entry.label} declares a record, which Custos could never take back.",
            mark=entry.mark,
        )
    if label != "" and facts.get("label_explicit") is not False:
        yield Protection(
            code="explicit", reference=str(label or ""), sentence="Somebody chose its label, or that is not known."
        )
