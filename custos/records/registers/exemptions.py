"""The exceptions: one row an exception, what a policy leaves alone, why, until when."""

from __future__ import annotations

from custos.dates import EARLIEST
from custos.records.cells import RegisterRow
from custos.records.column import Holds, column
from custos.records.model import Exemption
from custos.records.register import Refers, Register


def _exemption(row: RegisterRow) -> Exemption:
    asset, places = row.text("asset_id"), row.addresses("location_refs")
    if not asset and not row.texts("location_refs"):
        row.wrong("asset_id", "The exception covers nothing.", "Name an asset, or addresses in location_refs.")
    approved, expires = row.day("approved_on"), row.day("expires")
    row.in_order(("approved_on", approved), ("expires", expires))
    return Exemption(
        id=row.text("exception_id"),
        policies=row.texts("policies"),
        asset_id=asset,
        locations=places,
        reason_code=row.text("reason_code"),
        reason=row.text("reason"),
        approved_by=row.text("approved_by"),
        risk_ref=row.text("risk_ref"),
        approved_on=approved,
        expires=expires or EARLIEST,
        mark=row.mark,
        policies_at=row.mark_of("policies"),
        places_at=row.mark_of("location_refs"),
    )


EXEMPTIONS = Register(
    file="exceptions.csv",
    noun="exception",
    purpose="one row an exception: what a policy leaves alone, why, until when",
    table=(
        column("exception_id*", called="exception ref|ref|reference|id"),
        column("policies*", Holds.TEXTS),
        column("asset_id"),
        column("location_refs"),
        column("reason_code*"),
        column("reason*"),
        column("approved_by*"),
        column("approval_ref"),
        column("risk_ref"),
        column("approved_on"),
        column("expires*", Holds.DAY),
        column("renewals", Holds.NUMBER),
    ),
    make=_exemption,
    rows=lambda records: records.exemptions,
    refers=(Refers("asset_id", "information_asset_register.csv"),),
)  # fmt: skip
REGISTER = EXEMPTIONS
