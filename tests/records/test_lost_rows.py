"""A register that shrinks is asked about, and a beginning that is far is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from custos.policy import load_files
from custos.records.load import load_records
from custos.records.loosened import registers_loosened
from custos.records.lost_rows import shrunk
from custos.records.model import Records
from custos.records.remark import Matter
from custos.records.review import review
from tests.records.registers import changed, shipped

TODAY = date(2026, 11, 23)


def records() -> Records:
    """The shipped registers."""
    return load_records(shipped())[0]


def test_a_register_of_holds_cut_to_its_header_is_asked_about() -> None:
    """Every hold that was in force is counted, some are named, and what to do is said, either way."""
    [problem] = shrunk(records(), replace(records(), holds=()), TODAY)
    assert problem.mark.file == "register/holds.csv"
    assert "4 of 4 rows that counted protect less" in problem.what
    assert "H-001" in problem.what
    assert "into ends" in problem.remedy
    assert "custos register --accept" in problem.remedy


@pytest.mark.parametrize(
    ("field", "file"),
    [("exemptions", "exceptions.csv"), ("site_map", "site_map.csv"), ("delegations", "delegations.csv")],
)
def test_any_register_that_lost_half_of_its_rows_is_asked_about(field: str, file: str) -> None:
    """Cut in the middle or to nothing: the file is named."""
    whole = records()
    rows = getattr(whole, field)
    for kept in ((), rows[: len(rows) // 2]):
        told = [problem.mark.file for problem in shrunk(whole, replace(whole, **{field: kept}), TODAY)]
        assert f"register/{file}" in told
        assert set(told) <= {f"register/{file}", "register/holds.csv"}, "a hold goes with the places of its asset"


def test_assets_and_people_that_go_together_are_asked_about() -> None:
    """A register saved by a filter loses most of its assets."""
    whole = records()
    few = dict(list(whole.assets.items())[:3])
    assert [problem.mark.file for problem in shrunk(whole, replace(whole, assets=few), TODAY)] == [
        "register/information_asset_register.csv"
    ]


def test_a_row_that_is_ended_or_the_only_one_to_go_is_no_question() -> None:
    """Ending one hold by its day is the way; one row of many is told and not asked about."""
    whole = records()
    ended = tuple(replace(hold, ends=date(2026, 11, 22)) for hold in whole.holds[:1]) + whole.holds[1:]
    fewer = replace(whole, holds=whole.holds[1:])
    assert shrunk(whole, replace(whole, holds=ended), TODAY) == []
    assert shrunk(whole, fewer, TODAY) == []
    told = [one.sentence for one in registers_loosened(whole, fewer, TODAY)]
    assert told == ["The hold H-001 was in force and is gone."]
    assert shrunk(whole, whole, TODAY) == []
    assert registers_loosened(whole, whole, TODAY) == []


def test_an_asset_that_goes_is_asked_about() -> None:
    """Its content belongs to nobody then, and no hold of the asset covers it."""
    whole = records()
    fewer = {name: asset for name, asset in whole.assets.items() if name != "IA-004"}
    [problem] = shrunk(whole, replace(whole, assets=fewer), TODAY)
    assert problem.what.startswith("IA-004 (Planning and building control files) is gone since the version in force")


@pytest.mark.parametrize(
    ("register", "old", "new"),
    [
        ("holds", "2015-07-02", "2062-07-02"),
        ("sharing_agreements", "2024-07-01,2027-06-30", "2027-06-01,2027-06-30"),
        ("delegations", "2026-04-01,2027-03-31", "2027-03-01,2027-03-31"),
    ],
)
def test_a_far_beginning_is_told(register: str, old: str, new: str) -> None:
    """In the registers' review, among the warnings of the files, and with what it means."""
    files = changed(register, old, new)
    told = [one for one in review(load_records(files)[0], TODAY) if one.matter is Matter.BEGINS_LATER]
    assert [(one.soon, "until then" in one.sentence) for one in told] == [(False, True)]
    from tests.policy.policies import shipped as policies

    warned = load_files(dict(policies().files) | files, today=TODAY).warnings
    assert "far-beginning" in {warning.code for warning in warned}


def test_a_beginning_within_the_month_is_no_mistake() -> None:
    """A hold that was ordered beforehand is listed as coming, and warns of nothing."""
    made = load_records(changed("holds", "2015-07-02", "2026-12-01"))[0]
    assert [one.soon for one in review(made, TODAY) if one.matter is Matter.BEGINS_LATER] == [True]


def test_an_empty_register_of_holds_is_told() -> None:
    """Also where there is no earlier version to compare with."""
    from tests.policy.policies import shipped as policies

    files = dict(policies().files)
    files["register/holds.csv"] = files["register/holds.csv"].split(b"\n")[0] + b"\n"
    assert [warning.code for warning in load_files(files).warnings] == ["no-holds"]
