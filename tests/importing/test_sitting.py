"""The first sitting of a second council: init, import of its own workbook, validate."""

from __future__ import annotations

from pathlib import Path

import pytest

from custos.cli.main import main
from custos.policy import load
from tests.importing.sitting import begun, brought
from tests.importing.thornby import SCHEDULE, SHAREPOINT, workbook, write

BLANKS = {
    "retention_schedule": ["Comments: ''", "record_type: ''"],
    "information_asset_register": ["Desmond Achebe: ''"],
}
REGISTERS = {"retention_schedule": "Retention", "people_roles": "Officers", "information_asset_register": "Assets"}


def test_a_council_gets_from_its_workbook_to_policies_that_validate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """init ► import, with a blank that a person fills ► validate: every row of every sheet is in force, and every policy simulates."""
    book, council = workbook(tmp_path / "thornby.xlsx"), begun(tmp_path / "policies")
    for register, sheet in REGISTERS.items():
        mapping = tmp_path / f"{register}.yaml"
        first = brought(register, book, council, mapping, "--sheet", sheet)
        text = mapping.read_text(encoding="utf-8")
        blanks = [line.strip() for line in text.splitlines() if line.endswith(": ''")]
        assert (first, blanks) == (int(register in BLANKS), BLANKS.get(register, []))
        filled = text.replace("record_type: ''", "record_type: none").replace(
            "Achebe: ''", "Achebe: fin.head@thornby.gov.example"
        )
        mapping.write_text(filled, encoding="utf-8")
        assert brought(register, book, council, mapping) == 0
    capsys.readouterr()
    assert main(["validate", str(council)], {}) == 0
    assert "11 policies and 2 assets are in order" in capsys.readouterr().err
    bundle = load(council)
    schedule, assets = bundle.records.schedule, bundle.records.assets
    assert {entry.id: (entry.period, entry.trigger_kind, entry.trigger) for entry in schedule.values()} == {
        "TBC-1": ("P6Y", "financial_year_end", "End of financial year"),
        "TBC-2": ("permanent", "permanent", "Never"),
        "TBC-3": ("P75Y", "dob", "DOB"),
    }
    assert schedule["TBC-3"].owner == "ig@thornby.gov.example"
    assert schedule["TBC-3"].final_action == "destroy_after_review"
    assert (
        b"TBC-2,Finance," in bundle.files["register/retention_schedule.csv"]
    )  # its cell was merged with the one above
    assert [place.text for place in assets["A1"].locations] == [
        f"{SHAREPOINT}/sites/finance",
        f"{SHAREPOINT}/sites/payments",
    ]
    assert assets["A1"].schedule_refs == ("TBC-1", "TBC-2")
    assert assets["A1"].vital
    assert {policy.state for policy in bundle.policies.values()} == {"simulate"}


def test_a_row_that_is_not_understood_is_left_out_and_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One bad cell costs its row: file, sheet and cell are named, the others are written, and nothing is guessed."""
    rows = [*SCHEDULE, ["TBC-4", *SCHEDULE[3][1:]], ["TBC-5", *SCHEDULE[3][1:]], ["=1+1", *SCHEDULE[3][1:]]]
    rows[4] = ["TBC-2", "Finance", *SCHEDULE[4][2:]]
    rows[6][3], rows[6][7], rows[7][2] = "6 years unless disputed", "Jo Bloggs", "@SUM(A1)"
    book, council, mapping = write(tmp_path / "s.xlsx", rows), begun(tmp_path / "p"), tmp_path / "m.yaml"
    brought("retention_schedule", book, council, mapping)
    text = mapping.read_text(encoding="utf-8")
    assert "Jo Bloggs: ''" in text
    assert "6 years unless disputed: ''" in text
    mapping.write_text(text.replace("record_type: ''", "record_type: none"), encoding="utf-8")
    capsys.readouterr()
    assert brought("retention_schedule", book, council, mapping) == 1
    told = capsys.readouterr().out
    assert 's.xlsx:Sheet!D7  "6 years unless disputed" is not understood as one period.' in told
    assert 's.xlsx:Sheet!H7  "Jo Bloggs" is not a sign-in name.' in told
    assert 's.xlsx:Sheet!C8  "@SUM(A1)" begins with @' in told
    assert "s.xlsx:Sheet!A9  This is a formula that Excel never worked out." in told
    assert "3 rows new, 0 changed, 0 as they were; 3 left out" in told
    written = (council / "register/retention_schedule.csv").read_text(encoding="utf-8")
    assert [line.split(",")[0] for line in written.splitlines()] == ["entry_id", "TBC-1", "TBC-2", "TBC-3"]
    mapping.write_text(
        mapping.read_text(encoding="utf-8")
        .replace("Jo Bloggs: ''", "Jo Bloggs: jo.bloggs@thornby.gov.example")
        .replace("6 years unless disputed: ''", "6 years unless disputed: 7 years from closure"),
        encoding="utf-8",
    )
    brought("retention_schedule", book, council, mapping)
    assert "1 row new, 0 changed, 3 as they were; 2 left out" in capsys.readouterr().out
    assert "jo.bloggs@thornby.gov.example" in (council / "register/retention_schedule.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("period", "trigger", "kept"),
    [
        ("6 years after closure", "Closure of case", "event,Closure of case,P6Y"),
        (
            "6 years after end of financial year",
            "End of the financial year",
            "financial_year_end,End of the financial year,P6Y",
        ),
        ("6 years after end of financial year", "Last payment", ""),
        ("6 years after closure of the last case", "Closure", ""),
        ("6 years", "Date of birth of the mother", "event,Date of birth of the mother,P6Y"),
    ],
)
def test_two_columns_that_say_from_when_must_agree(
    tmp_path: Path, period: str, trigger: str, kept: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A trigger of its own column stands beside the words of the period only where none of these is lost."""
    header, row = [*SCHEDULE[2], "Trigger"], [*SCHEDULE[3], trigger]
    row[3] = period
    book, council, mapping = write(tmp_path / "s.xlsx", [header, row]), begun(tmp_path / "p"), tmp_path / "m.yaml"
    brought("retention_schedule", book, council, mapping)
    mapping.write_text(
        mapping.read_text(encoding="utf-8").replace("record_type: ''", "record_type: none"), encoding="utf-8"
    )
    capsys.readouterr()
    assert brought("retention_schedule", book, council, mapping) == int(not kept)
    said = f'The period is counted from "{period[14:].capitalize()}", and the trigger says "{trigger}".'
    assert (f"s.xlsx:Sheet!D2  {said}" in capsys.readouterr().out) == (not kept)
    written = (council / "register/retention_schedule.csv").read_text(encoding="utf-8")
    assert (f",{kept}," in written) if kept else ("TBC-1" not in written)


