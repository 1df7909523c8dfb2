"""Small faults of policies, cases and settings, each refused where it stands."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from custos.errors import BadInput, Problem
from custos.policy import load_files
from custos.policy_tests.run import read_tests
from tests.policy.policies import POLICIES, only, policy, shipped, with_policy

ASK = "- ask: owner\n  within: {}"
EXPIRY = ASK.format("5 days") + "\n- set_expiry: 3 years\n  only_if: owner_agrees"
CASE = """\
policy: labels-from-schedule
tests:
  - name: A case
    rule: unlabelled-file
    now: {now}
    at: {at}
    given:
      label: is_missing
    expect: act
"""
AT = "https://wrenbridge.sharepoint.example/sites/planning-casework/Decided applications"


@pytest.mark.parametrize(
    ("written", "line", "said"),
    [
        (policy().replace("2027-05-31", "9999-12-31"), 8, "1800-01-01 to 2199-12-31"),
        (policy().replace("2027-05-31", "٢٠٢٧-٠٥-٣١"), 8, "is not a day"),
        (policy(steps=ASK.format("9000 working days")), 18, "Write at most 1 year."),
        (policy(steps=ASK.format("2 years")), 18, "Write at most 1 year."),
        (policy(steps=ASK.format("010 days")), 18, "is not a span of time"),
        (policy(steps=ASK.format("٥ days")), 18, "is not a span of time"),
        (policy(about="link", when="link_scope: anonymous", steps=EXPIRY), 19, "at most 2 years"),
        (policy(more="limits:\n  actions_per_run:\n"), 11, '"actions_per_run" is empty'),
        (policy(more="limits:\n  actions_per_run: 017\n"), 11, "whole number"),
        (policy(more="limits:\n  percent_of_scope: 101\n"), 11, "from 0 to 100"),
        (policy(when="size: 017"), 15, "cannot be compared"),
        (policy(when="size: ١ GB"), 15, "cannot be compared"),
        (policy(covers="assets: all\nunregistered:"), 10, '"unregistered" is empty'),
        (policy().replace("why: Because.", 'why: "Because.'), 3, "a quotation mark opens here"),
        (policy().replace("why: Because.", "why: 'Because."), 3, "a quotation mark opens here"),
        (policy().replace("title: A test", r'title: "A \x1b[31mtest"'), 2, "U+001B"),
        (policy().replace("title: A test", r'title: "A \u202etest"'), 2, "U+202E"),
    ],
)  # fmt: skip
def test_a_policy(written: str, line: int, said: str) -> None:
    """Numbers, spans, days and texts that a reader and a program would take differently are one problem at their line."""
    found = only(written)
    assert said in str(found)
    assert found.mark.line in (line, line + 1), str(found)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("percent_of_asset_per_day: 50", "percent_of_asset_per_day: 1000", "from 0 to 100"),
        ("actions_per_run: 1000", "actions_per_run:", '"actions_per_run" is empty'),
        ("anyone_links: no", "anyone_links:", '"anyone_links" is empty'),
    ],
)
def test_the_settings(old: str, new: str, said: str) -> None:
    """A ceiling or a permission that is left blank is not a default."""
    files = dict(shipped().files)
    files["settings.yaml"] = files["settings.yaml"].decode().replace(old, new, 1).encode()
    with pytest.raises(BadInput) as refused:
        load_files(files)
    assert [said in problem.what for problem in refused.value.problems] == [True]


def problems_with(tmp_path: Path, **changes: str) -> list[Problem]:
    """What is wrong with one case."""
    (tmp_path / "labels-from-schedule.tests.yaml").write_text(CASE.format(**{"now": "2026-11-22", "at": AT, **changes}))
    return read_tests(tmp_path, shipped())[1]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"at": "xx"}, "is not an address"),
        ({"at": "https://wrenbridge.sharepoint.example"}, "is not the address"),
        ({"at": "https://wrenbrige.sharepoint.example/sites/x"}, 'Did you mean "wrenbridge.sharepoint.example"?'),
        ({"now": "0001-01-01"}, "1800-01-01"),
        ({"now": "9999-12-31"}, "2199-12-31"),
    ],
)
def test_a_case(tmp_path: Path, changes: dict[str, str], said: str) -> None:
    """A case at no address, in another tenant or on a day beyond reason proves nothing, and is refused."""
    found = problems_with(tmp_path, **changes)
    assert [said in str(problem) for problem in found] == [True]
    assert found[0].mark.line > 3


def test_the_case_that_is_right(tmp_path: Path) -> None:
    """The same case at its place is taken."""
    assert problems_with(tmp_path) == []


def test_spans_of_the_shipped_policies_stand() -> None:
    """The bounds leave what is delivered alone."""
    assert load_files(with_policy(policy(steps=ASK.format("1 year")))).policies
    assert shipped().policies
    assert date(2199, 12, 31) > max(one.review_due for one in shipped().policies.values())
    assert read_tests(POLICIES, shipped())[1] == []
