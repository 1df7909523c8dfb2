"""What `custos import` says of a file: what it left unread, what it changes, what a slip in a mapping is, and once."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from custos.cli.main import main
from tests.importing.sitting import begun, brought
from tests.importing.thornby import PEOPLE, SCHEDULE, write, write_sheets

MAPPING = "register: people_roles\ncolumns: {Email: upn, Job title: role, Directorate: department}\n"
SHORT = [row[:3] for row in PEOPLE]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
@pytest.mark.parametrize("more", [[], ["--sheet", "Officers"]])
def test_a_hidden_sheet_is_said_at_the_terminal(
    tmp_path: Path, state: str, more: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Hidden in either way, and also where another sheet was named: the first run and the next say that it was not read."""
    path = write_sheets(tmp_path / "t.xlsx", {"Officers": SHORT, "Old officers": SHORT})
    book = openpyxl.load_workbook(path)
    book["Old officers"].sheet_state = state
    book.save(path)
    council = begun(tmp_path / "p")
    for _ in range(2):
        capsys.readouterr()
        assert brought("people_roles", path, council, tmp_path / "m.yaml", *more) == 0
        told = capsys.readouterr().err
        assert told.count('The sheet "Old officers" is hidden, and was not read: --sheet reads it.') == 1


def test_what_stands_in_no_column_of_the_mapping_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A column that a kept mapping does not name, and values beyond the header, are listed; one that is left out by "" is not."""
    rows = [[*SHORT[0], "Phone", "Room", None], [*SHORT[1], "1", "2", "beyond"], *SHORT[2:]]
    council, mapping = begun(tmp_path / "p"), tmp_path / "m.yaml"
    mapping.write_text(MAPPING.replace("}", ', Room: ""}'), encoding="utf-8")
    assert brought("people_roles", write(tmp_path / "t.xlsx", rows), council, mapping) == 0
    told = capsys.readouterr().err
    assert 'The mapping does not name "Phone": left out.' in told
    assert "1 value stands under no column's name and was left out, the first at t.xlsx:Sheet!F2." in told


def test_nothing_new_is_nothing_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where every row is left out, or is as it was, the register is not touched, and that is said."""
    council, mapping = begun(tmp_path / "p"), tmp_path / "m.yaml"
    mapping.write_text(MAPPING, encoding="utf-8")
    register = council / "register/people_roles.csv"
    before = register.read_bytes()
    wrong = [SHORT[0], ["nobody", "Clerk", "Resources"]]
    assert brought("people_roles", write(tmp_path / "t.xlsx", wrong), council, mapping) == 1
    told = capsys.readouterr().out
    assert "0 rows new, 0 changed, 0 as they were; 1 left out. Nothing was written." in told
    assert register.read_bytes() == before
    right = write(tmp_path / "r.xlsx", SHORT)
    brought("people_roles", right, council, mapping)
    capsys.readouterr()
    assert brought("people_roles", right, council, mapping) == 0
    assert "0 rows new, 0 changed, 3 as they were; 0 left out. Nothing was written." in capsys.readouterr().out


def test_each_cell_that_changes_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Row, column, what it was and what it becomes, before it is written; more than a screen of them is counted."""
    council, mapping = begun(tmp_path / "p"), tmp_path / "m.yaml"
    mapping.write_text(MAPPING, encoding="utf-8")
    rows = [SHORT[0], *([f"p{number}@thornby.gov.example", "Clerk", "Resources"] for number in range(60))]
    brought("people_roles", write(tmp_path / "t.xlsx", rows), council, mapping)
    capsys.readouterr()
    for row in rows[1:]:
        row[1] = "Officer"
    assert brought("people_roles", write(tmp_path / "t.xlsx", rows), council, mapping, "--dry-run") == 0
    told = capsys.readouterr().out
    assert "people_roles: p0@thornby.gov.example, role: Clerk becomes Officer" in told
    assert told.count(" becomes ") == 50
    assert "10 more of these, not listed." in told


def test_the_row_of_a_header_alone_is_enough_for_a_proposal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two rows that look like a header are refused with the one line to write; with it a proposal is made, and it keeps that row."""
    rows = [["Email", "Job title"], ["Sign-in name", "Post"], *(row[:2] for row in PEOPLE[1:])]
    book, council, mapping = write(tmp_path / "t.xlsx", rows), begun(tmp_path / "p"), tmp_path / "m.yaml"
    assert brought("people_roles", book, council, mapping) == 2
    refused = " ".join(capsys.readouterr().err.split())
    assert "Rows 1 and 2 both look like a header." in refused
    assert "a mapping that holds one line, header_row: 1" in refused
    mapping.write_text("header_row: 2\n", encoding="utf-8")
    brought("people_roles", book, council, mapping)
    assert "Nothing was written yet. Look through" in " ".join(capsys.readouterr().out.split())
    kept = mapping.read_text(encoding="utf-8")
    assert "header_row: 2\n" in kept
    assert "Sign-in name: upn" in kept
    mapping.write_text(kept.replace("department: ''", "department: Resources"), encoding="utf-8")
    assert brought("people_roles", book, council, mapping) == 0


