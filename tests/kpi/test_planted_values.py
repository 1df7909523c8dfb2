"""The sample council's indicators come out as worked out by hand, as at 22 November 2026."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache

import pytest

from custos.kpi.catalogue import BY_ID, values
from custos.kpi.inputs import Inputs
from custos.kpi.model import Value
from tests.engine.inventory_builder import NOW
from tests.engine.planted_inventory import wrenbridge
from tests.policy.policies import shipped


@cache
def council() -> dict[str, Value]:
    """Every value by its id."""
    return {value.kpi.id: value for value in values(Inputs(shipped(), wrenbridge().facts(), NOW))}


@pytest.mark.parametrize(
    ("kpi", "met", "of"),
    [
        ("KPI-01", 14, 17),
        ("KPI-02", 9, 12),
        ("KPI-03", 11, 12),
        ("KPI-04", 19, 20),
        ("KPI-13", 47, 114),
    ],
)
def test_the_worked_answers(kpi: str, met: int, of: int) -> None:
    """Numerator and denominator of each are those of the worked answer."""
    assert (council()[kpi].total.met, council()[kpi].total.of) == (met, of)


def test_exposed_links_by_asset() -> None:
    """24 links are exposed: those that a class allows or an exception covers are not among them; 8 are on special-category data."""
    exposed = Counter(row.asset_id for row in council()["KPI-11"].rows for _ in range(row.met))
    assert exposed == {"IA-003": 2, "IA-004": 2, "IA-005": 3, "IA-008": 1, "IA-010": 6, "IA-011": 1, "IA-012": 7, "": 2}


def test_what_is_not_in_place_says_why() -> None:
    """Vacant, its own steward, no steward: the three assets whose accountability is not in place, each with its reason."""
    rows = {row.asset_id: row.why for row in council()["KPI-02"].rows if not row.met}
    assert rows.keys() == {"IA-003", "IA-007", "IA-010"}
    assert "Nobody holds the post" in rows["IA-003"]
    assert "steward" in rows["IA-007"]
    assert rows["IA-010"] == "No steward is named."


def test_an_exception_past_its_end_makes_governance_red() -> None:
    """EX-03 has expired and is still written down, and the council's own policy should have been reviewed in 2023."""
    late = [row.subject for row in council()["KPI-15"].rows if not row.met]
    assert late == ["document GD-01 Information Management Policy", "exception EX-03"]
    assert (council()["KPI-15"].total.met, council()["KPI-15"].total.of) == (2, 4)


def test_departments_and_owners_add_up_to_the_council() -> None:
    """Whichever way a value is cut, its parts are the whole."""
    for value in council().values():
        for parts in (value.by_department, value.by_owner):
            assert sum(part.met for part in parts.values()) == value.total.met
            assert sum(part.of for part in parts.values()) == value.total.of


def test_nothing_to_count_is_not_a_hundred_per_cent() -> None:
    """A denominator of 0 has no share, and what is not measured says what it waits for."""
    for kpi in ("KPI-06", "KPI-08"):
        assert council()[kpi].total.share is None
        assert BY_ID[kpi].missing
    assert council()["KPI-14"].total.share is None


def test_a_mirror_half_read_does_not_count() -> None:
    """With fewer than 95 % of the libraries read, what rests on the mirror does not count; what rests on the registers does."""
    inventory = wrenbridge()
    for state in inventory.rows["states"][:6]:
        state["state"] = "incomplete"
    half = {value.kpi.id: value for value in values(Inputs(shipped(), inventory.facts(), NOW))}
    assert half["KPI-05"].coverage == (59, 65)
    assert not half["KPI-05"].is_whole
    assert half["KPI-03"].is_whole


def test_without_entra_nobody_is_said_to_be_in_place() -> None:
    """Who can sign in is unknown then: those of whom the register says nothing bad are neither met nor missed."""
    (value,) = (
        value
        for value in values(replace(Inputs(shipped(), wrenbridge().facts(), NOW), strangers=None))
        if value.kpi.id == "KPI-02"
    )
    assert (value.total.met, value.total.of, value.total.unknown) == (0, 3, 9)
