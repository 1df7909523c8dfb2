"""What a file says and cannot mean, or hardly: refused or doubted at its cell, before it quietly means something else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from custos.errors import Severity
from custos.records.load import load_records
from custos.records.remark import Matter
from custos.records.review import review
from tests.records.registers import changed, only, problems, shipped

ASSETS = "information_asset_register"


@pytest.mark.parametrize("written", ["PLACE", "\u0420lace", "Place\u00a0"])
def test_a_department_that_looks_like_another_is_doubted(written: str) -> None:
    """Policies choose assets by their department to the letter: IA-004 would drop out of "Place"."""
    files = changed(ASSETS, "Development control,Place,", f"Development control,{written},")
    if written.strip() == "Place":
        assert problems(files) == []
        return
    found = only(files)
    assert (found.severity, found.mark.line > 1) == (Severity.WARNING, True)
    assert 'differs from "Place" only by case or by characters that cannot be told apart.' in found.what
    assert found.remedy == "Write Place, unless two departments are meant."


@pytest.mark.parametrize(
    "written",
    ["htps://wrenbridge.sharepoint.example/sites/x", "https:/wrenbridge.sharepoint.example/x", "host name com/sites/y"],
)
def test_a_mistyped_address_is_no_paper_store(written: str) -> None:
    """An asset with papers besides keeps its places in SharePoint."""
    found = only(changed(ASSETS, "paper store B2", written))
    assert "is not an address" in found.what
    assert found.code == "address"


@pytest.mark.parametrize("written", ["paper store B2/shelf 4", "file://server/teams/x", "N:/teams/x", "HTTPS hut"])
def test_a_room_or_a_drive_is_another_place(written: str) -> None:
    """What is no address stays a place outside Microsoft 365."""
    assert problems(changed(ASSETS, "paper store B2", written)) == []


@pytest.mark.parametrize(
    ("written", "remedy"),
    [
        ("<siro@wrenbridge.example>", "Write siro@wrenbridge.example."),
        ("mailto:siro@wrenbridge.example", "Write siro@wrenbridge.example."),
        ("\u201csiro@wrenbridge.example\u201d", "Write siro@wrenbridge.example."),
        ("siro@wrenbridge.example.", "Write siro@wrenbridge.example."),
        ("siro@wrenbridge.example(left)", "Write siro@wrenbridge.example."),
        ("pawe?.wi?niewski@wrenbridge.example", "A ? stands where a letter was lost when the file was saved."),
    ],
)
def test_a_sign_in_name_is_one(written: str, remedy: str) -> None:
    """What a mail program or a spreadsheet left around a name is told with the name that is meant."""
    found = only(changed("people_roles", "siro@wrenbridge.example", written))
    assert "is not a sign-in name" in found.what
    assert found.remedy.startswith(remedy)


def test_one_steward_is_not_two() -> None:
    """Names are one whatever their case."""
    name = "planning.systems.officer@wrenbridge.example"
    files = changed(ASSETS, name, f"{name}; {name.upper()}")
    assert only(files).severity is Severity.WARNING
    assert load_records(files)[0].assets["IA-004"].stewards == (name,)


@pytest.mark.parametrize("value", ["#N/A", "#REF!", "########"])
def test_what_excel_shows_for_no_value_is_refused(value: str) -> None:
    """It is not somebody's name, a department, nor anything else."""
    found = only(changed(ASSETS, "Planning and building control files", value))
    assert f'"{value}" is what a spreadsheet shows' in found.what


@pytest.mark.parametrize("domain", ["gmail.com", "co.uk"])
def test_a_domain_that_anybody_has_is_doubted(domain: str) -> None:
    """An agreement with it would cover everybody there."""
    found = only(changed("sharing_agreements", ",eastvale-nhs.example,", f",{domain},"))
    assert (found.severity, found.code) == (Severity.WARNING, "everybodys-domain")


