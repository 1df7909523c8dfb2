"""`custos kpi --json` on a simulated tenant that was read as a whole says what was worked out by hand of its planted facts, for both
councils."""

from __future__ import annotations

from pathlib import Path

import pytest

from custos.jobs import discovery
from custos.report.shapes.kpi import Kpis, KpiValue
from local_host.azurite import Azurite
from local_host.child_process import Child
from rehearsal.stack import get
from simulator.councils import policies_of
from tests.cli.test_json import read
from tests.queue_worker import read_what_is_queued
from tests.running_stack import desk, typed


@pytest.fixture(scope="module")
def wrenbridge() -> dict[str, KpiValue]:
    """What is printed of the sample council, before anything was done there."""
    return _measured("wrenbridge", policies_of(), "--scale", "0.001")


def _measured(council: str, policies: Path, *options: str) -> dict[str, KpiValue]:
    serve = ["serve", "--port", "0", "--council", council, "--no-throttling", *options]
    with Child("simulator", serve) as running, Azurite() as azurite:
        told = get(f"{running.url}/sim/environment")
        environment = {**told, **azurite.environment, "CUSTOS_POLICIES": str(policies)}
        with desk(environment) as opened:
            opened.ask(discovery.discover)
            for _ in range(4):
                opened.ask(read_what_is_queued)
        said = typed(environment, "kpi", "--json")
        assert said.code == 0, said.err + said.out[:2000]
        return {value.id: value for value in read(Kpis, said.out).values}


def counted(value: KpiValue) -> tuple[int, int]:
    return value.total.numerator, value.total.denominator


@pytest.mark.parametrize(
    ("kpi", "expected"),
    [
        ("KPI-01", (14, 17)),
        ("KPI-02", (9, 12)),
        ("KPI-03", (11, 12)),
        ("KPI-04", (19, 20)),
        ("KPI-13", (47, 114)),
        ("KPI-15", (2, 4)),
    ],
)
def test_the_worked_answers(wrenbridge: dict[str, KpiValue], kpi: str, expected: tuple[int, int]) -> None:
    """Coverage, accountability, reviews, agreements and governance of the sample council are those of the worked answers."""
    assert counted(wrenbridge[kpi]) == expected
    assert wrenbridge[kpi].counts
    assert wrenbridge[kpi].total.unknown == 0


def test_exposed_links(wrenbridge: dict[str, KpiValue]) -> None:
    """Of 76 links that anyone can open 24 are not allowed, and 8 of these are on special-category data; the parts add up."""
    value = wrenbridge["KPI-11"]
    assert (value.total.numerator, value.total.unknown) == (24, 0)
    assert sum(part.numerator for part in value.departments.values()) == 24
    owners = ("head.send@wrenbridge.example", "head.information.governance@wrenbridge.example")
    assert [value.owners[owner].numerator for owner in owners] == [2, 6]


def test_what_is_not_measured_says_so(wrenbridge: dict[str, KpiValue]) -> None:
    """What nobody measures has no value, and is never 100 %; of disposals most begin on days that nobody can know."""
    for kpi in ("KPI-06", "KPI-08"):
        assert wrenbridge[kpi].not_measured
        assert wrenbridge[kpi].total.value is None
    assert wrenbridge["KPI-07"].total.unknown > 0
