"""Who may do what is asked of the one table, for the one person who signed in, whatever else they say at the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from custos.bootstrap import Custos
from custos.jobs import incidents
from custos.jobs.incidents import Incident
from rehearsal.operators import APPROVER, OPERATOR, signed_in
from tests.running_stack import Said, desk, typed
from tests.trouble.test_approved import POLICY, edited
from tests.trouble.tiny_council import World

SERVICE_HEAD, RECORDS = "head.hr@wrenbridge.example", "records.manager@wrenbridge.example"
APPROVE = ("promote", "sharing-sensitive-links", "--to", "enforce", "--cig-ref", "CIG-2026-014")


@dataclass(frozen=True)
class Terminal:
    """A terminal of its own, at which several people signed in."""

    world: World
    environment: Mapping[str, str]

    def custos(self, *words: str, by: str) -> Said:
        return typed(self.environment, *words, "--as", by)


@pytest.fixture(scope="module")
def at(tiny: World, tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """Where those who may, those who may not, and one with an alias sign in."""
    environment = {**tiny.environment, "CUSTOS_SIGN_IN_FOLDER": str(tmp_path_factory.mktemp("people") / "own")}
    with desk(environment) as own:
        own.ask(lambda app: signed_in(app, tiny.act, APPROVER, RECORDS, SERVICE_HEAD, OPERATOR))
    return Terminal(tiny, environment)


REFUSED = [
    (OPERATOR, ("start", "--why", "x"), "may not let writes go on after a stop"),
    (OPERATOR, ("run", "R-2026-1123-01", "--release", "--why", "x"), "may not let a run go over its ceilings"),
    (APPROVER, ("apply", "P-2026-1123-01"), "may not apply plans; cancel and resume runs"),
    (APPROVER, ("run", "R-2026-1123-01", "--cancel", "--why", "x"), "may not apply plans"),
    (SERVICE_HEAD, ("stop", "--why", "x"), "may not end all writes; take a policy back to simulate"),
    (SERVICE_HEAD, ("promote", POLICY, "--to", "simulate", "--why", "x"), "may not end all writes"),
    ("hacker@nowhere.example", ("stop", "--why", "x"), "hacker@nowhere.example is not signed in here"),
]


@pytest.mark.parametrize(("by", "words", "said"), REFUSED)
def test_who_may_not_is_told_who_may(at: Terminal, by: str, words: tuple[str, ...], said: str) -> None:
    """Each right is refused to who has it not, before anything else is looked at, and nothing is changed."""
    told = at.custos(*words, by=by)
    assert told.code == 2
    assert said in told.err
    assert "Nothing was changed." in told.err
    assert "Traceback" not in told.err


def test_undoing_and_closing_are_rights_too(at: Terminal) -> None:
    """The SIRO lets things happen and takes nothing back: that is for those who operate, and who answer for records."""
    item = at.world.upload()
    at.world.sync()
    told = at.custos("undo", "--item", item.id, "--why", "a test", by=APPROVER)
    assert told.code == 2
    assert f"{APPROVER} may not put back what was done" in told.err
    assert "can be put back" in told.out, "whoever may not do it may look"

    async def note(app: Custos) -> None:
        await incidents.note(app, Incident.POISON, "a test", "nothing happened")

    at.world.ask(note)
    listed = at.custos("incidents", "--json", by=APPROVER).json()["incidents"]
    number = next(str(one["number"]) for one in listed if one["subject"] == "a test")
    assert f"{APPROVER} may not close incidents" in at.custos("incidents", "--close", number, by=APPROVER).err
    at.custos("incidents", "--close", number, by=OPERATOR)
    assert (Incident.POISON, "a test") not in at.world.incidents()


def test_whoever_planned_it_does_not_approve_it(at: Terminal) -> None:
    """Every reason is told at once: the plan is theirs, and the reference is not like those of the group."""
    plan = at.custos("plan", "sharing-sensitive-links", "--json", by=APPROVER).json()["id"]
    words = ("promote", "sharing-sensitive-links", "--to", "enforce", "--plan", plan, "--cig-ref", "made up")
    told = at.custos(*words, "--author", OPERATOR, by=OPERATOR)
    assert told.code == 2
    assert f"{OPERATOR} may not let a policy enforce. It is for: siro." in told.err
    assert f"{OPERATOR} wrote this version of sharing-sensitive-links." in told.err
    told = at.custos(*words, "--author", OPERATOR, by=APPROVER)
    assert told.code == 2
    assert f"{APPROVER} made the plan {plan}. Somebody else must decide." in told.err
    assert '"made up" does not look like CIG-2026-014' in told.err


def test_nobody_tells_who_wrote_a_policy_that_lies_in_no_repository(at: Terminal) -> None:
    """Then the author has to be named, is one account of the directory however it is spelt, and is not whoever approves."""
    plan = at.custos("plan", "sharing-sensitive-links", "--json", by=OPERATOR).json()["id"]
    words = (*APPROVE, "--plan", plan)
    assert "It is not known who wrote sharing-sensitive-links.yaml" in at.custos(*words, by=APPROVER).err
    for spelling in (APPROVER.upper(), f" {APPROVER}.", "siro+x@wrenbridge.onmicrosoft.com"):
        told = at.custos(*words, "--author", spelling, by=APPROVER)
        assert told.code == 2
        assert "wrote this version of sharing-sensitive-links. Somebody else must decide." in " ".join(told.err.split())
    told = at.custos(*words, "--author", "somebody@nowhere.example", by=APPROVER)
    assert "The directory does not know who somebody@nowhere.example is" in told.err


def test_rights_end_with_the_post(at: Terminal) -> None:
    """Whose post ended yesterday may look, and nothing else; whoami says so."""
    row = f"{APPROVER},Senior Information Risk Owner,Corporate,chief.executive@wrenbridge.example,2022-04-01,"
    with edited(at.world, "register/people_roles.csv", row, f"{row}2026-11-20"):
        assert "Senior Information Risk Owner, not in date" in at.custos("whoami", by=APPROVER).out
        told = at.custos("stop", "--why", "x", by=APPROVER)
        assert told.code == 2
        assert "they hold none of the roles in settings.yaml" in told.err
    assert "may let a policy enforce" in at.custos("whoami", by=APPROVER).out


def test_a_register_may_spell_a_person_otherwise(at: Terminal) -> None:
    """A post that is written with another address of the account is that person's post."""
    with edited(at.world, "register/people_roles.csv", f"\n{APPROVER},", "\nsiro@wrenbridge.onmicrosoft.com,"):
        assert "may let a policy enforce" in at.custos("whoami", by=APPROVER).out


def test_an_account_that_is_switched_off_may_nothing(at: Terminal) -> None:
    """Whoever left is nobody from that moment, although their terminal still holds their sign-in."""
    at.world.act("leave", person=RECORDS)
    try:
        told = at.custos("stop", "--why", "x", by=RECORDS)
        assert told.code == 2
        assert "no longer honours the sign-in" in told.err or "is switched off" in told.err or "disabled" in told.err
    finally:
        at.world.act("return", person=RECORDS)
    assert "may let a policy pilot" in at.custos("whoami", by=RECORDS).out
