"""`custos report`: pages for people who decide."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from custos.bootstrap import Custos
from custos.jobs.quarter_reasons import Between, between
from custos.kpi.quarters import quarter_of
from custos.model.state import State
from custos.policy import load
from custos.report.shapes.reports import FirstLook, QuarterPack
from rehearsal.promotion import REFERENCE
from tests.cli.test_json import read
from tests.running_stack import Council

pytestmark = pytest.mark.timeout(600)


def test_the_first_look_on_the_terminal_and_for_machines(council: Council) -> None:
    """The council's overdue policy first, what is held by whom, and that nothing was written where Custos has no such right."""
    told = council.custos("report", "first-look").out
    assert told.startswith("Information Management Policy, version 2.2, was due for review on 30 September 2023")
    assert "libraries on" in told
    assert "3 sites that nobody has claimed" in told
    look = read(FirstLook, council.custos("report", "first-look", "--json").out)
    assert len(look.things) == 10
    assert {one.asset for one in look.holdings} >= {f"IA-{number:03}" for number in range(1, 13)}


def test_the_first_look_as_a_page(council: Council, tmp_path: Path) -> None:
    """One file that needs nothing beside it; a file that is there stays as it is."""
    page = tmp_path / "first-look.html"
    assert "The page is in" in council.custos("report", "first-look", "--to", str(page)).out
    told = page.read_text("utf-8")
    assert "<svg" in told
    assert "http://" not in told
    assert "src=" not in told
    refused = council.custos("report", "first-look", "--to", str(page))
    assert refused.code == 2
    assert "Name a file that is not there yet." in refused.err
    assert page.read_text("utf-8") == told


def test_a_quarter_for_the_group(council: Council) -> None:
    """Decisions, all fifteen indicators, exceptions, what comes, clauses without evidence, and who vouches for the audit."""
    name = council.ask(_quarter)
    council.fire("measure_kpis")
    pack = read(QuarterPack, council.custos("report", "quarter", name, "--json").out)
    assert [one.id for one in pack.indicators] == [f"KPI-{number:02}" for number in range(1, 16)]
    assert pack.decisions[0].what == "Review Information Management Policy, version 2.2."
    assert any(one.what.startswith("Renew or end EX-03") for one in pack.decisions)
    assert pack.exceptions_expired == ["EX-03"]
    assert "EX-02" in pack.exceptions_ending
    assert [one.on for one in pack.horizon] == sorted(one.on for one in pack.horizon)
    assert not pack.broken
    (measured,) = (one for one in pack.indicators if one.id == "KPI-01")
    assert measured.now is not None
    assert (measured.now.numerator, measured.now.denominator) == (14, 17)
    (unmeasured,) = (one for one in pack.indicators if one.id == "KPI-08")
    assert unmeasured.now is None
    told = council.custos("report", "quarter", name).out
    assert "not measured" in told
    assert "EX-03" in told


def test_a_quarter_asked_for_twice_has_the_same_numbers(council: Council, tmp_path: Path) -> None:
    """What was published stays: a file that somebody uploads in between changes nothing in it."""
    name = council.ask(_quarter)
    council.fire("measure_kpis")
    first = read(QuarterPack, council.custos("report", "quarter", name, "--json").out)
    council.stage.act("upload", at="/sites/revs-bens/Letters", name="After the quarter's numbers.docx")
    council.custos("report", "quarter", name, "--to", str(tmp_path / "quarter.html"))
    again = read(QuarterPack, council.custos("report", "quarter", name, "--json").out)
    assert again.indicators == first.indicators
    page = (tmp_path / "quarter.html").read_text("utf-8")
    assert "14 of 17, 82.4 %" in page
    assert "not measured" in page
    assert "no witness is named" in page
    assert "src=" not in page


def test_what_happened_meanwhile_is_read_from_the_audit(council: Council, governed: str) -> None:
    """Writes by rule, policies that went further and the files at both ends, up to the moment of the numbers and not after it."""
    council.quiet()

    async def meanwhile(app: Custos) -> tuple[Between, Between]:
        now = app.clock.now()
        quarter = quarter_of(app.today())
        early = await between(app, quarter, app.today(), now - timedelta(days=400))
        return early, await between(app, quarter, app.today(), now)

    early, found = council.ask(meanwhile)
    assert sum(found.writes.values()) > 0
    assert all(policy and rule for policy, rule in found.writes)
    assert "sharing-sensitive-links" in found.moved
    assert found.first is not None
    assert found.counted is not None
    assert (early.writes, early.moved) == ({}, {})


def test_a_promotion_leaves_its_minute(council: Council, governed: str) -> None:
    """What the group's minute let go further says so in its own file, as after `custos minute`; a pilot needs none."""
    files = load(council.stage.policies)
    enforced = [policy for policy in files.policies.values() if policy.state is State.ENFORCE]
    assert enforced
    assert {policy.cig_ref for policy in enforced} == {REFERENCE}
    assert not any(policy.cig_ref for policy in files.policies.values() if policy.state is State.PILOT)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("quarter",), "Say which quarter."),
        (("quarter", "2026-Q5"), "Write it as 2026-Q3."),
        (("first-look", "2026-Q3"), "A first look is of today"),
        (("quarter", "2019-Q1"), "No indicators were published in 2019-Q1."),
        (("quarter", "2190-Q1"), "2190-Q1 has not begun."),
    ],
)
def test_a_quarter_that_cannot_be_told(council: Council, typed: tuple[str, ...], said: str) -> None:
    """One sentence, and what to write; a quarter without numbers is not one in order."""
    refused = council.custos("report", *typed)
    assert refused.code == 2
    assert said in refused.err


async def _quarter(app: Custos) -> str:
    return quarter_of(app.clock.now().astimezone(app.zone).date()).name
