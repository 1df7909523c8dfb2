"""What there is to show: each exhibit is some files of the folder, made of what was gathered. Names in sensitive assets are masked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import polars as pl

from custos.jobs.evidence import Material
from custos.kpi.model import Sum, Unit, Value
from custos.masking import MASK, Names
from custos.policy.policy_files import SETTINGS, is_policy
from custos.records.load import FOLDER
from custos.records.registers import ALL
from custos.records.registers.documents import DOCUMENTS
from custos.report.kpi import named_row
from custos.report.query import csv_cells
from custos.wording import yes_or_no

type Cell = str | int | float | date | datetime | None


class Exhibit(StrEnum):
    """Everything that a heading can point to."""

    DOCUMENTS = "governing documents"
    CLAUSES = "clauses"
    REGISTERS = "registers"
    REMARKS = "findings of the registers"
    POLICIES = "policies"
    INDICATORS = "indicators"
    PUBLISHED = "published indicators"
    HOLDINGS = "holdings"
    QUESTIONS = "questions"
    RUNS = "runs"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of the folder. `holds` says what it is; `rows` how many rows it has, None where that says nothing."""

    path: str
    content: bytes
    holds: str
    rows: int | None = None


AUDIT_FOLDER = "audit"
"""Written by `custos.audit.export`: the one exhibit that is not made here."""


def files(exhibit: Exhibit, material: Material) -> list[File]:
    """The files of an exhibit; none of the audit's, which is exported by itself."""
    return list(_MADE[exhibit](material)) if exhibit in _MADE else []


