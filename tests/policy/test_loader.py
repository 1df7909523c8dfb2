"""Policies load with the place of every value, and every problem comes with its remedy."""

from __future__ import annotations

from datetime import date

import pytest

from custos.errors import Mark
from custos.model.action_kind import ActionKind
from custos.model.policy import AllOf, each_test
from custos.model.state import State
from custos.policy import load, load_files
from tests.policy.policies import POLICIES, bundle, only, policy, problems, shipped, with_policy


def test_the_shipped_policies_load_without_warnings() -> None:
    """What is shipped is in order, and simulates."""
    loaded = load(POLICIES, today=date(2026, 11, 22))
    assert loaded.warnings == ()
    assert len(loaded.policies) >= 10
    assert {one.state for one in loaded.policies.values()} == {State.SIMULATE}


def test_a_stored_bundle_is_the_same_bundle() -> None:
    """The files of a bundle make it again, with the same version."""
    again = load_files(shipped().files)
    assert again.version == shipped().version
    assert again.policies == shipped().policies


def test_every_test_knows_its_place() -> None:
    """A condition carries the line and column where it stands."""
    when = bundle(policy(when="label: is_missing\nis_record: no")).policies["test-policy"].rules[0].when
    assert isinstance(when, AllOf)
    assert [(test.mark.line, test.mark.column) for test in each_test(when)] == [(15, 7), (16, 7)]


def test_an_overdue_policy_only_simulates_and_says_so() -> None:
    """A review that is due takes a policy back to simulate, with a warning."""
    files = with_policy(policy().replace("state: simulate", "state: enforce").replace("2027-05-31", "2026-10-31"))
    loaded = load_files(files, today=date(2026, 11, 22))
    one = loaded.policies["test-policy"]
    assert one.review_due == date(2026, 10, 31)
    assert [warning.code for warning in loaded.warnings] == ["review-overdue"]


def test_scope_by_attributes_of_the_register() -> None:
    """Attributes must all fit; several values of one are alternatives."""
    covers = "assets:\n  personal_data: [special_category, criminal_offence]\n  department: Children"
    scope = bundle(policy(covers=covers)).policies["test-policy"].scope
    assert scope.assets == {"IA-001", "IA-003"}
    assert "personal data is special_category or criminal_offence" in scope.words


def test_limits_are_on_without_being_asked_for_and_zero_is_zero() -> None:
    """A policy without limits has them; 0 stays 0."""
    assert 0 < bundle(policy()).policies["test-policy"].limits.actions_per_run <= 500
    limits = bundle(policy(more="limits:\n  actions_per_run: 0\n  percent_of_scope: 0")).policies["test-policy"].limits
    assert limits.actions_per_run == 0
    assert limits.percent_of_scope == 0


TEN = "- ask: owner\n  within: 10 working days"


