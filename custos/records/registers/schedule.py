"""The retention schedule: one row a class of record, how long it is kept, from when, and under which label."""

from __future__ import annotations

import calendar
import math
import re

from custos.records.cells import RegisterRow
from custos.records.column import Holds, column
from custos.records.model import ScheduleEntry
from custos.records.register import Check, Refers, Register

TRIGGERS = (
    "created",
    "modified",
    "labelled",
    "event",
    "dob",
    "financial_year_end",
    "meeting_date",
    "tenancy_end",
    "last_contact",
    "permanent",
)
LABEL_STARTS = ("created", "modified", "labelled")
"""Triggers from which a label counts by itself; every other one is an event, which somebody must tell Purview."""
FINAL_ACTIONS = ("destroy", "destroy_after_review", "review", "transfer", "none")
_PERIOD = re.compile(r"P(0|[1-9][0-9]{0,4})([YMD])")
_LABEL = re.compile(r"[A-Za-z0-9 -]+")
_LONGEST_LABEL = 64
_MOST_MONTHS = 1_200
_LONGEST_LABEL_DAYS = 36_525


def _entry(row: RegisterRow) -> ScheduleEntry:
    row.number("review_interval_months")
    row.day("approved_on")
    label = row.text("label_name")
    if len(label) > _LONGEST_LABEL:
        what = f"The label name has {len(label)} characters; Microsoft Purview takes {_LONGEST_LABEL}."
        row.wrong("label_name", what, "Write the name of the label in the tenant.", code="label-name")
    elif label and not _LABEL.fullmatch(label):
        what = f'A file plan with the label "{label}" cannot be imported into Microsoft Purview; it can be made there by hand.'
        row.doubtful("label_name", what, "Imports take letters, digits, hyphens and spaces.", code="label-name")
    period = row.text("period")
    trigger = row.choice("trigger_kind")
    action = row.choice("final_action")
    permanent = period == "permanent"
    least = None if permanent else least_label_days(period)
    written = row.number("label_days")
    if period and not permanent and least is None:
        row.wrong("period", f'"{period}" is not a period.', _remedy(period), code="period")
    elif least == 0:
        row.wrong("period", f'"{period}" keeps nothing for any time.', "Write how long it is kept.", code="period")
    elif permanent and written is not None:
        what = f"A permanent entry is kept without end, and not for {written} days."
        row.wrong("label_days", what, "Leave label_days empty, or write the period.", code="permanent")
    elif trigger == "permanent" and not permanent:
        what = f"Nothing is counted from permanent, and {period} is counted from something."
        row.wrong("trigger_kind", what, "Write from when it is counted, or permanent as the period.", code="permanent")
    elif permanent and action in ("destroy", "destroy_after_review"):
        row.wrong("final_action", "A permanent entry cannot be destroyed.", "Write none or transfer.", code="permanent")
    elif least is not None and written is not None and written < least:
        row.wrong(
            "label_days",
            f"{written} days are shorter than {period}, which can be {least} days long.",
            f"Write {least}.",
            code="label-days",
        )
    elif least is not None and max(written or 0, least) > _LONGEST_LABEL_DAYS:
        row.wrong(
            "period", f"{period} is longer than a label can keep: 36,525 days.", "Write permanent.", code="period"
        )
    return ScheduleEntry(
        id=row.text("entry_id"),
        record_class=row.text("record_class"),
        label=label,
        period=period,
        label_days=written or least,
        is_record=row.choice("record_type") == "record",
        final_action=action,
        trigger_kind=trigger,
        trigger=row.text("trigger_text"),
        legal_basis=row.text("legal_basis"),
        basis_type=row.choice("basis_type"),
        owner=row.upn("owner_upn"),
        function=row.text("function"),
        activity=row.text("activity"),
        status=row.choice("status"),
        review_due=row.day("review_due"),
        mark=row.mark,
    )


def _remedy(period: str) -> str:
    """What to write instead of something that is no period."""
    plain = period.upper().replace(" ", "")
    words = re.fullmatch(r"([0-9]{1,4})(Y|M|D)(?:EARS?|RS?|ONTHS?|AYS?)?", plain)
    if plain != period and _PERIOD.fullmatch(plain):
        return f"Write {plain}."
    weeks = re.fullmatch(r"P([0-9]{1,4})W", plain)
    both = re.fullmatch(r"P([0-9]{1,3})Y([0-9]{1,2})M", plain)
    if plain == "PERMANENT":
        return "Write permanent."
    if words:
        return f"Write P{int(words[1])}{words[2]}."
    if weeks:
        return f"Write it in days: P{int(weeks[1]) * 7}D."
    if both:
        return f"Write it in months: P{int(both[1]) * 12 + int(both[2])}M."
    return "Write P6Y, P6M, P60D or permanent."


