"""Rules that would label one file differently, and labels shorter than the schedule, are refused."""

from __future__ import annotations

import pytest

from custos.errors import BadInput, Problem, Severity
from custos.policy import load_files
from tests.policy.policies import bundle, only, policy, with_policy

LABEL = "- apply_label: {}"
GEN, ADVICE, TENANCY = "GEN-01 Transitory 60d", "PLN-02 Pre-application advice 7y", "HOU-01 Tenancy ended 6y"


def two(first: str, second: str) -> list[Problem]:
    """What is wrong with two policies beside each other."""
    files = with_policy(first)
    files["other-policy.yaml"] = second.replace("policy: test-policy", "policy: other-policy").encode()
    try:
        load_files(files)
    except BadInput as refused:
        return list(refused.problems)
    return []


def rules(one: str, other: str, *, steps: tuple[str, str] = (ADVICE, GEN), covers: str = "unregistered: yes") -> str:
    """A policy with two labelling rules."""
    first = policy(when=one, steps=LABEL.format(steps[0]), covers=covers)
    second = policy(when=other, steps=LABEL.format(steps[1])).partition("rules:\n")[2]
    return first + second.replace("find: something", "find: another")


UNREGISTERED = "unregistered: yes"
ADDRESS = "libraries: https://wrenbridge.sharepoint.example/sites/gis-working/Map layers"
SITE = "sites: https://wrenbridge.sharepoint.example/sites/gis-working"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (UNREGISTERED, UNREGISTERED),
        (UNREGISTERED, ADDRESS),
        (SITE, ADDRESS),
        ("assets: [IA-004]", "assets: [IA-004, IA-005]"),
    ],
)
def test_two_policies_that_can_meet_must_say_who_wins(one: str, other: str) -> None:
    """Also where the site map names no place: content that no asset covers, and places that are named by address."""
    steps = (ADVICE, GEN) if "assets" not in one else ("from_schedule", "DEM-01 Committee records permanent")
    first, second = (
        policy(covers=covers, steps=LABEL.format(label)) for covers, label in zip((one, other), steps, strict=True)
    )
    found = [problem for problem in two(first, second) if problem.code == "conflict"]
    assert found
    assert "yields_to" in found[0].remedy
    assert not [problem for problem in two(first, second + "yields_to: test-policy\n") if problem.code == "conflict"]


@pytest.mark.parametrize(
    ("one", "other", "when"),
    [
        (UNREGISTERED, "assets: [IA-004]", "label: is_missing"),
        ("unregistered: yes\nexcept:\n  " + SITE, ADDRESS, "label: is_missing"),
        (UNREGISTERED, UNREGISTERED, "label: Corporate records 10 years"),
    ],
)
def test_policies_that_cannot_meet_need_not(one: str, other: str, when: str) -> None:
    """Other places, or conditions that leave each other out, are no conflict."""
    first = policy(covers=one, steps=LABEL.format(ADVICE))
    second = policy(covers=other, steps=LABEL.format("DEM-01 Committee records permanent"), when=when)
    assert [problem for problem in two(first, second) if problem.code == "conflict"] == []


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        ("label: is_missing", "label: is_missing\nis_record: no", True),
        ("size: {more_than: 1 GB}", "file_extension: pdf", True),
        ("size: {more_than: 1 GB}", "size: {less_than: 1 GB}", False),
        ("label: is_missing", "label: Corporate records 10 years", False),
        ("file_extension: [pdf, docx]", "file_extension: {not_in: [PDF, .docx]}", False),
        ("asset_department: Children", "registered: no", False),  # of which only the second can find anything here
    ],
)
def test_two_rules_of_one_policy_may_not_contradict(one: str, other: str, clash: bool) -> None:
    """The first by its place in the file does not silently win, unless no file can be found by both."""
    found = []
    try:
        bundle(rules(one, other))
    except BadInput as refused:
        found = [problem for problem in refused.problems if problem.code == "conflict"]
    assert bool(found) is clash, found
    assert all("leave out" in problem.remedy for problem in found)


def test_one_rule_puts_one_label() -> None:
    """Two labels in one rule are refused."""
    steps = f"{LABEL.format(ADVICE)}\n{LABEL.format(TENANCY)}"
    assert only(policy(covers=UNREGISTERED, steps=steps)).code == "conflict"


@pytest.mark.parametrize(
    ("covers", "when", "label", "said"),
    [
        ("assets: [IA-004]", "label: is_missing", GEN, "PLN-01"),
        ("everything", "label: is_missing", GEN, "and"),
        ("assets: [IA-009]", "label: is_missing", "DEM-02 Background papers 4y", "RS-DEM-01"),
        ("assets: [IA-004]", "scheduled_entry: {not_in: [RS-PLN-01]}\nlabel: is_missing", GEN, "RS-PLN-02"),
    ],
)
def test_a_label_shorter_than_the_schedule_is_shouted(covers: str, when: str, label: str, said: str) -> None:
    """60 days on what the schedule keeps for years would destroy it; the remedy says how to leave such places out."""
    [found] = bundle(policy(covers=covers, when=when, steps=LABEL.format(label))).warnings
    assert (found.code, found.severity) == ("shorter-label", Severity.WARNING)
    assert "SHORTER THAN THE SCHEDULE" in found.what
    assert said in found.what
    assert "from_schedule" in found.remedy


@pytest.mark.parametrize(
    ("covers", "when", "label"),
    [
        ("assets: [IA-004]", "label: is_missing", "from_schedule"),
        ("assets: [IA-004]", "label: is_missing", "DEM-01 Committee records permanent"),
        (UNREGISTERED, "label: is_missing", GEN),
        ("assets: [IA-004]", "scheduled_entry: is_missing\nlabel: is_missing", GEN),
    ],
)
def test_a_label_that_keeps_as_long_is_taken(covers: str, when: str, label: str) -> None:
    """What keeps longer, or lies where no entry says how long, may be labelled by name."""
    assert bundle(policy(covers=covers, when=when, steps=LABEL.format(label))).warnings == ()
