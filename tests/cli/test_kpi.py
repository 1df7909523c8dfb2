"""`custos kpi` on a governed council."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from custos.bootstrap import Custos
from custos.jobs.kpi import published, restate
from custos.kpi.model import Restated, Sum
from custos.kpi.published import TABLE, Published
from custos.records.rights import Person
from custos.report.shapes.kpi import Kpis, KpiValue
from custos.report.shapes.work import Audit
from rehearsal.operators import APPROVER, OPERATOR
from tests.cli.test_json import read
from tests.running_stack import Council

pytestmark = pytest.mark.timeout(600)


def test_every_indicator_has_a_value_or_a_reason(council: Council) -> None:
    """All fifteen are told, each with its aim, and what is not measured says what it waits for."""
    told = council.custos("kpi").out
    for number in range(1, 16):
        assert f"KPI-{number:02}" in told
    assert "14 of 17, 82.4 %" in told
    assert "not measured: Custos disposes of nothing" in told


def test_the_rows_behind_a_number_add_up(council: Council) -> None:
    """What `--explain` lists is what was counted, and no name of a file in a sensitive asset is among it."""
    told = read(Kpis, council.custos("kpi", "--explain", "KPI-11", "--json").out)
    (value,) = (value for value in told.values if value.id == "KPI-11")
    assert sum(row.numerator for row in told.rows) == value.total.numerator > 0
    assert sum(row.denominator for row in told.rows) == value.total.denominator
    sensitive = [row for row in told.rows if row.asset in ("IA-003", "IA-010") and row.numerator]
    assert sensitive
    assert {row.what for row in sensitive} == {"(name masked)"}
    assert all(row.url.endswith("/(name masked)") for row in sensitive)


def test_parts_of_the_council(council: Council) -> None:
    """Departments and owners are told by themselves, also what nobody answers for."""
    told = council.custos("kpi", "--by", "department").out
    assert "Children" in told
    assert "no asset" in told
    assert "head.revenues.benefits@wrenbridge.example" in council.custos("kpi", "--by", "owner").out


def test_a_number_explains_itself(council: Council) -> None:
    """The formula, the moment and the reasons stand above the rows; what is not measured says so."""
    told = council.custos("kpi", "--explain", "KPI-02").out
    assert "9 of 12, 75.0 %" in told
    assert "Nobody holds the post of head.send@wrenbridge.example" in told
    assert "It is not measured yet" in council.custos("kpi", "--explain", "KPI-08").out


def test_a_day_is_published_once(council: Council) -> None:
    """The timer publishes the day's values; when it fires again they stand as they were, and `--on` tells them."""
    day = council.ask(_today)
    council.fire("measure_kpis")
    first = council.custos("kpi", "--on", day, "--json").out
    council.stage.act("upload", at="/sites/revs-bens/Letters", name="Another day.docx")
    council.fire("measure_kpis")
    assert council.custos("kpi", "--on", day, "--json").out == first
    told = read(Kpis, first)
    assert [value.id for value in told.values if value.total.denominator]
    assert "KPI-01" in council.custos("kpi", "--on", day, "--by", "department").out


def test_a_restated_value_keeps_what_it_was(council: Council) -> None:
    """The old value, the new one, who said so and why stand beside each other, and in the audit; the parts stay as they were."""
    day = council.ask(_today)
    council.fire("measure_kpis")
    before = _value(council.custos("kpi", "--on", day, "--json").out, "KPI-01")
    typed = ("kpi", "--restate", "KPI-01", "--on", day, "--as", APPROVER)
    for half in ((), ("--value", "15/17"), ("--why", "one site was counted twice")):
        refused = council.custos(*typed, *half)
        assert refused.code == 2
        assert "the reason are needed" in refused.err
    assert council.custos(*typed, "--value", "18/17", "--why", "no share").code == 2
    said = council.custos(*typed, "--value", "15/17", "--why", "one site was counted twice")
    assert said.code == 0, said.err
    assert "was published as 14 of 17, 82.4 % and restated as 15 of 17, 88.2 %" in said.out
    after = _value(council.custos("kpi", "--on", day, "--json").out, "KPI-01")
    assert (after.total.numerator, after.total.denominator) == (15, 17)
    assert [(one.before.numerator, one.after.numerator, one.why) for one in after.restated] == [
        (14, 15, "one site was counted twice")
    ]
    assert after.departments == before.departments
    assert "one site was counted twice" in council.custos("kpi", "--on", day).out
    shown = read(Audit, council.custos("audit", "show", "--json", "--last", "5").out).shown
    (event,) = (one for one in shown if one.what == "indicator:restated")
    assert event.by == APPROVER
    council.custos(*typed, "--value", "14/17", "--why", "it was right")
    again = _value(council.custos("kpi", "--on", day, "--json").out, "KPI-01")
    assert [one.after.numerator for one in again.restated] == [15, 14]


def test_a_lost_race_says_what_came_of_it(council: Council) -> None:
    """Of two people who restate at once one does: the other's intent stands in the audit with its outcome, and no event says more."""
    council.fire("measure_kpis")
    before = _events(council)

    async def race(app: Custos) -> list[object]:
        by = Person(upn=APPROVER, id="1")
        both = (restate(app, app.today(), "KPI-04", (number, 20), by=by, why="counted again") for number in (17, 18))
        return list(await asyncio.gather(*both, return_exceptions=True))

    ended = council.ask(race)
    assert sorted(type(one).__name__ for one in ended) == ["BadInput", "Value"]
    assert _events(council) - before == {
        "indicator:restating": 2,
        "indicator:restated": 1,
        "indicator:not_restated": 1,
    }


def test_a_restatement_whose_author_died_is_recorded(council: Council) -> None:
    """Kept, and not yet in the audit: the timer writes its event, once."""
    council.fire("measure_kpis")

    async def kept(app: Custos) -> None:
        (value,) = (one for one in await published(app.account, app.today()) if one.kpi.id == "KPI-03")
        after = Sum(met=1, of=12)
        made = Restated(before=value.total, after=after, at=app.clock.now(), by=APPROVER, why="half", audited=False)
        await Published(app.account.rows(TABLE)).restate(app.today(), value, made)

    council.ask(kept)
    before = _events(council)
    council.fire("measure_kpis")
    council.fire("measure_kpis")
    assert _events(council)["indicator:restated"] - before["indicator:restated"] == 1


def _events(council: Council) -> Counter[str]:
    shown = read(Audit, council.custos("audit", "show", "--json", "--last", "100000").out).shown
    return Counter(one.what for one in shown)


def test_not_everybody_restates(council: Council) -> None:
    """Whoever runs the platform may not say that a published number was wrong."""
    day = council.ask(_today)
    council.fire("measure_kpis")
    typed = ("kpi", "--restate", "KPI-02", "--on", day, "--value", "12/12", "--why", "it looks better")
    refused = council.custos(*typed, "--as", OPERATOR)
    assert refused.code == 2
    assert "may not restate an indicator that was published" in refused.err


def _value(text: str, kpi: str) -> KpiValue:
    (found,) = (value for value in read(Kpis, text).values if value.id == kpi)
    return found


def test_a_day_without_values_is_told(council: Council) -> None:
    """A day on which nothing was published has no number at all, and rows are not kept for any day."""
    refused = council.custos("kpi", "--on", "2024-02-29")
    assert refused.code == 2
    assert "No indicators were published on 29 February 2024." in refused.err
    assert council.custos("kpi", "--on", "2024-02-29", "--explain", "KPI-01").code == 2


async def _today(app: Custos) -> str:
    return app.clock.now().astimezone(app.zone).date().isoformat()
