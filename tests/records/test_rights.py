"""Who may do what stands in one table, goes by the council's own posts, and says where nobody may."""

from __future__ import annotations

from datetime import date

import pytest

from custos.errors import Mark
from custos.model.approval_rules import ReferenceForm
from custos.records.model import USUAL_TITLES, Post
from custos.records.rights import USUAL, Person, Right, Rights
from custos.records.roles import GOVERNANCE, OPERATOR, RECORDS_MANAGER, SIRO

TODAY = date(2026, 11, 23)
RIGHTS = Rights(titles=USUAL_TITLES)


def post(role: str, until: date | None = None) -> Post:
    upn = "somebody@wrenbridge.example"
    return Post(
        upn=upn,
        role=role,
        department="Corporate",
        manager="",
        valid_from=date(2022, 4, 1),
        valid_to=until,
        mark=Mark("x"),
    )


def person(*posts: Post) -> Person:
    return Person(id="1", upn="somebody@wrenbridge.example", posts=posts)


@pytest.mark.parametrize("spelling", ["Senior Information Risk Officer", "SENIOR INFORMATION  RISK OWNER", "siro"])
def test_a_role_is_found_whatever_the_post_is_called(spelling: str) -> None:
    """Councils write Owner or Officer, in any case: it is the same role."""
    assert RIGHTS.roles_of(person(post(spelling)), TODAY) == {SIRO}
    assert RIGHTS.may(person(post(spelling)), Right.ENFORCE, TODAY)


def test_rights_end_with_the_post() -> None:
    """Whoever left the post yesterday may nothing today."""
    left = person(post("SIRO", until=date(2026, 11, 22)))
    assert RIGHTS.may(left, Right.ENFORCE, date(2026, 11, 22))
    assert RIGHTS.of(left, TODAY) == frozenset()


def test_nobody_without_a_post_may_anything() -> None:
    """A colleague without a post in the register, and a guest, may look and nothing else."""
    assert RIGHTS.of(person(), TODAY) == frozenset()
    assert RIGHTS.of(person(post("Head of HR")), TODAY) == frozenset()


def test_whoever_runs_the_platform_approves_nothing() -> None:
    """By default an operator applies, undoes and stops; letting policies act, runs go over and writes go on is for others."""
    able = RIGHTS.of(person(post("Platform Engineer")), TODAY)
    assert able == {Right.OPERATE, Right.UNDO, Right.CLOSE_INCIDENTS, Right.STOP}


def test_whoever_may_anything_may_stop() -> None:
    """Stopping is the widest right, starting is not the same set, and approving is not the set that starts."""
    assert USUAL[Right.STOP] == frozenset().union(*USUAL.values())
    assert USUAL[Right.START] not in (USUAL[Right.STOP], USUAL[Right.ENFORCE])
    assert OPERATOR not in USUAL[Right.START]


def test_nobody_has_an_id_like_nobody() -> None:
    """Who cannot be told is the same as nobody, least of all as somebody else who cannot be told."""
    assert not Person(id="", upn="").is_same("")
    assert person().is_same("1")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("CIG-2026-014", ""),
        (" cig-2025-001 ", ""),
        ("", "None is given"),
        (".", "does not look like CIG-2026-014"),
        ("made up", "does not look like"),
        ("CIG-2026-14", "does not look like"),
        ("CIG-2026-014; yes", "does not look like"),
        ("CIG-1999-014", "not of 2025 or 2026"),
        ("CIG-2027-014", "not of 2025 or 2026"),
        ("CIG-２０２６-014", "does not look like"),
    ],
)
def test_a_reference_has_a_form(written: str, said: str) -> None:
    """A minute of the Corporate Information Group looks like the example in the settings, and is of this year or the last."""
    told = ReferenceForm("CIG-2026-014").against(written, TODAY)
    assert said in told
    assert bool(told) is bool(said)


def test_a_council_shows_its_own_form() -> None:
    """Whatever a council writes in its minutes can be the example."""
    form = ReferenceForm("IGB 3/2026 item 12")
    assert form.against("IGB 4/2026 item 07", TODAY) == ""
    assert form.against("IGB 4/2026 item 7", TODAY)
    assert not ReferenceForm("whatever").is_sound
    assert not ReferenceForm("“IGB 3/2026”").is_sound


@pytest.mark.parametrize(
    ("example", "next_one"),
    [("IGB/0042", "IGB/0043"), ("IGB/26-27/0001", "IGB/26-27/0002"), ("DR 1234", "DR 1235"), ("IGB/2026/1", "IGB/2026/10"),
     ("2026/2026-1", "2026/2026-2")],
)  # fmt: skip
def test_a_running_number_is_no_year(example: str, next_one: str) -> None:
    """An example is a reference itself, and so is the number that follows it."""
    form = ReferenceForm(example)
    assert form.is_sound
    assert (form.against(example, TODAY), form.against(next_one, TODAY)) == ("", "")
    assert {GOVERNANCE, RECORDS_MANAGER} <= USUAL[Right.PILOT]