@pytest.mark.parametrize(
    ("written", "code", "remedy"),
    [
        (policy(when="lable: is_missing"), "unknown-fact", '"label"'),
        (policy(when="link_scope: anonymous"), "fact-of-other-kind", "link"),
        (policy(when="label:\n  older_than: 2 years"), "operator", "not_in"),
        (policy(when="file_modified:\n  older_then: 2 years"), "operator", '"older_than"'),
        (policy(when="file_modified:\n  older_than: two years"), "value", '"2 years"'),
        (policy(when="file_modified:\n  before: 31/05/2020"), "value", "2026-05-31"),
        (policy(when="is_record: maybe"), "value", "yes or no"),
        (policy(when="is_record: is_missing"), "value", "yes or no"),
        (policy(when="is_record:\n  is_missing: yes"), "operator", ""),
        (policy(when="size:\n  more_than: big"), "value", "2 GB"),
        (policy(when="posture: intern"), "value", '"internal"'),
        (policy(when="posture: [internal, intern]"), "value", '"internal"'),
        (policy(steps="- tel: owner"), "unknown-key", '"tell"'),
        (policy(steps="- tell: boss"), "unknown-value", "owner"),
        (policy().replace("family:", "familly:"), "unknown-key", '"family"'),
        (policy().replace("IMP-4.1", "IMP-4.11"), "unknown-clause", '"IMP-4.1"'),
        (policy().replace("records.manager", "records.manger"), "unknown-person", "records.manager"),
        (policy().replace("2027-05-31", "31 May 2027"), "date", "2027-05-31"),
        (policy().replace("state: simulate", "state: enforced"), "unknown-value", '"enforce"'),
        (policy().replace("about: file", "about: files"), "unknown-value", '"file"'),
        (policy(covers="assets:\n  department: Childrens"), "unknown-department", '"Children"'),
        (policy(covers="assets: [IA-013]"), "unknown-asset", '"IA-'),
        (policy(covers="assets:\n  owner: x"), "unknown-key", ""),
        (policy(because="It is {file_nam}."), "unknown-fact", '"file_name"'),
        (policy(because="It is {file_name}."), "private", "card"),
        (policy(more="yields_to: nothing"), "unknown-policy", "test-policy"),
        (policy(more="pilot: [IA-013]"), "unknown-asset", "IA-0"),
        (policy().replace("state: simulate", "state: pilot"), "missing", "pilot"),
        (policy(steps="- ask: owner"), "missing", "Add it."),
        (policy(steps="- ask: owner\n  within: 1 day"), "short-notice", "3 working days"),
        (policy(steps=f"{TEN}\n  remind: [1 working day]"), "reminder", "2 working days"),
        (policy(steps=f"{TEN}\n  remind: [5 working days, 6 working days]"), "reminder", "2 working days between them"),
        (policy(steps=f"{TEN}\n  remind: [8 working days, 5 working days]"), "reminder", "earliest first"),
        (policy(steps=f"{TEN}\n  remind: 10 working days"), "reminder", "Remind earlier"),
        (policy(steps=f"{TEN}\n  remind: 5 days"), "reminder", "working days"),
        (policy(steps=f"{TEN}\n  remind: [2 working days, 4 working days, 6 working days, 8 working days]"), "reminder", "at most 3"),
        (policy(steps="- tell: owner\n  remind: 5 working days"), "reminder", "Write  remind  beside  ask"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_what_to_write(written: str, code: str, remedy: str) -> None:
    """Each mistake of an author is refused at its place, with the remedy."""
    found = [problem for problem in problems(written) if problem.code == code]
    assert found, "\n".join(f"{problem.code} {problem}" for problem in problems(written))
    assert remedy in found[0].remedy
    assert found[0].mark.file == "test-policy.yaml"
    assert found[0].mark.line > 0


def test_all_mistakes_come_at_once_in_order() -> None:
    """One run shows every problem of every file."""
    text = policy(when="lable: is_missing\nis_record: maybe", steps="- tel: owner").replace("Because.", "")
    found = problems(text)
    assert {problem.code for problem in found} >= {"unknown-fact", "value", "unknown-key", "missing"}
    assert found == sorted(found, key=lambda problem: problem.mark)


def test_a_broken_register_and_a_broken_policy_are_reported_together() -> None:
    """Nobody mends one file to learn of the next."""
    files = with_policy(policy(when="lable: is_missing"))
    files["register/holds.csv"] = files["register/holds.csv"].replace(b"2021-06-01", b"06/01/2021")
    with pytest.raises(Exception, match="lable") as refused:
        load_files(files)
    assert "holds.csv" in str(refused.value)


def test_the_conflict_of_the_example_is_refused() -> None:
    """revs-bens/Letters labelled twice, differently: somebody must say who wins."""
    text = (POLICIES / "examples" / "conflict" / "labels-letters.yaml").read_text()
    found = problems(text, alone=False, name="labels-letters.yaml")
    assert [problem.code for problem in found] == ["conflict"] * len(found)
    assert "revs-bens/Letters" in found[0].what
    assert "yields_to" in found[0].remedy


@pytest.mark.parametrize("more", ["yields_to: [labels-from-schedule, labels-replace]", "priority: 200"])
def test_a_conflict_is_settled_by_saying_who_wins(more: str) -> None:
    """With yields_to or a priority both policies stand."""
    text = (POLICIES / "examples" / "conflict" / "labels-letters.yaml").read_text() + more
    loaded = load_files(with_policy(text, "labels-letters.yaml", alone=False))
    assert "labels-letters" in loaded.policies


def test_an_exception_about_a_policy_that_does_not_exist_is_refused() -> None:
    """A typing error in exceptions.csv must not leave something unprotected."""
    files = dict(shipped().files)
    files["register/exceptions.csv"] = files["register/exceptions.csv"].replace(b"sharing-guests", b"sharing-guest")
    with pytest.raises(Exception, match='Did you mean "sharing-guests'):
        load_files(files)


def test_two_policies_cannot_have_one_name() -> None:
    """The name is the key of state and audit: it stands once, and is the file's."""
    files = with_policy(policy())
    files["other.yaml"] = files["test-policy.yaml"]
    with pytest.raises(Exception, match=r"in other.yaml already"):
        load_files(files)


def test_a_directory_that_is_not_there_is_said() -> None:
    """A wrong CUSTOS_POLICIES is one sentence."""
    with pytest.raises(Exception, match="no such directory"):
        load(POLICIES / "nowhere")


def test_steps_are_typed() -> None:
    """The steps of a shipped rule, in the order written."""
    steps = shipped().policies["sharing-sensitive-links"].rules[0].steps
    assert [step.kind for step in steps] == [ActionKind.ASK, ActionKind.SET_EXPIRY, ActionKind.REMOVE_LINK]
    assert str(steps[1].expiry) == "5 working days"
    assert isinstance(steps[0].mark, Mark)


def test_an_empty_condition_is_refused() -> None:
    """A rule that would match everything by omission does not load."""
    assert "match everything" in only(policy().replace("when: \n      label: is_missing", "when: {}")).what


@pytest.mark.parametrize(
    ("covers", "pilot", "fits"),
    [
        ("sites: [https://wrenbridge.sharepoint.example/sites/send-ehcp]", "IA-003", True),
        ("libraries: [https://wrenbridge.sharepoint.example/sites/send-ehcp/EHC plans]", "IA-003", True),
        ("libraries: [https://wrenbridge.sharepoint.example/sites/send-ehcp/EHC plans]", "IA-004", False),
        ("assets: [IA-004]", "IA-003", False),
        ("{assets: [IA-003, IA-004], except: {assets: [IA-003]}}", "IA-003", False),
    ],
)
def test_a_pilot_lies_inside_what_the_policy_covers(covers: str, pilot: str, fits: bool) -> None:
    """By the asset's attributes, or because one of its sites or libraries is named: such a policy can be piloted, too."""
    text = policy(covers=covers, more=f"pilot: [{pilot}]")
    if fits:
        assert bundle(text).policies["test-policy"].pilot == {pilot}
    else:
        assert only(text).what == f"The policy does not cover {pilot}."
