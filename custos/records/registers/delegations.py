"""The delegations: one row what an owner has lent to a steward, and until when."""

from __future__ import annotations

from custos.dates import EARLIEST
from custos.records.cells import RegisterRow
from custos.records.column import Holds, column
from custos.records.delegation import KINDS
from custos.records.model import Delegation
from custos.records.register import Refers, Register


def _delegation(row: RegisterRow) -> Delegation:
    begins, ends = row.day("valid_from"), row.day("valid_to")
    row.in_order(("valid_from", begins), ("valid_to", ends))
    return Delegation(
        id=row.text("delegation_id"),
        asset_id=row.text("asset_id"),
        steward=row.upn("steward_upn"),
        kinds=row.choices("kinds"),
        valid_from=begins or EARLIEST,
        valid_to=ends or EARLIEST,
        mark=row.mark,
    )


DELEGATIONS = Register(
    file="delegations.csv",
    noun="delegation",
    purpose="one row a delegation: what an owner has lent to a steward",
    table=(
        column("delegation_id*"),
        column("asset_id*"),
        column("steward_upn*", Holds.PERSON),
        column("kinds*", Holds.CHOICES, choices=KINDS),
        column("valid_from*"),
        column("valid_to*"),
        column("accepted_on", Holds.DAY),
    ),
    make=_delegation,
    rows=lambda records: records.delegations,
    refers=(Refers("asset_id", "information_asset_register.csv"),),
)  # fmt: skip
REGISTER = DELEGATIONS
