"""An edit of the registers is compared by what its rows mean: what protects less, and what allows more, each row in one sentence."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from custos.records.load import load_records
from custos.records.loosened import Loosened, registers_loosened
from custos.records.lost_rows import shrunk
from custos.records.model import Records
from tests.records.registers import shipped

TODAY = date(2026, 11, 23)
PLACE = "https://wrenbridge.sharepoint.example/sites/planning-casework"


def records(*edits: tuple[str, str, str]) -> Records:
    """The shipped registers, edited: register, old and new text."""
    files = shipped()
    for register, old, new in edits:
        name = f"register/{register}.csv"
        assert old in files[name].decode(), old
        files[name] = files[name].decode().replace(old, new, 1).encode()
    return load_records(files)[0]


def loosened(*edits: tuple[str, str, str]) -> list[Loosened]:
    return registers_loosened(records(), records(*edits), TODAY)


EMPTIED = [
    ("holds", "IA-001,RS-CYP-02", "IA-001,RS-CYP-01"),
    ("holds", "2020-03-01,2022-06-30", "2020-03-01,2020-03-01"),
    ("holds", "/Pre-application advice 2012 to 2020/FOI-2026-0417", "/Biodiversity net gain"),
    ("holds", "2025-11-03,,", "2025-11-03,2026-11-22,"),
]
"""One edit of holds.csv that leaves every row, and of what they held next to nothing."""


def test_holds_that_are_edited_away_are_asked_about() -> None:
    """All rows are still there, and each is named with what it no longer holds."""
    [problem] = shrunk(records(), records(*EMPTIED), TODAY)
    assert problem.mark.file == "register/holds.csv"
    assert problem.what.startswith("4 of 4 rows that counted protect less")
    for said in (
        "RS-CYP-01, was RS-CYP-02",
        "up to 1 March 2020, was 30 June 2022",
        "last day 22 November 2026, was open",
    ):
        assert said in problem.what
    assert "Biodiversity net gain, was" in problem.what
    assert "custos register --accept" in problem.remedy


def test_half_of_them_is_enough() -> None:
    """Two of four are asked about, one of four is told."""
    assert len(shrunk(records(), records(*EMPTIED[:2]), TODAY)) == 1
    assert shrunk(records(), records(*EMPTIED[:1]), TODAY) == []
    [one] = loosened(EMPTIED[0])
    assert (one.reference, one.asset_id, one.lost, one.mark.line) == ("H-001", "IA-001", True, 2)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (("holds", "H-003,foi,FOI-2026-0417,IA-004,,", "H-003,foi,FOI-2026-0417,IA-004,RS-PLN-01,"), "was all"),
        (("holds", "inquiry,IA-011", "inquiry,IA-010"), "asset IA-010, was IA-011"),
        (("holds", ",2021-06-01,", ",2027-06-01,"), "first day 1 June 2027"),
        (("exceptions", "2027-05-31", "2026-11-22"), "exception EX-01 covers less: last day 22 November 2026"),
        (("exceptions", "sharing-anyone-links,IA-009", "sharing-anyone-links,IA-003"), "covers more: asset IA-003"),
        (("exceptions", "2026-12-31", "2028-12-31"), "exception EX-02 covers more: last day 31 December 2028"),
        (("exceptions", "2026-10-31", "2027-10-31"), "The exception EX-03 is new"),
        (("exceptions", ",IA-009,,public", ",,https://wrenbridge.sharepoint.example,public"), "covers more: asset any"),
    ],
)
def test_each_way_to_loosen_a_row_is_told(edit: tuple[str, str, str], said: str) -> None:
    """Narrower holds, and exceptions that cover more or less."""
    assert any(said in one.sentence for one in loosened(edit)), [one.sentence for one in loosened(edit)]


def test_a_hold_whose_asset_loses_a_place_is_told() -> None:
    """The hold's row was not touched, but the library that it held belongs to another asset now."""
    before = records()
    rows = [row for row in before.site_map if row.asset_id == "IA-011"]
    moved = tuple(replace(row, asset_id="IA-010") if row is rows[0] else row for row in before.site_map)
    asset = replace(before.assets["IA-011"], locations=())
    after = replace(before, site_map=moved, assets={**before.assets, "IA-011": asset})
    told = [one for one in registers_loosened(before, after, TODAY) if one.reference == "H-002"]
    assert ["IA-011 no longer has" in one.sentence and one.lost for one in told] == [True]


def test_a_lawful_end_costs_no_word_of_anybody() -> None:
    """A last day of today or later is written, and told once; the hold ends by itself, and nothing is asked."""
    written = ("holds", "2025-11-03,,", "2025-11-03,2026-11-23,")
    [one] = loosened(written)
    assert (one.reference, one.lost) == ("H-004", False)
    for day in (date(2026, 11, 24), date(2027, 11, 24)):
        assert registers_loosened(records(written), records(written), day) == []
    alone = [replace(records(), holds=(hold,)) for hold in records(written).holds if hold.id == "H-004"]
    assert shrunk(replace(records(), holds=records().holds[3:]), alone[0], TODAY) == []


def test_what_protects_more_is_not_told() -> None:
    """Wider holds, a new one, and what only says it otherwise."""
    for edit in (
        ("holds", "IA-001,RS-CYP-02", "IA-001,"),
        ("holds", "2020-03-01,2022-06-30", "2019-03-01,"),
        ("holds", PLACE, "https://wrenbridge.sharepoint.example:443/sites/Planning-Casework"),
    ):
        assert loosened(edit) == [], edit
    assert registers_loosened(replace(records(), holds=()), records(), TODAY) == []


def test_an_asset_that_is_no_vital_record_any_more_is_told() -> None:
    """And one that holds personal data of another kind, or may be shared further."""
    before = records()
    vital = next(asset for asset in before.assets.values() if asset.vital and asset.sensitive)
    after = replace(vital, vital=False, personal_data="personal")
    [one] = registers_loosened(before, replace(before, assets={**before.assets, vital.id: after}), TODAY)
    assert "no vital record any more; its personal data is personal" in one.sentence


def test_files_of_sensitive_assets_are_not_named() -> None:
    """Where a hold's place is a file or folder of a sensitive asset, it is counted and not spelled out."""
    plain = records()
    hold = next(each for each in plain.holds if each.locations)
    sensitive = replace(plain.assets[hold.asset_id], personal_data="special_category")
    before = replace(plain, assets={**plain.assets, sensitive.id: sensitive})
    place = hold.locations[0]
    other = replace(hold, locations=(place.below(["Somebody.docx"]),))
    holds = tuple(other if each is hold else each for each in before.holds)
    [one] = registers_loosened(before, replace(before, holds=holds), TODAY)
    assert "places 1 named in the file, was 1 named in the file" in one.sentence
