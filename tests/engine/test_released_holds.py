"""A register edit that takes a hold off a library is named, and nothing that was held is acted on until somebody approved that."""

from __future__ import annotations

import pytest

from custos.engine.approval_coverage import Coverage, grown_words
from custos.engine.policy_reach import reach
from custos.policy import Bundle, load_files
from custos.records.address import read_address
from tests.policy.policies import shipped

POLICY = "labels-from-schedule"


def edited(register: str, old: str, new: str) -> Bundle:
    """The shipped policies with a text of a register replaced."""
    files = dict(shipped().files)
    name = f"register/{register}.csv"
    assert old.encode() in files[name], f"{old} is not in {register}"
    files[name] = files[name].replace(old.encode(), new.encode(), 1)
    return load_files(files)


def held_library() -> str:
    """The library that H-001 covers by its class."""
    row = next(
        row for row in shipped().records.site_map if row.schedule_ref == "RS-CYP-02" and row.asset_id == "IA-001"
    )
    return row.location.text


@pytest.mark.parametrize(
    ("register", "old", "new"),
    [
        ("site_map", "{place},IA-001,RS-CYP-02", "{place},IA-001,RS-CYP-01"),
        ("holds", "IA-001,RS-CYP-02,,,,2015", "IA-001,RS-CYP-01,,,,2015"),
    ],
    ids=["another entry for the library", "another class for the hold"],
)
def test_what_an_edit_takes_out_of_a_hold_waits_and_is_named(register: str, old: str, new: str) -> None:
    """Plan and status name the hold beside what else has changed, the approval does not cover the library."""
    place = held_library()
    before, after = shipped(), edited(register, old.format(place=place), new.format(place=place))
    policy = after.policies[POLICY]
    coverage = Coverage(reach(before, before.policies[POLICY]), reach(after, policy))
    for rule in coverage.today.rules:
        if "holds" in coverage.today.rules[rule].depends:
            said = coverage.against(rule, read_address(place))
            assert "H-001 held it when the policy was approved" in said
    told = [grown_words(POLICY, one) for one in coverage.grown if one.place == place]
    assert told
    assert all("H-001" in sentence for sentence in told)


def test_a_hold_that_ends_by_its_day_needs_no_approval() -> None:
    """Ending a hold is a word about that hold: what it held is free from the next day, as it was approved."""
    before = shipped()
    after = edited("holds", "2015-07-02,,Review", "2015-07-02,2026-11-20,Review")
    coverage = Coverage(reach(before, before.policies[POLICY]), reach(after, after.policies[POLICY]))
    assert coverage.grown == ()
