"""Numbers that a Senior Information Risk Owner recounted by hand and found wrong: each stays right."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from custos.kpi.decisions import repair_time, timeliness
from custos.kpi.inputs import Inputs
from custos.kpi.labels import stale_burden
from custos.kpi.model import added
from custos.kpi.registers import accountability
from custos.kpi.sharing import exposed_links
from custos.notices.assignment import Role
from custos.notices.model import TAKEN_BACK, Case, CaseState, Contact, Unanswered, Verb
from custos.records.remark import Matter, Remark
from tests.engine.inventory_builder import NOW, Inventory, day
from tests.notices.test_cards import case, line
from tests.policy.policies import shipped

SITE = "sites/housing-tenancy"


def inputs(inventory: Inventory | None = None, **known: Any) -> Inputs:
    return Inputs(shipped(), (inventory or Inventory()).facts(), NOW, **known)


def test_a_link_that_has_ended_is_not_exposed() -> None:
    """Of three links one has ended, one will, and one has no end: two are exposed, and each says until when."""
    inventory = Inventory()
    inventory.site(SITE)
    library = inventory.library(SITE, "Repairs correspondence")
    for number, expires in enumerate(("2026-11-01", "2027-01-31", None)):
        inventory.file(library, f"f{number}", shared_scope="anonymous", permissions_read_at=day("2026-11-22"))
        ends = {"has_expiry": expires is not None, "expires": day(expires) if expires else None}
        inventory.link(library, f"f{number}", f"l{number}", **ends)
    rows = [row for row in exposed_links(inputs(inventory)) if row.met]
    assert sorted(row.why for row in rows) == ["It has no end.", "It works until 2027-01-31."]


@pytest.mark.parametrize(("family", "counts"), [("stale", 0), ("sharing", 1000)])
def test_a_site_that_is_kept_takes_its_libraries_out(family: str, counts: int) -> None:
    """Kept by an answer about quiet content, a whole site is no burden; an answer about its sharing changes nothing of that."""
    inventory = Inventory()
    inventory.site(SITE)
    library = inventory.library(SITE, "Repairs correspondence")
    old = day("2020-01-01")
    inventory.file(library, "old", created=old, modified=old, client_modified=old)
    kept = case(1, replace(line(), family=family))
    kept = replace(
        kept, site_id=SITE, drive_id="", decision=Verb.KEEP, decided_at=NOW, keep_until=NOW + timedelta(days=300)
    )
    assert added(stale_burden(inputs(inventory, cases=[kept]))).met == counts
    assert added(stale_burden(inputs(inventory))).met == 1000


def _gone(upn: str, role: str) -> Remark:
    asset = shipped().records.assets["IA-005"]
    said = f"IA-005 names {upn} as {role}, whose account is switched off."
    return Remark(matter=Matter.NO_ACCOUNT, reference="IA-005", asset_id="IA-005", sentence=said, mark=asset.mark)


@pytest.mark.parametrize(
    ("upn", "role", "met"),
    [
        ("strategic.director.housing@wrenbridge.example", "who stands in after them", 1),
        ("director.housing@wrenbridge.example", "Information Asset Owner", 0),
        ("housing.systems.officer@wrenbridge.example", "data steward", 0),
    ],
)
def test_only_owner_and_steward_are_looked_at(upn: str, role: str, met: int) -> None:
    """Whoever stands in after the owner is not the owner, however alike their addresses."""
    (row,) = (row for row in accountability(inputs(strangers=[_gone(upn, role)])) if row.asset_id == "IA-005")
    assert row.met == met


def due(on: date, **changes: Any) -> Case:
    """A question that is due at the end of a day."""
    deadline = datetime(on.year, on.month, on.day, 23, 59, tzinfo=NOW.tzinfo)
    return replace(case(1), state=CaseState.TOLD, asked_at=NOW, deadline=deadline, **changes)


def test_a_question_is_counted_once() -> None:
    """A question of which a part was answered is one question, and late until all of it is; one that fell away is none."""
    late, on_time = date(2026, 11, 10), datetime(2026, 11, 9, 12, tzinfo=NOW.tzinfo)
    part = replace(due(late, decided_at=on_time), id="part")
    whole = replace(due(late), id="whole", parts=("part",))
    gone = replace(due(late), id="gone", released_at=on_time, state=CaseState.RELEASED)
    today = replace(due(NOW.date()), id="today")
    asked = [part, whole, gone, today]
    assert (added(timeliness(inputs(cases=asked))).met, added(timeliness(inputs(cases=asked))).of) == (0, 1)
    answered = replace(whole, decided_at=on_time)
    assert added(timeliness(inputs(cases=[part, answered]))).met == 1


def test_what_went_up_the_line_was_late() -> None:
    """An answer from higher up does not make the first one timely."""
    who = Contact(user_id="1", upn="a@wrenbridge.example", name="A", mail="")
    silent = Unanswered(who=who, role=Role.IAO, asked_on=date(2026, 10, 26), due_on=date(2026, 11, 9))
    escalated = due(date(2026, 11, 20), unanswered=(silent,), decided_at=datetime(2026, 11, 16, tzinfo=NOW.tzinfo))
    (row,) = timeliness(inputs(cases=[escalated]))
    assert (row.met, row.of) == (0, 1)


def test_a_link_that_could_not_be_read_is_not_taken_for_none() -> None:
    """A link whose scope is not known is told as unknown: it is neither exposed nor in order."""
    inventory = Inventory()
    inventory.site(SITE)
    library = inventory.library(SITE, "Repairs correspondence")
    inventory.file(library, "odd", shared_scope="anonymous", permissions_read_at=day("2026-11-22"))
    inventory.link(library, "odd", "l1", scope=None)
    total = added(exposed_links(inputs(inventory)))
    assert (total.met, total.unknown) == (0, 1)


def test_a_library_whose_activity_is_not_known_is_no_library_in_use() -> None:
    """Of a library that was not read to its end nobody can tell when somebody last worked there: its bytes are unknown."""
    inventory = Inventory()
    inventory.site(SITE)
    library = inventory.library(SITE, "Repairs correspondence", state="incomplete")
    old = day("2020-01-01")
    inventory.file(library, "old", created=old, modified=old, client_modified=old)
    total = added(stale_burden(inputs(inventory)))
    assert (total.met, total.of) == (0, 0)
    assert total.unknown > 0


@pytest.mark.parametrize(
    ("opened", "released", "why", "row"),
    [
        ("2026-11-09", "2026-11-16", "", (1, 1)),  # five working days: in time
        ("2026-11-09", "2026-11-17", "", (0, 1)),  # six
        ("2026-11-13", "", "", (0, 1)),  # still open after six
        ("2026-11-17", "", "", None),  # open, and it may be for some days more
        ("2026-06-01", "2026-09-30", "", None),  # it ended in the quarter before
        ("2026-11-09", "2026-11-16", TAKEN_BACK, None),  # the question is asked again
    ],
)
def test_repair_time_counts_what_is_open_as_well(
    opened: str, released: str, why: str, row: tuple[int, int] | None
) -> None:
    """A finding of sharing that is still there counts as soon as it is too old; one that was never repaired is not left out."""
    asked = case(1, replace(line(), family="sharing"), opened_at=day(opened))
    if released:
        asked = replace(asked, state=CaseState.RELEASED, released_at=day(released), released_why=why)
    found = list(repair_time(replace(inputs(), now=day("2026-11-23"), cases=[asked])))
    assert [(one.met, one.of) for one in found] == ([row] if row else [])


def test_a_question_about_something_else_is_no_repair_of_sharing() -> None:
    """Quiet content may take its time."""
    assert not list(repair_time(inputs(cases=[case(1, replace(line(), family="stale"), opened_at=day("2026-10-01"))])))
