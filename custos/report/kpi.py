"""Indicators: for people and for machines. Names of files in sensitive assets are masked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console

from custos.kpi.model import Counted, Sum, Unit, Value
from custos.kpi.wording import written
from custos.masking import MASK, Names, masked_url
from custos.model.policy import Bundle
from custos.report.screen import Listing, words
from custos.report.shapes import kpi as shapes
from custos.report.wording import when
from custos.wording import day_words, many

_NOBODY = "no asset"


def show(values: Sequence[Value], screen: Console, *, by: str) -> None:
    """Print the table of all, or of the parts of each (`by`: department, owner)."""
    if by:
        _parts(values, screen, by)
    else:
        _all(values, screen)
    for value in values:
        for sentence in restatements(value):
            screen.print(words(sentence), soft_wrap=True)
        if not value.is_whole:
            complete, expected = value.coverage
            screen.print(
                words((f"{value.kpi.id} is of {complete} of {expected} libraries: too few to count.", "bold yellow"))
            )


def explain(value: Value, bundle: Bundle, screen: Console, *, names: bool) -> None:
    """Print what one indicator counts, and every row behind its number: those that need attention first."""
    kpi = value.kpi
    screen.print(words((f"{kpi.id} {kpi.name}", "bold"), f": {written(kpi, value.total)}; aim: {kpi.target}"))
    screen.print(f"Counted: {kpi.formula}.")
    if kpi.measure is None:
        screen.print(f"It is not measured yet: {kpi.missing}.")
        return
    complete, expected = value.coverage
    screen.print(f"As at {when(value.as_of)}; {complete} of {expected} libraries read.")
    found = Listing(many(len(value.rows), "row"), ("what", "asset", "counts", "of", "why"), numbers=("counts", "of"))
    for row in sorted(value.rows, key=lambda row: (row.met == row.of, row.asset_id, row.subject)):
        subject, url = named_row(row, bundle, names=names)
        told = f"{subject} {url}".strip() if url and subject not in url else url or subject
        found.add(told, row.asset_id or "none", f"{row.met:,}", f"{row.of:,}", _why(row))
    screen.print(found)


def as_json(values: Sequence[Value], bundle: Bundle, *, rows_of: str, names: bool) -> shapes.Kpis:
    """All for machines, with the rows of the one that is explained."""
    first = values[0]
    return shapes.Kpis(
        as_of=first.as_of,
        complete=first.coverage[0],
        libraries=first.coverage[1],
        values=[_value(value) for value in values],
        rows=[_row(row, bundle, names=names) for value in values for row in value.rows if value.kpi.id == rows_of],
    )


def _all(values: Sequence[Value], screen: Console) -> None:
    title = f"Indicators as at {when(values[0].as_of)}" if values else ""
    found = Listing(title, ("KPI", "what", "value", "aim"))
    for value in values:
        kpi = value.kpi
        told = written(kpi, value.total)
        found.add(kpi.id, kpi.name, f"{told}: {kpi.missing}" if kpi.missing else told, kpi.target)
    screen.print(found)


def _parts(values: Sequence[Value], screen: Console, by: str) -> None:
    found = Listing(f"Indicators by {by}", ("KPI", "what", by, "value"))
    for value in values:
        for name, total in _parts_of(value, by).items():
            found.add(value.kpi.id, value.kpi.name, name or _NOBODY, written(value.kpi, total))
    screen.print(found)


def _parts_of(value: Value, by: str) -> Mapping[str, Sum]:
    return value.by_department if by == "department" else value.by_owner


def _why(row: Counted) -> str:
    return f"{row.why} {row.unknown:,} unknown." if row.unknown else row.why


def restatements(value: Value) -> Iterator[str]:
    """A sentence for each time that a published value was put right."""
    for one in value.restated:
        was, now = written(value.kpi, one.before), written(value.kpi, one.after)
        yield f"{value.kpi.id} was published as {was} and restated as {now} on {day_words(one.at)} by {one.by}: {one.why}"


def named_row(row: Counted, bundle: Bundle, *, names: bool) -> tuple[str, str]:
    """Name and address as they may be told."""
    if row.kind is None or not Names(bundle.records, shown=names).hides(row.kind, row.asset_id):
        return row.subject, row.url
    return MASK, masked_url(row.url)


def _sum(total: Sum, unit: Unit) -> shapes.KpiSum:
    return shapes.KpiSum(
        numerator=total.met,
        denominator=total.of,
        unknown=total.unknown,
        value=total.rate if unit is Unit.RATE else total.share,
    )


def _value(value: Value) -> shapes.KpiValue:
    kpi = value.kpi
    return shapes.KpiValue(
        id=kpi.id,
        name=kpi.name,
        formula=kpi.formula,
        target=kpi.target,
        unit=kpi.unit.value,
        measured=kpi.measure is not None,
        not_measured=kpi.missing,
        counts=value.is_whole,
        total=_sum(value.total, kpi.unit),
        departments={name: _sum(total, kpi.unit) for name, total in value.by_department.items()},
        owners={name: _sum(total, kpi.unit) for name, total in value.by_owner.items()},
        restated=[
            shapes.KpiRestated(
                before=_sum(one.before, kpi.unit), after=_sum(one.after, kpi.unit), at=one.at, by=one.by, why=one.why
            )
            for one in value.restated
        ],
    )


def _row(row: Counted, bundle: Bundle, *, names: bool) -> shapes.KpiRow:
    subject, url = named_row(row, bundle, names=names)
    return shapes.KpiRow(
        what=subject,
        asset=row.asset_id,
        url=url,
        numerator=row.met,
        denominator=row.of,
        unknown=row.unknown,
        why=row.why,
    )
