"""The quarter's pack as a page that prints well, on the terminal, and for machines."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup
from rich.console import Console

from custos.jobs.quarter import Pack
from custos.jobs.trace import ClauseState, ClauseTrace
from custos.kpi.model import Sum, Unit, Value
from custos.kpi.movement import Movement
from custos.kpi.wording import NOT_APPLICABLE, NOT_MEASURED, amount, written
from custos.report.html import document
from custos.report.kpi import restatements
from custos.report.plots import line
from custos.report.screen import Listing, words
from custos.report.shapes import reports as shapes
from custos.report.trace import summary
from custos.wording import day_words, many

_UNPROVED = (ClauseState.NONE_YET, ClauseState.NOTHING)
NOT_PUBLISHED = "not published"


def page(pack: Pack) -> str:
    """As one HTML file."""
    return document(
        "quarter.html",
        pack=pack,
        value=told,
        part=part,
        parts=(*pack.departments, ""),
        plots=list(_plots(pack)),
        restated=[sentence for one in pack.movements for sentence in _restated(one)],
        exceptions=(
            ("New", pack.new),
            (f"Ending until {day_words(pack.quarter.after(2).last)}", pack.ending),
            ("Expired, and still written down", pack.expired),
        ),
        clauses=summary(pack.clauses),
        unproved=unproved(pack),
        people=[one for one in pack.clauses if one.state is ClauseState.PEOPLE],
    )


def show(pack: Pack, screen: Console) -> None:
    """Print its heart; the page holds all."""
    title = f"Information governance in {pack.quarter.name}"
    goes_on = "" if pack.over else "; the quarter goes on"
    screen.print(words((title, "bold"), f", numbers of {day_words(pack.published)}{goes_on}."), soft_wrap=True)
    for sentence in pack.documents:
        screen.print(words((sentence, "red")), soft_wrap=True)
    for sentence in (*pack.troubles, *(f"{one}." for one in pack.renamed)):
        screen.print(words((sentence, "yellow")), soft_wrap=True)
    asked = Listing(many(len(pack.decisions), "decision"), ("decision", "what it takes", "if nobody decides"))
    for one in pack.decisions:
        asked.add(one.what, one.effort, one.consequence)
    screen.print(asked)
    before, now = pack.quarter.after(-1).name, pack.quarter.name
    headings = ("KPI", "what", before, now, "movement", "what happened meanwhile", "missing to the aim")
    found = Listing("Indicators", headings)
    for moved in pack.movements:
        way = {True: "better", False: "worse", None: ""}[moved.better]
        old, new = told(moved, moved.before), told(moved, moved.now)
        found.add(
            moved.kpi.id,
            moved.kpi.name,
            old,
            new,
            f"{way} {moved.where}".strip(),
            "; ".join(moved.reasons),
            moved.wanted,
        )
    screen.print(found)
    for moved in pack.movements:
        for sentence in _restated(moved):
            screen.print(words(sentence), soft_wrap=True)
    screen.print(words(f"{summary(pack.clauses)}."), soft_wrap=True)


def as_json(pack: Pack) -> shapes.QuarterPack:
    """For machines."""
    return shapes.QuarterPack(
        quarter=pack.quarter.name,
        on=pack.on,
        over=pack.over,
        published=pack.published,
        complete=pack.coverage[0],
        libraries=pack.coverage[1],
        documents=list(pack.documents),
        troubles=list(pack.troubles),
        departments_changed=list(pack.renamed),
        decisions=[
            shapes.QuarterDecision(what=one.what, effort=one.effort, consequence=one.consequence)
            for one in pack.decisions
        ],
        indicators=[
            shapes.QuarterIndicator(
                id=one.kpi.id, before=_number(one.before), now=_number(one.now), better=one.better, where=one.where,
                wanted=one.wanted, reasons=list(one.reasons),
            )
            for one in pack.movements
        ],
        exceptions_new=[row.id for row in pack.new],
        exceptions_ending=[row.id for row in pack.ending],
        exceptions_expired=[row.id for row in pack.expired],
        schedule=list(pack.schedule) if pack.schedule_known else None,
        horizon=[shapes.QuarterComing(on=one.on, what=one.what, who=one.who) for one in pack.horizon],
        clauses_without_evidence=[one.clause.id for one in unproved(pack)],
        repeats=[
            shapes.QuarterRepeat(rule=one.rule, asset=one.asset_id, times=one.times, learn=one.link.url if one.link else "")
            for one in pack.repeats
        ],
        checkpoint=pack.chain.checkpoint,
        signed=dict(pack.chain.signed),
        broken=pack.chain.broken,
    )  # fmt: skip


def told(one: Movement, value: Value | None) -> str:
    """A value in words; what is not measured, not published or too little of the mirror says so."""
    if one.kpi.measure is None:
        return NOT_MEASURED
    if value is None:
        return NOT_PUBLISHED
    said = written(value.kpi, value.total)
    said = said if value.is_whole else f"{said} (too few libraries were read for this to count)"
    return f"{said} (restated)" if value.restated else said


def part(one: Movement, department: str) -> str:
    """The part of a department: "2 of 3"; "" where it has none."""
    found = one.now.by_department.get(department) if one.now else None
    if found is None:
        return ""
    if one.kpi.unit is Unit.RATE:
        return f"{found.met:,}"
    return f"{amount(one.kpi, found.met)} of {amount(one.kpi, found.of)}" if found.of else NOT_APPLICABLE


def unproved(pack: Pack) -> list[ClauseTrace]:
    """The clauses that something carries out, or should, without evidence in the quarter."""
    return [one for one in pack.clauses if one.state in _UNPROVED]


def _restated(one: Movement) -> Iterator[str]:
    for value in (one.before, one.now):
        if value is not None:
            yield from restatements(value)


def _plots(pack: Pack) -> Iterator[tuple[str, Markup]]:
    """A line for each indicator that has two values or more, and moved."""
    for one in pack.movements:
        points = [(day, value.total, height) for day, value in one.points if (height := _height(value)) is not None]
        if len(points) > 1 and len({height for _, _, height in points}) > 1:
            title = f"{one.kpi.id} {one.kpi.name}"
            yield title, line(title, [(day_words(day), height, _short(total, one)) for day, total, height in points])


def _height(value: Value) -> float | None:
    return value.total.rate if value.kpi.unit is Unit.RATE else value.total.share


def _short(total: Sum, one: Movement) -> str:
    if one.kpi.unit is Unit.RATE or total.share is None:
        return f"{total.met:,}"
    return f"{total.share:.1%}".replace("%", " %")


def _number(value: Value | None) -> shapes.QuarterNumber | None:
    if value is None:
        return None
    total = value.total
    return shapes.QuarterNumber(
        numerator=total.met,
        denominator=total.of,
        unknown=total.unknown,
        counts=value.is_whole,
        restated=bool(value.restated),
    )
