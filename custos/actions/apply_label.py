"""Applies a retention label to a file: that of its schedule entry, or one by its name. Never one that declares a record.

Source: https://learn.microsoft.com/graph/api/driveitem-setretentionlabel
"""

from __future__ import annotations

from custos.actions.arguments import Words
from custos.actions.declaration import (
    HOLDS,
    KEPT_LABELS,
    RECORD_LABELS,
    WRITES,
    Change,
    Check,
    Declaration,
    Occasion,
    changed,
)
from custos.did_you_mean import near
from custos.model.action_kind import ActionKind, Reversibility
from custos.model.finding import Finding
from custos.model.live import Live
from custos.model.policy import FROM_SCHEDULE, Step
from custos.model.refusal import Code, Refused
from custos.model.subject import Kind
from custos.records.model import ScheduleEntry


def _change(step: Step, finding: Finding, _occasion: Occasion) -> Change:
    facts = finding.facts
    now, wanted = facts.get("label"), facts.get("scheduled_label") if step.label == FROM_SCHEDULE else step.label
    refused = None
    if finding.subject.kind is not Kind.FILE:
        refused = Refused(Code.FOLDER, "A label on a folder would tag everything in it.")
    elif not isinstance(wanted, str) or not wanted:
        refused = Refused(Code.UNKNOWN, "No schedule entry says which label it should have.")
    return changed(
        {"label": now}, {"label": wanted}, Reversibility.REVERSIBLE, satisfied=now == wanted, refused=refused
    )


def _obstacle(live: Live) -> Refused | None:
    if live.is_folder is None:
        return Refused(Code.UNKNOWN, "Whether it is a folder could not be read.")
    return Refused(Code.FOLDER, "It is a folder: a label would tag everything in it.") if live.is_folder else None


def _check(check: Check) -> None:
    step = check.step
    if step.label in ("", FROM_SCHEDULE):
        return
    labels = {entry.label: entry for entry in sorted(check.records.schedule.values(), key=_counts_most)}
    entry = labels.get(step.label)
    if entry is None:
        check.problems.error(
            step.mark,
            f'No schedule entry has the label "{step.label}".',
            near(step.label, [FROM_SCHEDULE, *labels]),
            code="unknown-entry",
        )
    elif entry.is_record:
        check.problems.error(
            step.mark,
            f'"{step.label}" declares a record, which Custos could never take back.',
            "Let a records manager apply it in Microsoft Purview; tell the steward instead.",
            code="record-label",
        )
    elif entry.status != "approved":
        check.problems.error(
            step.mark, f'The schedule entry {entry.id} of "{step.label}" is {entry.status}.', code="unapproved-entry"
        )


def _counts_most(entry: ScheduleEntry) -> tuple[bool, bool]:
    """Of entries that share a label the one that counts comes last: one that declares records, then an approved one."""
    return entry.is_record, entry.status == "approved"


def _depends(step: Step) -> frozenset[str]:
    always = frozenset({RECORD_LABELS, KEPT_LABELS, HOLDS})
    return always | {"scheduled_label", "scheduled_label_is_record"} if step.label == FROM_SCHEDULE else always


def _offer(step: Step) -> str:
    label = "of its retention schedule entry" if step.label == FROM_SCHEDULE else f"“{step.label}”"
    return f"the retention label {label} is applied"


DECLARATION = Declaration(
    kind=ActionKind.APPLY_LABEL,
    word="apply_label",
    about=(Kind.FILE,),
    argument=Words("label", FROM_SCHEDULE),
    meaning="applies a retention label: `from_schedule`, or a label of the schedule by its name; never one that declares a record",
    aloud=lambda step: "apply the schedule's label" if step.label == FROM_SCHEDULE else f"apply the label {step.label}",
    check=_check,
    refuses=("`apply_label` with a label that no approved schedule entry has, or that declares a record",),
    change=_change,
    units=4,  # read with its label (1), written (2, or 2 a hundred in bulk), read back (1)
    labels=True,
    depends=_depends,
    stopped_by=WRITES | {Code.HOLD, Code.RECORD, Code.REGULATORY, Code.EXPLICIT, Code.UNKNOWN},
    obstacle=_obstacle,
    together=lambda action: f"apply_label {action.after['label']}",
    reversibility=Reversibility.REVERSIBLE,
    way_back="the label before it is put back",
    name="apply label",
    noun="The retention label",
    offer=_offer,
    done="{things} {were} given {label}",
    undone="The label of {things} {was} put back to {label}",
    back="At any time, as long as nobody changes it meanwhile",
    counted="label",
)