def least_label_days(period: str) -> int | None:
    """The fewest days that are never shorter than an ISO 8601 period of years, months or days; None for anything else."""
    found = _PERIOD.fullmatch(period)
    if not found:
        return None
    amount, unit = int(found[1]), found[2]
    if unit == "D":
        return amount
    if unit == "Y":
        return 365 * amount + math.ceil(amount / 4)
    if amount > _MOST_MONTHS:
        return amount * 31
    return max(_months_long(start, amount) for start in range(48))


def _months_long(start: int, months: int) -> int:
    """Days in `months` months from the first of a month, counted in months from January 2024."""
    return sum(
        calendar.monthrange(2024 + (start + month) // 12, (start + month) % 12 + 1)[1] for month in range(months)
    )


def _unequal_labels(check: Check[ScheduleEntry]) -> None:
    """A tenant has one label of a name, with one start: it cannot keep one thing for six years and destroy another after three, nor
    count from the creation of one and from an event of another.

    Source: https://learn.microsoft.com/graph/api/resources/security-retentionlabel (retentionTrigger, retentionEventType)
    """
    first: dict[str, ScheduleEntry] = {}
    for entry in check.records.schedule.values():
        if entry.status != "approved" or not entry.label:
            continue
        other = first.setdefault(entry.label.casefold(), entry)
        unlike = [
            f"{what} ({_said(theirs)} and {_said(own)})"
            for what, theirs, own in (
                ("trigger_kind", *_starts(other, entry)),
                ("days", other.label_days, entry.label_days),
                ("record_type", "record" if other.is_record else "none", "record" if entry.is_record else "none"),
                ("final_action", other.final_action, entry.final_action),
            )
            if theirs != own
        ]
        if unlike:
            what = f'{other.id} (line {other.mark.line}) and {entry.id} share the label "{entry.label}" and differ in {", ".join(unlike)}.'
            mark = check.cells.of(entry).mark_of("label_name")
            check.problems.error(mark, what, "Give each its own label, or make them alike.", code="unequal-labels")


def _starts(one: ScheduleEntry, other: ScheduleEntry) -> tuple[str, str]:
    """From when two entries of a label count; the same twice when the label can do both. `event` may be any event that a council
    names, and what is permanent has no start."""
    kinds = one.trigger_kind, other.trigger_kind
    both_events = not any(kind in LABEL_STARTS for kind in kinds)
    alike = (both_events and "event" in kinds) or one.label_days is None
    return (kinds[0], kinds[0]) if alike else kinds


def _said(value: object) -> str:
    return "permanent" if value is None else str(value).replace("_", " ")


def _unusable(entry: ScheduleEntry) -> tuple[str, str, str] | None:
    if entry.status == "approved":
        return None
    what = f'The schedule entry "{entry.id}" is {entry.status}.'
    return what, "Use an approved one, or approve it.", "unapproved-entry"


SCHEDULE = Register(
    file="retention_schedule.csv",
    noun="schedule entry",
    purpose="one row a class of record: how long it is kept, from when, and under which label",
    table=(
        column(
            "entry_id*",
            called="schedule ref|retention code|class code|rule id|record code|code|"
            "function code|reference id|ref|reference|ref no|id",
        ),
        column("function*"),
        column("activity"),
        column("record_class*", called="record class|class of record|record type|records|record series|type of record|record description"),
        column("examples", called="example records|including|examples of records"),
        column("trigger_kind*", choices=TRIGGERS, called="trigger type|event type|retention type|based on"),
        column("trigger_text*", called="trigger|retention trigger|start of retention|from|event|closure event|starts from"),
        column(
            "period*", Holds.PERIOD,
            called="retention|retention period|keep for|how long|"
            "retention duration|minimum retention|retain for|retention rule",
        ),
        column("label_name*", called="label|retention label|purview label|file plan label|name of label"),
        column("label_days", Holds.NUMBER, called="days|retention days"),
        column("record_type*", choices=("none", "record"), called="is record|declares a record|record label|regulatory record"),
        column(
            "final_action*", choices=FINAL_ACTIONS,
            called="action|disposal action|disposal|disposition|"
            "end of retention|final disposition|what happens then|disposal method",
        ),
        column("review_role"),
        column(
            "legal_basis*",
            called="authority|legislation|statutory provision|"
            "citation|justification|basis for retention|provision citation",
        ),
        column(
            "basis_type*", choices=("statute", "limitation", "local"),
            called="type of basis|statutory or local|"
            "basis kind|authority type",
        ),
        column("special_category", Holds.FLAG),
        column("owner_upn*", Holds.PERSON, called="owner|entry owner|responsible officer|contact|records owner|owner email"),
        column("approved_by"),
        column("approved_on"),
        column("approval_ref"),
        column("review_interval_months*"),
        column("review_due*"),
        column("status*", choices=("draft", "approved", "superseded")),
        column("superseded_by", called="replaced by"),
        column("version"),
    ),
    make=_entry,
    rows=lambda records: records.schedule.values(),
    refers=(Refers("superseded_by", "retention_schedule.csv", usable=False),),
    unusable=_unusable,
    check=_unequal_labels,
)  # fmt: skip
REGISTER = SCHEDULE
