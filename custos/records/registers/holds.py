"""The register of holds: one row a hold, what must be kept for an inquiry, a request or a claim."""

from __future__ import annotations

from custos.dates import EARLIEST
from custos.records.cells import RegisterRow
from custos.records.column import Holds, column
from custos.records.model import Hold
from custos.records.register import Refers, Register

HOLD_KINDS = ("inquiry", "foi", "sar", "litigation", "police", "other")


def _hold(row: RegisterRow) -> Hold:
    items_from, items_to = row.day("items_from"), row.day("items_to", endless=True)
    since, ends = row.day("since"), row.day("ends", endless=True)
    row.in_order(("items_from", items_from), ("items_to", items_to))
    row.in_order(("since", since), ("ends", ends))
    return Hold(
        id=row.text("hold_id"),
        kind=row.choice("kind"),
        authority=row.text("authority"),
        asset_id=row.text("asset_id"),
        schedule_refs=row.texts("schedule_refs"),
        locations=row.addresses("location_refs"),
        items_from=items_from,
        items_to=items_to,
        since=since or EARLIEST,
        ends=ends,
        mark=row.mark,
        places_at=row.mark_of("location_refs"),
    )


HOLDS = Register(
    file="holds.csv",
    noun="hold",
    purpose="one row a hold: what must be kept for an inquiry, a request or a claim",
    table=(
        column("hold_id*", called="hold ref|hold reference|ref|reference|id"),
        column("kind*", choices=HOLD_KINDS),
        column("authority"),
        column("asset_id*"),
        column("schedule_refs"),
        column("location_refs"),
        column("items_from", Holds.DAY),
        column("items_to", Holds.DAY),
        column("since*", Holds.DAY, called="from|start|start date|placed on|date placed"),
        column("ends"),
        column("end_rule"),
        column("notes"),
    ),
    make=_hold,
    rows=lambda records: records.holds,
    refers=(Refers("asset_id", "information_asset_register.csv"), Refers("schedule_refs", "retention_schedule.csv", usable=False)),
)  # fmt: skip
REGISTER = HOLDS
