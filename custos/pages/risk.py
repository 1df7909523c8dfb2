"""*Information risk*: the page of the Senior Information Risk Owner, for twenty minutes a quarter: five numbers and a list.

The figures are those that were published for the day (`custos.kpi.published`), so that the same question has the same answer until the
next morning; what is not measured says so. What waits for a decision is as it is at this moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from custos.kpi.catalogue import BY_ID
from custos.kpi.model import Unit, Value
from custos.kpi.wording import amount, written
from custos.notices.assignment import ROLE_WORDS
from custos.notices.cards import where
from custos.notices.deadlines import is_overdue
from custos.notices.model import Case, CaseState
from custos.notices.wording import clean
from custos.pages.http import Reply, Request
from custos.pages.question_view import asset_words
from custos.pages.visit import Visit
from custos.records.model import Records
from custos.report.plots import Bar, bars
from custos.wording import day_words

PLACE = "risk"
_HEADLINES = ("KPI-02", "KPI-11", "KPI-07")
"""The indicators that stand at the top."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One of the five: what it counts, the value in words, what stands beside it. `grey`: it is not, or not wholly, known."""

    name: str
    value: str
    beside: str
    grey: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision that the group is asked for: about what, of which asset, and who did not give it."""

    about: str
    asset: str
    facts: str
    silent: str


async def show(visit: Visit, _request: Request) -> Reply:
    """The page, for who sees the council as a whole."""
    if not visit.sees_the_council:
        return visit.council_only()
    cases = [stored.case for stored in await visit.sources.book.all()]
    published = await visit.sources.published()
    values = {value.kpi.id: value for value in published.values} if published else {}
    return visit.page(
        "risk.html",
        place=PLACE,
        on=published.day if published else None,
        coverage=_coverage(list(values.values())),
        numbers=list(_numbers(values, published.before if published else {}, cases, visit)),
        decisions=[_decision(case) for case in cases if case.state is CaseState.DUE],
        risks=list(_risks(visit.records, visit.today)),
        gaps=list(_gaps(cases)),
        plot=_plot(values.get("KPI-02")),
        rows=[
            (value.kpi.id, value.kpi.name, written(value.kpi, value.total), value.kpi.target, not value.is_whole)
            for value in values.values()
        ],
    )


def _numbers(
    values: Mapping[str, Value], before: Mapping[str, Value], cases: Sequence[Case], visit: Visit
) -> Iterator[Number]:
    for kpi_id in _HEADLINES:
        yield _headline(kpi_id, values.get(kpi_id), before.get(kpi_id))
    late = [case for case in cases if is_overdue(case, visit.sources.now)]
    mine = sum(case.assignee.user_id == visit.person.id for case in late)
    yield Number(name="Decisions past their date", value=f"{len(late):,}", beside=f"{mine:,} with you")
    unasked = sum(case.state.is_open and not case.assignee.user_id for case in cases)
    beside = "the register has a gap" if unasked else "everything has somebody"
    yield Number(name="Questions that nobody can be asked", value=f"{unasked:,}", beside=beside)


def _headline(kpi_id: str, value: Value | None, before: Value | None) -> Number:
    kpi = BY_ID[kpi_id]
    if kpi.measure is None:
        return Number(name=kpi.name, value="Not measured", beside=kpi.missing, grey=True)
    if value is None:
        return Number(name=kpi.name, value="Not measured yet", beside="it is published every morning", grey=True)
    total = value.total
    shown = f"{total.met:,}" if kpi.unit is Unit.RATE else f"{amount(kpi, total.met)} of {amount(kpi, total.of)}"
    beside = f"Aim: {kpi.target}{_moved(value, before)}"
    if total.unknown:
        beside = f"{total.unknown:,} more not known; {beside}"
    return Number(name=kpi.name, value=shown, beside=beside, grey=not value.is_whole)


def _moved(value: Value, before: Value | None) -> str:
    """Since the beginning of the quarter, where that was published."""
    if before is None or before.total.met == value.total.met:
        return "" if before is None else f"; unchanged since {day_words(before.as_of)}"
    by = value.total.met - before.total.met
    return f"; {'up' if by > 0 else 'down'} {abs(by):,} since {day_words(before.as_of)}"


def _coverage(values: Sequence[Value]) -> str:
    complete, expected = values[0].coverage if values else (0, 0)
    return f"{complete:,} of {expected:,} libraries read" if values else ""


def _decision(case: Case) -> Decision:
    silent = [f"{clean(one.who.name)}, {ROLE_WORDS[one.role]}, by {day_words(one.due_on)}" for one in case.unanswered]
    facts = "; ".join(f"{clean(line.title, 120)}: {line.count:,}" for line in case.lines)
    return Decision(about=where(case, plain=True), asset=asset_words(case), facts=facts, silent="; then ".join(silent))


def _risks(records: Records, today: date) -> Iterator[tuple[str, str]]:
    """Risks that were accepted: exceptions, those that have expired and still stand in the register as well."""
    for row in sorted(records.exemptions, key=lambda one: one.expires):
        ended = "EXPIRED on" if row.expires < today else "until"
        by = f", accepted by {clean(row.approved_by)}" if row.approved_by else ""
        asset = f"{row.asset_id}: " if row.asset_id else ""
        yield row.id, f"{asset}{clean(row.reason, 200)}, {ended} {day_words(row.expires)}{by}"


def _gaps(cases: Sequence[Case]) -> Iterator[str]:
    """What nobody can be asked about, and why, each said once."""
    unasked = (case for case in cases if case.state.is_open and not case.assignee.user_id)
    yield from dict.fromkeys(clean(case.assignee.because, 300) for case in unasked)


def _plot(value: Value | None) -> Markup:
    """Accountability by department, where it was measured."""
    if value is None or not value.by_department:
        return Markup("")
    rows = [
        Bar(
            label=clean(name, 30) or "No asset",
            value=part.share or 0.0,
            said=f"{part.met:,} of {part.of:,}",
            bad=part.met < part.of,
        )
        for name, part in value.by_department.items()
    ]
    return bars("Assets with accountability in place, by department", rows)