@pytest.mark.parametrize("more", [[], ["--dry-run"]])
def test_nothing_is_written_before_somebody_looked(tmp_path: Path, more: list[str]) -> None:
    """A proposed mapping writes no register, and nor does --dry-run with a mapping that was looked at."""
    council, mapping = begun(tmp_path / "p"), tmp_path / "m.yaml"
    before = (council / "register/people_roles.csv").read_bytes()
    book = workbook(tmp_path / "thornby.xlsx")
    brought("people_roles", book, council, mapping, "--sheet", "Officers")
    if more:
        brought("people_roles", book, council, mapping, *more)
    assert (council / "register/people_roles.csv").read_bytes() == before


def test_what_the_file_does_not_have_stays(tmp_path: Path) -> None:
    """An import changes the columns that it has; what else a row of the register says stays."""
    council, mapping = begun(tmp_path / "p"), tmp_path / "m.yaml"
    file = tmp_path / "people.csv"
    file.write_text("Email;Job title\nig@thornby.gov.example;Records Lead\n", encoding="utf-8")
    mapping.write_text(
        "register: people_roles\ncolumns: {Email: upn, Job title: role}\nalways: {department: '{role}'}\n",
        encoding="utf-8",
    )
    register = council / "register/people_roles.csv"
    register.write_text(
        "upn,role,department,manager_upn\nig@thornby.gov.example,Head of Records,X,dr@thornby.gov.example\n",
        encoding="utf-8",
    )
    assert brought("people_roles", file, council, mapping) == 0
    assert "ig@thornby.gov.example,Records Lead,Records Lead,dr@thornby.gov.example," in register.read_text(
        encoding="utf-8"
    )


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        (
            "register: people_roles\ncolumns: {Email: upm}\n",
            'm.yaml:2:18  The register has no column "upm". Did you mean "upn"?',
        ),
        ("register: holds\ncolumns: {Email: upn}\n", "This mapping is for holds, and people_roles is imported."),
        ("register: people_roles\ncolumns: {Mail: upn}\n", 'The file has no column "Mail", which the mapping names.'),
        (
            "register: people_roles\ncolumns: {Email: upn}\nheader_row: 9\n",
            "Row 9 of the sheet is empty or is not there.",
        ),
        ("columns: [x]\nregister: people_roles\n", "This part is written as keys and values."),
    ],
)
def test_a_mapping_with_a_slip_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], mapping: str, said: str
) -> None:
    """What is wrong with a mapping is said with its place, and no register is written."""
    council, kept = begun(tmp_path / "p"), tmp_path / "m.yaml"
    kept.write_text(mapping, encoding="utf-8")
    before = (council / "register/people_roles.csv").read_bytes()
    assert brought("people_roles", workbook(tmp_path / "thornby.xlsx"), council, kept, "--sheet", "Officers") == 2
    assert said in capsys.readouterr().err
    assert (council / "register/people_roles.csv").read_bytes() == before
