"""The reporting tables: indicators, questions and findings as they are this morning, for tools that know nothing of Custos.

The timer `measure_kpis` writes them after it has published the day's values. Costs one evaluation of the mirror and one reading of all
published values (a request for each thousand rows), and calls nobody. Doing it twice makes no new version of what did not change.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

import polars as pl

from custos.engine.evaluate import evaluate
from custos.errors import BadInput, Mark, Problem
from custos.inventory import reporting_schema as schema
from custos.inventory.reporting_schema import ReportingTable
from custos.inventory.reporting_tables import ReportingTables
from custos.jobs.facts import facts_at_rest
from custos.jobs.policies import in_force
from custos.kpi.catalogue import ALL
from custos.kpi.model import Sum, Unit, Value
from custos.kpi.published import TABLE, Published
from custos.masking import MASK, Names, masked_url
from custos.model.policy import Bundle
from custos.notices.model import Case

if TYPE_CHECKING:
    from custos.bootstrap import Custos
    from custos.engine.evaluate import Evaluation
    from custos.engine.gate import Standing

type Cell = str | int | float | bool | date | datetime | None
type Rows = Iterable[Sequence[Cell]]


async def write(app: Custos) -> dict[str, int]:
    """Bring every table up to date. Returns how many rows of each were added, changed or taken out. Raises StorageTrouble."""
    bundle = (await in_force(app)).bundle
    published = await Published(app.account.rows(TABLE)).all()
    cases = [stored.case for stored in await app.cases.all()]
    facts, now = await facts_at_rest(app, bundle), app.clock.now()
    standings = await app.approvals.standing(bundle)

    def written() -> dict[str, int]:
        evaluation = evaluate(bundle, facts, now)
        seen = _first_seen(app.reporting)
        frames = {
            schema.INDICATORS: _frame(schema.INDICATORS, _indicators()),
            schema.VALUES: _frame(schema.VALUES, (row for day in published for row in _values(day, published[day]))),
            schema.RESTATEMENTS: _frame(
                schema.RESTATEMENTS, (row for day in published for row in _restatements(day, published[day]))
            ),
            schema.CASES: _frame(schema.CASES, _cases(cases, bundle)),
            schema.FINDINGS: _frame(schema.FINDINGS, _findings(evaluation, bundle, standings, seen, bundle.day(now))),
            schema.UNDECIDED: _frame(schema.UNDECIDED, _undecided(evaluation)),
        }
        changed = {table.name: app.reporting.write(table, frame) for table, frame in frames.items()}
        heights = [
            (table.name, now, frame.height, *evaluation.coverage, bundle.version) for table, frame in frames.items()
        ]
        app.reporting.write(schema.WRITTEN, _frame(schema.WRITTEN, heights))
        return changed

    return await asyncio.to_thread(written)


async def read(app: Custos, tables: Sequence[ReportingTable]) -> tuple[datetime, dict[ReportingTable, pl.DataFrame]]:
    """Tables as they were last written, and of which moment they tell. Raises BadInput when they never were, and StorageTrouble."""

    def found() -> dict[ReportingTable, pl.DataFrame]:
        return {table: app.reporting.read(table) for table in (schema.WRITTEN, *tables)}

    frames = await asyncio.to_thread(found)
    moments = frames[schema.WRITTEN]["as_of"].to_list()
    if not moments:
        what = "The reporting tables have not been written yet."
        remedy = "The timer measure_kpis writes them every morning (CUSTOS_SCHEDULE_KPIS); `custos incidents` says whether it failed."
        raise BadInput([Problem(Mark("command line"), what, remedy, code="unknown")])
    return max(moments), {table: frames[table] for table in tables}


def _frame(table: ReportingTable, rows: Rows) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=table.kinds, orient="row")


def _indicators() -> Rows:
    for kpi in ALL:
        measured = kpi.measure is not None
        yield (kpi.id, kpi.name, kpi.formula, kpi.target, kpi.better.value, kpi.unit.value, measured, kpi.missing)


def _values(day: date, published: Iterable[Value]) -> Rows:
    for value in published:
        parts: list[tuple[str, str, Sum]] = [("council", "", value.total)]
        parts += [("department", name, part) for name, part in value.by_department.items()]
        parts += [("owner", name, part) for name, part in value.by_owner.items()]
        for cut, part, found in parts:
            number = found.rate if value.kpi.unit is Unit.RATE else found.share
            restated = len(value.restated) if cut == "council" else 0
            yield (
                day, value.kpi.id, cut, part, found.met, found.of, found.unknown, number, *value.coverage, value.is_whole, restated,
                value.as_of,
            )  # fmt: skip


def _restatements(day: date, published: Iterable[Value]) -> Rows:
    for value in published:
        for number, one in enumerate(value.restated, start=1):
            yield (
                day, value.kpi.id, number, one.before.met, one.before.of, one.after.met, one.after.of, one.at, one.by, one.why,
            )  # fmt: skip


def _department(bundle: Bundle, asset_id: str) -> str:
    asset = bundle.records.assets.get(asset_id)
    return asset.department if asset else ""


def _cases(cases: Iterable[Case], bundle: Bundle) -> Rows:
    names = Names(bundle.records)
    for case in cases:
        hidden = names.hides(case.subject_kind, case.asset_id)
        yield (
            case.id, case.asset_id, _department(bundle, case.asset_id), case.concern, ", ".join(line.key for line in case.lines),
            sum(line.count for line in case.lines), case.subject_kind.value, MASK if hidden else case.subject_name,
            masked_url(case.subject_url) if hidden else case.subject_url, case.state.value, case.assignee.who.upn,
            case.assignee.role.value, len(case.unanswered), case.opened_at, case.asked_at, case.deadline, case.decided_at,
            case.decision.value if case.decision else "", case.released_at, case.released_why,
        )  # fmt: skip


def _findings(
    evaluation: Evaluation, bundle: Bundle, standings: Mapping[str, Standing], seen: Mapping[str, date], today: date
) -> Iterator[Sequence[Cell]]:
    names = Names(bundle.records)
    for finding in evaluation.findings():
        told = names.of(finding.subject, finding.asset_id)
        protected = ", ".join(dict.fromkeys(one.reference or one.code for one in finding.protections))
        yield (
            finding.id, finding.policy, finding.rule, str(standings[finding.policy].state), finding.asset_id,
            _department(bundle, finding.asset_id), told.kind.value, told.key, told.name, told.url, finding.because, protected,
            seen.get(finding.id, today),
        )  # fmt: skip


def _undecided(evaluation: Evaluation) -> Rows:
    for key, number in evaluation.unknown.items():
        policy, _, rule = key.partition("/")
        yield (policy, rule, number)


def _first_seen(tables: ReportingTables) -> Mapping[str, date]:
    """Since which day each of the findings has been among them without a gap."""
    return dict(tables.read(schema.FINDINGS).select("finding", "first_seen").iter_rows())
