"""`explain` says for one address which rules were tried, what each condition saw, and what protects it."""

from __future__ import annotations

import io
from datetime import timedelta

from rich.console import Console

from custos.engine.explain import Explanation, RuleTried, Verdict, explain
from custos.records.address import read_address
from custos.report.explanation import show
from tests.engine.inventory_builder import HOST, NOW
from tests.engine.planted_inventory import wrenbridge
from tests.policy.policies import shipped

ADVICE = f"{HOST}/sites/planning-casework/Pre-application%20advice%202012%20to%202020"


def told(url: str, rule: str) -> RuleTried:
    """What one rule says of an address."""
    explanation = explained(url)
    return next(one for one in explanation.tried if one.rule == rule)


def explained(url: str) -> Explanation:
    """The explanation of an address of the council."""
    return explain(shipped(), wrenbridge().facts(), NOW, read_address(url))


def test_a_file_on_hold() -> None:
    """The rule holds, the hold protects it, and both are named with file and line."""
    one = told(f"{ADVICE}/FOI-2026-0417/foi-3?web=1", "unlabelled-file")
    assert one.verdict is Verdict.HOLDS
    assert "PLN-02" in one.because
    assert [protection.reference for protection in one.protections] == ["H-003"]
    assert str(one.where).startswith("labels-from-schedule.yaml:")
    assert [condition.said for condition in one.conditions][:2] == ["it has none", "PLN-02 Pre-application advice 7y"]


def test_every_condition_has_its_place_source_and_verdict() -> None:
    """The condition that fails is the one to look at."""
    one = told(f"{HOST}/sites/planning-casework/Public%20register/linked-0", "anyone-link-not-allowed")
    assert one.verdict is Verdict.DOES_NOT
    allowed = next(condition for condition in one.conditions if condition.fact == "anyone_links_allowed")
    assert (allowed.verdict, allowed.said, allowed.source) == (Verdict.DOES_NOT, "yes", "policies/settings.yaml")
    assert allowed.where.line > 1


def test_the_age_of_a_value_is_told() -> None:
    """How old a fact is goes by the reading that brought it."""
    inventory = wrenbridge()
    for row in inventory.rows["states"]:
        row["synced_at"] = NOW - timedelta(hours=3)
    explanation = explain(shipped(), inventory.facts(), NOW, read_address(ADVICE))
    activity = explanation.tried[0].conditions[0]
    assert activity.source == "drive delta"
    assert activity.age(NOW) == timedelta(hours=3)


def test_an_unknown_value_is_said_to_be_unknown() -> None:
    """A label that was not read leaves the rule open."""
    inventory = wrenbridge()
    for row in inventory.rows["items"]:
        row["label"] = None
    explanation = explain(shipped(), inventory.facts(), NOW, read_address(f"{HOST}/sites/revs-bens/Letters/everyday"))
    one = next(one for one in explanation.tried if one.rule == "unlabelled-file")
    assert one.verdict is Verdict.UNKNOWN
    assert one.conditions[0].said == "unknown"
    assert one.because == ""
    assert explanation.label_winner == ""


def test_a_site_is_explained_with_its_team_and_guests() -> None:
    """The team's site: quiet, public, its guests one by one."""
    explanation = explained(f"{HOST}/teams/canalside-delivery")
    holding = {one.rule for one in explanation.tried if one.verdict is Verdict.HOLDS}
    assert holding == {"quiet-site", "public-team", "guest-after-the-end"}
    assert sum(one.rule == "guest-after-the-end" for one in explanation.tried) == 11
    assert explanation.asset_id == "IA-012"


def test_rules_that_do_not_cover_it_are_named() -> None:
    """Outside a policy's scope is something else than not holding."""
    assert told(f"{HOST}/sites/housing-tenancy", "agreement-ended").verdict is Verdict.NOT_COVERED


def test_a_library_is_explained() -> None:
    """The quiet library, with the steps in words."""
    one = told(ADVICE, "quiet-library")
    assert one.verdict is Verdict.HOLDS
    assert one.steps == ("ask the owner, who has 10 working days to answer",)


def test_one_policy_can_be_asked_for() -> None:
    """Only its rules are tried."""
    explanation = explain(shipped(), wrenbridge().facts(), NOW, read_address(ADVICE), policy="stale-content")
    assert {one.policy for one in explanation.tried} == {"stale-content"}


def test_the_label_that_wins_is_named() -> None:
    """Of all rules that label, the one whose label the file would get."""
    assert explained(f"{HOST}/sites/revs-bens/Letters/everyday").label_winner == "labels-from-schedule/unlabelled-file"


def test_an_address_that_nobody_knows() -> None:
    """Nothing is tried and nothing invented."""
    explanation = explained(f"{HOST}/sites/revs-bens/Letters/no such file.pdf")
    assert not explanation.found
    assert explanation.tried == ()


def test_an_incomplete_library_is_said() -> None:
    """The explanation says that the library was not read to its end."""
    inventory = wrenbridge()
    inventory.rows["states"][0]["state"] = "incomplete"
    drive = inventory.rows["drives"][0]
    assert explain(shipped(), inventory.facts(), NOW, read_address(drive["web_url"])).complete is False


def test_what_is_missing_is_said_once() -> None:
    """No sentence is doubled: a condition that asks for what is missing and finds so says it one time."""
    screen = Console(file=io.StringIO(), width=300)
    show(explained(f"{HOST}/sites/gis-working/Map%20layers/linked-0"), NOW, screen, every=True)
    assert isinstance(screen.file, io.StringIO)
    told = screen.file.getvalue()
    assert "no asset covers it" in told
    assert "it is no asset covers it" not in told
    assert "it is it " not in told
    for line in told.splitlines():
        for missing in ("no asset covers it", "it has none", "it never ends"):
            assert line.count(missing) <= 1, line