@pytest.mark.parametrize(
    ("always", "said"),
    [
        ("{entryid} {record_class}", '"{entryid}" is no column that the file fills. Did you mean "entry_id"?'),
        ("{Entry ID}", '"{Entry ID}" is no column that the file fills.'),
        ("{label_name}", '"{label_name}" is no column that the file fills.'),
        ("{entry_id", 'A brace of "{entry_id" stands alone.'),
    ],
)
def test_a_slip_in_a_placeholder_is_refused(
    tmp_path: Path, always: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a text of `always` puts in is a column that the file fills: anything else is refused with its place, and nothing is written."""
    council, mapping = begun(tmp_path / "p"), tmp_path / "m.yaml"
    mapping.write_text(
        "register: retention_schedule\ncolumns: {Ref: entry_id, Records: record_class}\n"
        f"always:\n  label_name: '{always}'\n",
        encoding="utf-8",
    )
    assert brought("retention_schedule", write(tmp_path / "t.xlsx", SCHEDULE), council, mapping) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert f"m.yaml:4:15 {said}" in told
    assert "entry_id" in told.partition(said)[2] + said


@pytest.mark.parametrize(
    ("period", "said"),
    [
        (
            "6 years",
            's.xlsx:Sheet!D2  "6 years" does not say from when it is counted. Write for instance 6 years after closure',
        ),
        ("up to 6 years", 's.xlsx:Sheet!D2  "up to 6 years" is not understood as one period.'),
        (None, 's.xlsx:Sheet!D2  "period" is empty.'),
    ],
)
def test_a_start_that_is_not_told_is_one_sentence_at_the_period(
    tmp_path: Path, period: str | None, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file without a column for the start is told of the cell that should say it, once; `always` can say it for every such row."""
    rows = [SCHEDULE[2], [*SCHEDULE[3][:3], period, *SCHEDULE[3][4:]]]
    book, council, mapping = write(tmp_path / "s.xlsx", rows), begun(tmp_path / "p"), tmp_path / "m.yaml"
    brought("retention_schedule", book, council, mapping)
    mapping.write_text(
        mapping.read_text(encoding="utf-8").replace("record_type: ''", "record_type: none"), encoding="utf-8"
    )
    capsys.readouterr()
    assert brought("retention_schedule", book, council, mapping) == 1
    (told,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("error: ")]
    assert said in told
    assert ("trigger_kind: created, trigger_text: Creation" in told) == (period == "6 years")
    if period == "6 years":
        kept = mapping.read_text(encoding="utf-8")
        more = "record_type: none\n  trigger_kind: created\n  trigger_text: Creation"
        mapping.write_text(kept.replace("record_type: none", more), encoding="utf-8")
        assert brought("retention_schedule", book, council, mapping) == 0
        assert ",created,Creation,P6Y," in (council / "register/retention_schedule.csv").read_text(encoding="utf-8")


def test_a_formula_without_a_value_is_not_said_to_be_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A cell that Excel never worked out is a fault of its row, and not counted as a value that was taken."""
    rows = [*SHORT[:3], ["=1+1", "Clerk", "Resources"]]
    council, mapping = begun(tmp_path / "p"), tmp_path / "m.yaml"
    mapping.write_text(MAPPING, encoding="utf-8")
    assert brought("people_roles", write(tmp_path / "t.xlsx", rows), council, mapping) == 1
    told = capsys.readouterr()
    assert "t.xlsx:Sheet!A4  This is a formula that Excel never worked out." in told.out
    assert "Formulas:" not in told.err


def test_all_registers_say_each_error_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A row of an exported file that no register takes is told like any other: each of its errors once."""
    council, file = begun(tmp_path / "p"), tmp_path / "all.json"
    row = '{"entry_id": "TBC-1", "function": "Finance", "period": "ages", "status": "live and kicking"}'
    file.write_text(f'{{"format": 1, "registers": {{"retention_schedule": [{row}]}}}}', encoding="utf-8")
    capsys.readouterr()
    assert main(["--width", "200", "import", "all", str(file), "--into", str(council)], {}) == 1
    errors = [line for line in capsys.readouterr().out.splitlines() if line.startswith("error: ")]
    assert [line for line in errors if '"ages"' in line and "period" in line]
    assert len(errors) == len(set(errors))
    kinds = [line.partition("  ")[2].partition(".")[0] for line in errors]
    assert len([kind for kind in kinds if "period" in kind]) == 1
