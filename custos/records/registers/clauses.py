"""The clauses of the governing documents: one row a clause, what it asks in the council's own words, and what carries it out.

Policies say themselves which clauses they carry out (`policy_ref`), so no row names one. What else carries a clause out stands here:
indicators, registers, matters that registers remind of, kinds of audit event, commands, and what only people can do.
"""

from __future__ import annotations

from dataclasses import dataclass

from custos.audit.events import What
from custos.did_you_mean import near
from custos.errors import Mark
from custos.records.cells import RegisterRow
from custos.records.column import Holds, column
from custos.records.model import Records
from custos.records.register import Check, Refers, Register
from custos.records.remark import Matter

INDICATORS = tuple(f"KPI-{number:02}" for number in range(1, 16))
"""Ids of the indicators, which `custos.kpi.catalogue` declares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A row: what a clause asks, and what carries it out. `people`: what of it only people can do, "" for nothing.

    `commands` are written without `custos`; `commands_at` is their cell.
    """

    id: str
    document: str
    asks: str
    kpis: tuple[str, ...]
    registers: tuple[str, ...]
    reminders: tuple[str, ...]
    records: tuple[What, ...]
    commands: tuple[str, ...]
    people: str
    mark: Mark
    commands_at: Mark


def _clause(row: RegisterRow) -> Clause:
    written = row.texts("commands")
    return Clause(
        id=row.text("clause_id"),
        document=row.text("document"),
        asks=row.text("asks"),
        kpis=row.choices("kpis"),
        registers=row.texts("registers"),
        reminders=row.choices("reminders"),
        records=tuple(What(word) for word in row.choices("records")),
        commands=tuple(command.removeprefix("custos ").strip() for command in written),
        people=row.text("people"),
        mark=row.mark,
        commands_at=row.mark_of("commands"),
    )


def _check(check: Check[Clause]) -> None:
    """A register that is named must be one of Custos'."""
    for row, clause in check.rows:
        for name in clause.registers:
            if name not in check.registers:
                what = f'There is no register "{name}".'
                row.wrong("registers", what, near(name, check.registers), code="unknown-register")


def clauses(records: Records) -> dict[str, Clause]:
    """The clauses by their ids, in the order of the file."""
    return {clause.id: clause for clause in CLAUSES.of(records)}


CLAUSES = Register(
    file="policy_clauses.csv",
    noun="clause",
    purpose="one row a clause of a governing document: what it asks, and what carries it out",
    table=(
        column("clause_id*", called="clause|clause ref|section|ref|reference|id"),
        column("document", called="policy|document ref|governing document"),
        column("asks*", called="what it says|requirement|what it asks"),
        column("kpis", Holds.CHOICES, choices=INDICATORS, called="indicators|measures"),
        column("registers", Holds.TEXTS),
        column("reminders", Holds.CHOICES, choices=tuple(Matter)),
        column("records", Holds.CHOICES, choices=tuple(What), called="evidence"),
        column("commands", Holds.TEXTS),
        column("people", called="human only|people only"),
    ),
    make=_clause,
    refers=(Refers("document", "governing_documents.csv"),),
    check=_check,
)  # fmt: skip
REGISTER: Register[Clause] = CLAUSES
