"""What is approved is what a policy means: however it is written, and nothing that anybody can hide in it."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from custos.model.policy import Policy
from tests.policy.policies import bundle, policy, problems

RULES = "assets:\n  department: [Children, Adults]\n  personal_data: special_category"
WHEN = "label: is_missing\nall:\n  - is_record: no\n  - file_extension: [docx, pdf]"
PLAIN = policy(covers=RULES, when=WHEN, more="pilot: [IA-001, IA-003]")


def one(text: str) -> Policy:
    return bundle(text).policies["test-policy"]


def words(text: str) -> Any:
    """The policy's words, none of them turned into anything else."""
    return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  # makes texts, lists and mappings alone


def flow(text: str) -> str:
    """The same policy as one flow mapping."""
    return yaml.safe_dump(words(text), default_flow_style=True, width=10_000, sort_keys=False)


@pytest.mark.parametrize(
    "written",
    [
        PLAIN.replace("state: simulate", "state: enforce"),
        PLAIN.replace("state: simulate", 'state: "pilot"  # soon'),
        "\ufeff" + PLAIN.replace("\n", "\r\n"),
        "# a comment\n" + PLAIN.replace("title: A test", "title:   'A   test'"),
        flow(PLAIN),
        json.dumps(words(PLAIN)),
        yaml.safe_dump(words(PLAIN), sort_keys=True),
        PLAIN.replace("[IA-001, IA-003]", "\n  - IA-003\n  - IA-001"),
        PLAIN.replace("[Children, Adults]", "[Adults, Children]").replace("[docx, pdf]", "[pdf, docx]"),
        PLAIN.replace("policy_ref: IMP-4.1", "policy_ref: [IMP-4.1]\npriority: 100"),
    ],
)
def test_another_way_of_writing_the_same_needs_no_approval(written: str) -> None:
    """State, comments, quotes, line ends, flow style and the order of what has none do not change the hash."""
    assert one(written).hash == one(PLAIN).hash


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("Because.", "Because!"),
        ("a reason", "another reason"),
        ("pilot: [IA-001, IA-003]", "pilot: [IA-001]"),
        ("department: [Children, Adults]", "department: [Children]"),
        ("personal_data: special_category", "personal_data: [special_category, personal]"),
        ("label: is_missing", "label: is_present"),
        ("is_record: no", "is_record: yes"),
        ("all:", "any:"),
        ("[docx, pdf]", "[docx]"),
        ("- tell: owner", "- tell: steward"),
        ("2027-05-31", "2027-06-30"),
        ("policy_ref: IMP-4.1", "policy_ref: IMP-4.5"),
        ("policy_ref: IMP-4.1", "policy_ref: IMP-4.1\nlimits: {actions_per_day: 501}"),
        ("records.manager@", "head.information.governance@"),
    ],
)
def test_another_meaning_needs_approval(was: str, now: str) -> None:
    """Every word that a policy acts, asks or answers by is part of what is approved."""
    assert was in PLAIN
    assert one(PLAIN.replace(was, now)).hash != one(PLAIN).hash


@pytest.mark.parametrize("line_end", ["\u2028", "\u2029", "\x85", "\r"])
def test_nothing_hides_behind_a_line_end_that_no_editor_shows(line_end: str) -> None:
    """A second `covers:` behind an unusual line end on the state's line is refused, with its place and its name."""
    hidden = PLAIN.replace("state: simulate\n", f"state: simulate{line_end}priority: 900\n")
    found = problems(hidden)
    assert [(one.code, one.mark.line) for one in found] == [("character", 7)]
    assert f"U+{ord(line_end):04X}" in found[0].what


def test_what_stands_behind_the_state_in_a_flow_mapping_is_part_of_the_meaning() -> None:
    """A policy written on one line, whose scope is widened behind its state, is another policy."""
    narrow = flow(PLAIN).replace("state: simulate,", "\n state: simulate,")
    wide = narrow.replace("state: simulate,", "state: enforce, priority: 900,")
    assert "priority: 900" in wide
    assert one(wide).hash != one(narrow).hash