def table(path: str, holds: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> File:
    """A CSV file for a spreadsheet: no cell is a formula."""
    texts = [[_text(cell) for cell in row] for row in rows]
    frame = pl.DataFrame(texts, schema=dict.fromkeys(header, pl.String), orient="row")
    written = frame.select([csv_cells(name) for name in header]).write_csv()
    return File(path=path, content=written.encode(), holds=holds, rows=len(texts))


def _text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case datetime() | date():
            return cell.isoformat()
        case float():
            return f"{cell:.6f}"
    return str(cell)


def _documents(material: Material) -> Iterator[File]:
    header = ("document", "title", "version", "owner", "approved by", "approved on", "review due", "in date")
    rows = [
        (
            one.id,
            one.title,
            one.version,
            one.owner,
            one.approver,
            one.approved_on,
            one.review_due,
            yes_or_no(one.in_date(material.today)),
        )
        for one in DOCUMENTS.of(material.bundle.records)
    ]
    yield table(
        "governing-documents.csv", "the council's own policies, and whether they are within their review", header, rows
    )


def _clauses(material: Material) -> Iterator[File]:
    header = (
        "clause",
        "asks",
        "outcome",
        "only people",
        "by",
        "which",
        "what there is",
        "last ran",
        "is evidence",
        "shown by",
    )
    rows: list[Sequence[Cell]] = []
    for one in material.clauses:
        first = (one.clause.id, one.clause.asks, one.state.value, one.clause.people)
        rows += [
            (*first, by.means.value, by.name, by.says, by.last, yes_or_no(by.proves), f"custos {by.command}")
            for by in one.carriers
        ] or [(*first, "", "", "", None, "no", "")]
    yield table(
        "clauses.csv", "what carries out each clause of the council's policy, and the evidence of it", header, rows
    )


def _registers(material: Material) -> Iterator[File]:
    for name, register in ALL.items():
        path = f"{FOLDER}/{name}"
        if path in material.bundle.files:
            rows = len(register.of(material.bundle.records))
            yield File(
                path=path,
                content=material.bundle.files[path],
                holds=f"register in force: {register.purpose}",
                rows=rows,
            )


def _remarks(material: Material) -> Iterator[File]:
    header = ("matter", "row", "asset", "what is said", "file", "line")
    rows = [
        (one.matter, one.reference, one.asset_id, one.sentence, one.mark.file, one.mark.line)
        for one in material.remarks
        if not one.soon
    ]
    yield table("register-findings.csv", "what is overdue, vacant or ended in the registers today", header, rows)


def _policies(material: Material) -> Iterator[File]:
    header = ("policy", "title", "family", "state", "owner", "review due", "clauses", "rules")
    rows = [
        (
            one.id,
            one.title,
            one.family.value,
            one.state.value,
            one.owner,
            one.review_due,
            "; ".join(one.policy_ref),
            len(one.rules),
        )
        for one in material.bundle.policies.values()
    ]
    yield table(
        "policies.csv", "the policies in force, how far each may go, and the clauses that it carries out", header, rows
    )
    for name, content in sorted(material.bundle.files.items()):
        if is_policy(name) or name == SETTINGS:
            yield File(path=f"policies/{name}", content=content, holds="as it is in force")


_SUMS = [
    "indicator",
    "name",
    "part",
    "numerator",
    "denominator",
    "unknown",
    "value",
    "unit",
    "aim",
    "as of",
    "libraries read",
    "libraries expected",
]


def _indicators(material: Material) -> Iterator[File]:
    rows = [row for value in material.values for row in _sums(value)]
    yield table("indicators.csv", "every indicator now: for the council, by department and by owner", _SUMS, rows)
    header = ("what", "asset", "address", "counts", "of", "unknown", "why")
    for value in material.values:
        if value.rows:
            kpi, listed = value.kpi, []
            for row in value.rows:
                name, address = named_row(row, material.bundle, names=False)
                listed.append((name, row.asset_id, address, row.met, row.of, row.unknown, row.why))
            yield table(f"indicator-rows/{kpi.id}.csv", f"the rows behind {kpi.id}, {kpi.name}", header, listed)


def _published(material: Material) -> Iterator[File]:
    rows = [(day, *row) for day, kept in material.published.items() for value in kept for row in _sums(value)]
    yield table("published-indicators.csv", "every value that was published, by day", ("day", *_SUMS), rows)


def _sums(value: Value) -> Iterator[tuple[Cell, ...]]:
    parts: list[tuple[str, Sum]] = [("council", value.total)]
    parts += [(f"department: {name or 'no asset'}", part) for name, part in value.by_department.items()]
    parts += [(f"owner: {name or 'no asset'}", part) for name, part in value.by_owner.items()]
    kpi, (read, expected) = value.kpi, value.coverage
    if kpi.measure is None:
        yield (
            kpi.id,
            kpi.name,
            "council",
            None,
            None,
            None,
            f"not measured: {kpi.missing}",
            kpi.unit,
            kpi.target,
            value.as_of,
            read,
            expected,
        )
        return
    for name, part in parts:
        number = part.rate if kpi.unit is Unit.RATE else part.share
        shown = number if number is not None else "n/a"
        yield (
            kpi.id,
            kpi.name,
            name,
            part.met,
            part.of,
            part.unknown,
            shown,
            kpi.unit,
            kpi.target,
            value.as_of,
            read,
            expected,
        )


def _holdings(material: Material) -> Iterator[File]:
    header = ("asset", "library", "address", "read to its end")
    columns = ("asset", "library_name", "library_address", "complete")
    rows = [
        (asset or ("unknown" if asset is None else "none"), name, address, yes_or_no(bool(complete)))
        for asset, name, address, complete in material.libraries.select(columns).sort("library_address").iter_rows()
    ]
    yield table(
        "holdings.csv",
        "every library that is governed, the asset that covers it, and whether it was read to its end",
        header,
        rows,
    )


def _questions(material: Material) -> Iterator[File]:
    names = Names(material.bundle.records)
    header = [
        "question",
        "asset",
        "about",
        "address",
        "findings",
        "state",
        "opened",
        "asked",
        "of whom",
        "due",
        "answered",
        "answer",
        "ended",
    ]
    rows = []
    for case in material.cases:
        hidden = names.hides(case.subject_kind, case.asset_id)
        rows.append(
            (
                case.id, case.asset_id, MASK if hidden else case.subject_name, "" if hidden else case.subject_url,
                "; ".join(f"{line.key} {line.count}" for line in case.lines), case.state.value, case.opened_at, case.asked_at,
                case.assignee.who.upn, case.deadline, case.decided_at, case.decision.value if case.decision else "", case.released_why,
            )
        )  # fmt: skip
    yield table(
        "questions.csv", "every question to an owner or steward, when it was due and what was answered", header, rows
    )


def _runs(material: Material) -> Iterator[File]:
    header = ("run", "plan", "why it ran", "started", "by", "state", "actions", "writes", "ended", "released by")
    rows = [
        (
            run.id,
            run.plan,
            run.purpose.value,
            run.started_at,
            run.started_by,
            run.state.value,
            run.actions,
            done,
            run.ended_at,
            run.released_by,
        )
        for run, done in material.runs
    ]
    yield table("runs.csv", "every run of actions, who let it go, and how many writes it made", header, rows)


_MADE: Mapping[Exhibit, Callable[[Material], Iterator[File]]] = {
    Exhibit.DOCUMENTS: _documents,
    Exhibit.CLAUSES: _clauses,
    Exhibit.REGISTERS: _registers,
    Exhibit.REMARKS: _remarks,
    Exhibit.POLICIES: _policies,
    Exhibit.INDICATORS: _indicators,
    Exhibit.PUBLISHED: _published,
    Exhibit.HOLDINGS: _holdings,
    Exhibit.QUESTIONS: _questions,
    Exhibit.RUNS: _runs,
}
