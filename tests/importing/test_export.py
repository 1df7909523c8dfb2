"""The registers go out and come back the same, whatever stands in them; what somebody edited comes back as they meant it."""

from __future__ import annotations

import json
import shutil
import string
import tempfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custos.cli.main import main
from custos.importing.register_file import register_rows
from custos.records.registers import ALL
from simulator.councils import policies_of
from tests.importing.sitting import begun

SAMPLE = policies_of()
FREE = {
    "information_asset_register": ("name", "description", "supplier", "notes"),
    "retention_schedule": ("record_class", "legal_basis", "trigger_text"),
    "holds": ("authority", "notes"),
}
"""Columns in which anything may stand."""
TEXT = st.text(
    st.one_of(st.sampled_from(string.printable.strip()), st.sampled_from("_x0041_äßŵ–’€中")), min_size=1, max_size=30
).map(lambda text: "a" + " ".join(text.split()))


def rows_of(directory: Path) -> dict[str, list[dict[str, str]]]:
    """What the registers of a directory say."""
    return {
        register.name: register_rows(register, (directory / "register" / register.file).read_bytes())
        for register in ALL.values()
    }


def exported(directory: Path, file: Path, *more: str) -> Path:
    assert main(["export", str(file), "--from", str(directory), *more], {}) == 0
    return file


@pytest.mark.parametrize("form", ["xlsx", "json"])
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_went_out_comes_back_the_same(form: str, data: st.DataObject) -> None:
    """Every register comes back to the letter, into a directory that has none of it, whatever its texts are."""
    with tempfile.TemporaryDirectory() as room:
        council = Path(shutil.copytree(SAMPLE, Path(room) / "council"))
        for name, columns in FREE.items():
            file = council / "register" / f"{name}.csv"
            lines = rows_of(council)[name]
            for row in lines[:3]:
                row.update({column: data.draw(TEXT) for column in columns})
            file.write_bytes(_csv(name, lines))
        before = rows_of(council)
        empty = Path(shutil.copytree(council, Path(room) / "empty"))
        for register in ALL.values():
            (empty / "register" / register.file).write_text(",".join(register.columns) + "\n")
        file = exported(council, Path(room) / f"all.{form}")
        assert main(["import", "all", str(file), "--into", str(empty)], {}) == 0
        assert rows_of(empty) == before


def _csv(name: str, rows: list[dict[str, str]]) -> bytes:
    import csv
    import io

    out = io.StringIO()
    table = csv.DictWriter(out, ALL[f"{name}.csv"].columns, restval="", lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return out.getvalue().encode()


def test_a_workbook_holds_texts_and_nothing_else(tmp_path: Path) -> None:
    """No cell is a formula, a number or a day, also where its text looks like one; needed columns are marked and words offered."""
    file = exported(SAMPLE, tmp_path / "all.xlsx")
    book = openpyxl.load_workbook(file)
    assert book.sheetnames == [register.name for register in ALL.values()]
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.number_format for cell in cells} == {"@"}
    assert all(cell.quotePrefix for cell in cells)


def test_an_edited_workbook_comes_back_as_it_was_meant(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Changed cells change, cleared ones are cleared, a day typed as people do is understood, a row that was deleted stays and is said."""
    council = Path(shutil.copytree(SAMPLE, tmp_path / "council"))
    file = exported(council, tmp_path / "all.xlsx")
    book = openpyxl.load_workbook(file)
    sheet = book["information_asset_register"]
    names = [cell.value for cell in sheet[1]]
    sheet.cell(2, names.index("review_due") + 1).value = "31-Mar-2028"
    sheet.cell(2, names.index("risk_ref") + 1).value = None
    sheet.cell(3, names.index("name") + 1).value = "Adult care files"
    book["holds"].delete_rows(2)
    book["sharing_agreements"].cell(2, 1).value = "=SUM(A1)"
    book.create_sheet("My notes").append(["x"])
    book.save(file)
    before = rows_of(council)
    capsys.readouterr()
    assert main(["import", "all", str(file), "--into", str(council)], {}) == 1
    told = capsys.readouterr()
    assert "information_asset_register: 0 rows new, 2 changed, 10 as they were; 0 left out." in told.out
    assert "holds: 0 rows new, 0 changed, 3 as they were; 0 left out; 1 not in the file stay." in told.out
    assert "all.xlsx:sharing_agreements!A2  This is a formula that Excel never worked out." in told.out
    assert '"My notes" is no register, and was not read.' in told.err
    after = rows_of(council)
    first, second = after["information_asset_register"][:2]
    assert (first["review_due"], first.get("risk_ref"), second["name"]) == ("2028-03-31", None, "Adult care files")
    assert after["holds"] == before["holds"]
    assert after["sharing_agreements"] == before["sharing_agreements"]


def test_one_register_as_csv_and_all_as_json(tmp_path: Path) -> None:
    """CSV is the register's own file; JSON says its form and leaves empty cells out."""
    file = exported(SAMPLE, tmp_path / "holds.csv", "--register", "holds")
    assert file.read_bytes() == (SAMPLE / "register" / "holds.csv").read_bytes()
    told = json.loads(exported(SAMPLE, tmp_path / "all.json").read_text(encoding="utf-8"))
    assert told == {"format": 1, "registers": rows_of(SAMPLE)}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["export", "all.csv"], "A CSV file holds one register."),
        (["export", "all.ods"], "It is not said what kind of file is wanted."),
        (["export", "there.xlsx"], "It is there already, and is not written over."),
        (["export", "nowhere/at/all.xlsx"], "It cannot be written"),
        (["import", "all", "foreign.json"], "This is no JSON of `custos export`"),
        (["import", "all", "foreign.xlsx"], "No sheet of it is named like a register."),
        (["import", "all", "column.json"], 'Unknown column "hold". Did you mean "hold_id"?'),
    ],
)
def test_what_cannot_be_is_one_sentence(
    tmp_path: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It ends with 2, says what is wrong and changes nothing."""
    council = begun(tmp_path / "council")
    (tmp_path / "there.xlsx").write_text("mine")
    (tmp_path / "foreign.json").write_text('{"format": 7, "registers": {}}')
    (tmp_path / "column.json").write_text('{"format": 1, "registers": {"holds": [{"hold": "H-1"}]}}')
    openpyxl.Workbook().save(tmp_path / "foreign.xlsx")
    before, option = rows_of(council), "--into" if words[0] == "import" else "--from"
    typed = [*words[:-1], str(tmp_path / words[-1]), option, str(council)]
    assert main(["--width", "200", *typed], {}) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "Traceback" not in told
    assert rows_of(council) == before
    assert (tmp_path / "there.xlsx").read_text() == "mine"


def test_two_places_that_differ_by_a_space_stay_two(tmp_path: Path) -> None:
    """`Case files` and `Casefiles` are two libraries; an import of one leaves the other."""
    council = Path(shutil.copytree(SAMPLE, tmp_path / "council"))
    file = council / "register" / "site_map.csv"
    more = [
        f"https://wrenbridge.sharepoint.example/sites/hr-casework/{name},IA-007,,,"
        for name in ("Case files", "Casefiles")
    ]
    file.write_text(file.read_text() + "\n".join(more) + "\n")
    before = rows_of(council)["site_map"]
    out = exported(council, tmp_path / "map.json", "--register", "site_map")
    assert main(["import", "all", str(out), "--into", str(council)], {}) == 0
    assert rows_of(council)["site_map"] == before
