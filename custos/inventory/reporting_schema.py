"""The reporting tables: what other tools read of Custos without Custos, column by column, with what each means.

Delta Lake tables in a blob container of their own, so that whoever may read them need not see the mirror. docs/reporting-tables.md is made
of this. Null is *unknown*, as everywhere; "" is known to be none. Times are UTC, days are the council's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from custos.inventory.schema import INSTANT

CONTAINER = "reporting"


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    name: str
    kind: pl.DataType
    means: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportingTable:
    """One table: a row of it is `row`, told apart by `key`."""

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def kinds(self) -> dict[str, pl.DataType]:
        """Column ► its type."""
        return {column.name: column.kind for column in self.columns}


_TEXT, _NUMBER, _DAY, _YES = pl.String(), pl.Int64(), pl.Date(), pl.Boolean()

INDICATORS = ReportingTable(
    name="indicators",
    row="an indicator, also one that is not measured",
    key=("indicator",),
    columns=(
        Column("indicator", _TEXT, "KPI-01 to KPI-15"),
        Column("name", _TEXT, "what it is"),
        Column("formula", _TEXT, "what is counted, of what"),
        Column("aim", _TEXT, "what the Corporate Information Group aims at"),
        Column("better", _TEXT, "`higher` or `lower`"),
        Column("unit", _TEXT, "`share`, `share of bytes` or `per 10,000 items`"),
        Column("measured", _YES, "whether it is measured"),
        Column("not_measured", _TEXT, 'what it waits for; "" when it is measured'),
    ),
)

VALUES = ReportingTable(
    name="indicator_values",
    row="a part of an indicator on a day on which it was published, as it stands after restating",
    key=("day", "indicator", "cut", "part"),
    columns=(
        Column("day", _DAY, "the day of the council for which it was published"),
        Column("indicator", _TEXT, "KPI-01 to KPI-15"),
        Column("cut", _TEXT, "`council`, `department` or `owner`: what the part is a part of. Add up one cut, never several"),
        Column("part", _TEXT, 'the department or the owner; "" is what no asset covers, and the council itself'),
        Column("numerator", _NUMBER, "what counts"),
        Column("denominator", _NUMBER, "of how much"),
        Column("unknown", _NUMBER, "what is in neither, because it is not known"),
        Column("value", pl.Float64(), "the share, or the rate for each 10,000 items; null where there is no denominator"),
        Column("libraries_read", _NUMBER, "libraries that were read to their end"),
        Column("libraries_expected", _NUMBER, "libraries that there were"),
        Column("counts", _YES, "false where too few libraries were read for the value to count for the council"),
        Column("restated", _NUMBER, "how often it was put right since; of a part always 0: parts are as they were published"),
        Column("measured_at", INSTANT, "when it was measured"),
    ),
)  # fmt: skip

RESTATEMENTS = ReportingTable(
    name="indicator_restatements",
    row="a published value that was put right",
    key=("day", "indicator", "number"),
    columns=(
        Column("day", _DAY, "the day whose value was wrong"),
        Column("indicator", _TEXT, "KPI-01 to KPI-15"),
        Column("number", _NUMBER, "1 for the first time that this value was put right"),
        Column("numerator_before", _NUMBER, "what it was"),
        Column("denominator_before", _NUMBER, "what it was"),
        Column("numerator_after", _NUMBER, "what it is said to be"),
        Column("denominator_after", _NUMBER, "what it is said to be"),
        Column("restated_at", INSTANT, "when that was said"),
        Column("restated_by", _TEXT, "sign-in name"),
        Column("why", _TEXT, "the reason"),
    ),
)

CASES = ReportingTable(
    name="cases",
    row="a question to somebody about one matter, asked or still to be asked, open or over",
    key=("case",),
    columns=(
        Column("case", _TEXT, "its id"),
        Column("asset", _TEXT, 'id of the asset; "" where none covers it'),
        Column("department", _TEXT, 'of the asset; "" where none covers it'),
        Column("concern", _TEXT, "what it is about: `sharing`, `stale`, …"),
        Column("rules", _TEXT, "policies and rules that found it, by commas"),
        Column("findings", _NUMBER, "how many findings it is about"),
        Column("subject_kind", _TEXT, "`library`, `site`, …"),
        Column("subject", _TEXT, "its name; masked where pages mask it"),
        Column("address", _TEXT, "where it is; masked where pages mask it"),
        Column("state", _TEXT, "`found`, `told`, `reminded`, `escalated`, `due`, `decided`, `acted`, `released` or `listed`"),
        Column("asked", _TEXT, 'sign-in name of whoever is asked now; "" for nobody'),
        Column("role", _TEXT, "in which role they are asked"),
        Column("passed_on", _NUMBER, "how many people were asked before and did not answer"),
        Column("opened_at", INSTANT, "when it was found"),
        Column("asked_at", INSTANT, "when whoever is asked now was told; null while nobody was"),
        Column("due_at", INSTANT, "until when an answer is asked for; null while there is none"),
        Column("decided_at", INSTANT, "when it was answered; null while it is not"),
        Column("decision", _TEXT, '`keep`, `agree`, …; "" while there is none'),
        Column("ended_at", INSTANT, "when nothing was left to ask; null before"),
        Column("ended_why", _TEXT, 'why; "" before'),
    ),
)  # fmt: skip

FINDINGS = ReportingTable(
    name="findings",
    row="a rule that holds for a thing in the tenant, now",
    key=("finding",),
    columns=(
        Column("finding", _TEXT, "its id: the same rule on the same thing has the same on every day"),
        Column("policy", _TEXT, "id of the policy"),
        Column("rule", _TEXT, "the rule in it"),
        Column("state", _TEXT, "how far the policy may go: `draft`, `simulate`, `pilot` or `enforce`"),
        Column("asset", _TEXT, 'id of the asset; "" where none covers it'),
        Column("department", _TEXT, 'of the asset; "" where none covers it'),
        Column("subject_kind", _TEXT, "`file`, `link`, `library`, …"),
        Column("subject_key", _TEXT, "Microsoft's ids of the thing, and no name"),
        Column("subject", _TEXT, "its name; masked where pages mask it"),
        Column("address", _TEXT, "where it is; masked where pages mask it"),
        Column("because", _TEXT, "the rule's sentence; it never holds a file's name"),
        Column("protected_by", _TEXT, 'what stands in the way of acting (H-001, EX-02), by commas; "" for nothing'),
        Column("first_seen", _DAY, "since which morning it has been here without a gap"),
    ),
)

UNDECIDED = ReportingTable(
    name="undecided",
    row="a rule of which it is not known for some things whether it holds",
    key=("policy", "rule"),
    columns=(
        Column("policy", _TEXT, "id of the policy"),
        Column("rule", _TEXT, "the rule in it"),
        Column("number", _NUMBER, "of how many things; they are not among the findings, and not in order either"),
    ),
)

WRITTEN = ReportingTable(
    name="tables_written",
    row="one of these tables, with the moment that its rows tell of",
    key=("table",),
    columns=(
        Column("table", _TEXT, "its name"),
        Column("as_of", INSTANT, "what its rows say was so then. Older than a day and a half: the timer `measure_kpis` has failed"),
        Column("rows", _NUMBER, "how many it has"),
        Column("libraries_read", _NUMBER, "libraries of the mirror that were read to their end then"),
        Column("libraries_expected", _NUMBER, "libraries that there were"),
        Column("policies", _TEXT, "version of the policies and registers in force then"),
    ),
)  # fmt: skip

ALL: Mapping[str, ReportingTable] = {
    table.name: table for table in (INDICATORS, VALUES, RESTATEMENTS, CASES, FINDINGS, UNDECIDED, WRITTEN)
}