def test_a_review_or_a_test_that_is_still_to_come_is_told() -> None:
    """A day of 2062 would silence the finding for a generation."""
    records = load_records(shipped())[0]
    slip = date(2062, 6, 1)
    asset = replace(records.assets["IA-004"], last_review=slip, last_restore_test=slip)
    told = [
        one.matter
        for one in review(replace(records, assets={asset.id: asset}), date(2026, 11, 22))
        if "a day to come" in one.sentence
    ]
    assert told == [Matter.ASSET_REVIEW, Matter.RESTORE_TEST]


def test_a_host_that_is_almost_the_councils_is_doubted() -> None:
    """Two letters that changed places make a row count for nothing in the tenant; another company's host is no slip."""
    place = "wrenbridge.sharepoint.example/sites/csc-casework/Looked after children"
    found = only(changed("site_map", place, place.replace("wrenbridge", "wrenbrigde")))
    assert (found.severity, found.code) == (Severity.WARNING, "host")
    assert found.what.startswith('"wrenbrigde.sharepoint.example" is almost "wrenbridge.sharepoint.example"')
    assert problems(changed("site_map", place, place.replace("wrenbridge.", "eastvale."))) == []


@pytest.mark.parametrize(
    ("rows", "said"),
    [("", "The calendar is empty"), ("2019-12-26,bank_holiday,Boxing Day\n", "The calendar ends on 26 December 2019")],
)
def test_a_calendar_at_its_end_is_told(rows: str, said: str) -> None:
    """Deadlines are counted in working days, which a calendar without days gets wrong."""
    files = shipped() | {"register/calendar.csv": f"date,kind,name\n{rows}".encode()}
    (found,) = (one for one in review(load_records(files)[0], date(2026, 11, 22)) if "calendar" in one.matter)
    assert found.sentence == f"{said}: after that, bank holidays and closures count as working days."


@pytest.mark.parametrize(
    ("register", "old", "new", "remedy"),
    [
        ("retention_schedule", ",P6Y,HOU-01", ",6 years,HOU-01", "Write P6Y."),
        ("retention_schedule", ",P6Y,HOU-01", ",6 yrs,HOU-01", "Write P6Y."),
        ("retention_schedule", ",P6Y,HOU-01", ",18 Months,HOU-01", "Write P18M."),
        ("retention_schedule", ",P6Y,HOU-01", ",Permanent,HOU-01", "Write permanent."),
        ("holds", "COVID-19 inquiry,IA-011", "COVID-19 inquiry,IA-011;IA-004", "A row is for one asset: write a row for each."),
    ],
)  # fmt: skip
def test_what_was_meant_is_what_to_write(register: str, old: str, new: str, remedy: str) -> None:
    """A period in words, and two assets in a cell for one, come with what to write instead."""
    assert only(changed(register, old, new)).remedy == remedy


@pytest.mark.parametrize("written", ["", "VACANT", "a@wrenbridge.example; b@wrenbridge.example"])
def test_a_vacant_post_has_a_way_to_be_written(written: str) -> None:
    """Whoever finds no owner to write, or two, reads how the register says it."""
    owner = load_records(shipped())[0].assets["IA-004"].iao
    found = [one for one in problems(changed(ASSETS, f"Place,{owner}", f"Place,{written}")) if one.mark.line == 5]
    assert found[0].remedy.startswith("One owner answers for an asset; whoever stands in is deputy_iao_upn.")
    assert "people_roles.csv (valid_to)" in found[0].remedy


def test_a_person_with_two_posts_has_one_row() -> None:
    """Two rows of one person are refused with what to do instead, for their sign-in name cannot become another."""
    text = shipped()["register/people_roles.csv"].decode()
    again = next(row for row in text.splitlines() if row.startswith("siro@"))
    found = only(changed("people_roles", again, f"{again}\n{again}"))
    assert found.remedy == "Keep one row, with one title; settings.yaml may give a title several roles."
