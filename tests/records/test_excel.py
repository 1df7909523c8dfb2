"""What Excel does to CSV files is understood, or refused in one clear sentence."""

from __future__ import annotations

import pytest

from custos.errors import Severity
from custos.records.csv_file import MOST_BYTES
from custos.records.load import load_records
from tests.records.registers import changed, only, problems, replaced, shipped

HOLDS = shipped()["register/holds.csv"].decode()
CALENDAR = shipped()["register/calendar.csv"].decode()


def _semicolons(text: str) -> str:
    return text.replace(",", ";")


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + CALENDAR.encode(),
        CALENDAR.replace("\n", "\r\n").encode(),
        _semicolons(CALENDAR).encode(),
        CALENDAR.replace(",", "\t").encode(),
        b"sep=;\r\n" + _semicolons(CALENDAR).replace("\n", "\r\n").encode(),
        (CALENDAR + "\n,,\n,,\n\n").encode(),
        CALENDAR.replace("date,kind,name", "Date , KIND, Name").encode(),
        CALENDAR.replace("\n", ",,\n").encode(),
        CALENDAR.replace("date,kind,name", '"date","kind","name"').encode(),
    ],
    ids=[
        "bom",
        "crlf",
        "semicolons",
        "tabs",
        "sep-line",
        "blank rows",
        "header case",
        "empty columns",
        "quoted header",
    ],
)
def test_what_excel_writes_is_read(content: bytes) -> None:
    """The same days come out, whatever the form."""
    records, found = load_records(replaced("calendar", content))
    assert found == []
    assert len(records.holidays) == 22


def test_windows_1252_is_read_with_a_warning() -> None:
    """Text in Excel's own encoding serves, and its owner is told how to save it better."""
    content = CALENDAR.replace("Good Friday", "Fête").encode("cp1252")
    found = only(replaced("calendar", content))
    assert found.severity is Severity.WARNING
    assert "Windows-1252" in found.what


def test_unicode_text_is_refused_with_the_way_out() -> None:
    """UTF-16 is no CSV; the remedy names the menu entry."""
    found = only(replaced("calendar", CALENDAR.encode("utf-16")))
    assert "CSV UTF-8" in found.remedy


@pytest.mark.parametrize("formula", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3+cmd|'x'!A0", "=HYPERLINK(1)"])
def test_formulas_are_refused(formula: str) -> None:
    """A cell that a spreadsheet would run is never accepted."""
    found = problems(changed("holds", "FOI-2026-0417,IA-004", f"{formula},IA-004"))
    assert [problem.code for problem in found] == ["formula"]


@pytest.mark.parametrize(
    ("written", "remedy"),
    [
        ("03/05/2021", "Write 2021-05-03 or 2021-03-05."),
        ("05/31/2021", "Write 2021-05-31."),
        ("44348", "write 2021-06-01"),
        ("June 2021", "for instance 2027-03-31"),
        ("1.6.21", "for instance 2027-03-31"),
        ("2021-02-30", "Write year-month-day."),
    ],
)
def test_a_date_that_could_be_misread_is_refused_with_what_to_write(written: str, remedy: str) -> None:
    """A day is understood beyond doubt, or not at all."""
    assert remedy in only(changed("holds", "2021-06-01", written)).remedy


@pytest.mark.parametrize("written", ["31/05/2021", "31.5.2021", "2021-05-31 00:00:00", "05/05/2021"])
def test_a_date_that_can_only_mean_one_day_is_read(written: str) -> None:
    """Day-first dates are fine where no other reading exists."""
    assert problems(changed("holds", "2021-06-01", written)) == []


def test_an_unknown_column_is_named_with_the_nearest() -> None:
    """A misspelt header is not silently an empty column."""
    found = problems(replaced("holds", HOLDS.replace("items_from", "item_from").encode()))
    assert 'Did you mean "items_from"?' in found[0].remedy


@pytest.mark.parametrize(
    ("register", "column"),
    [("exceptions", "asset_id"), ("people_roles", "valid_from"), ("holds", "authority"), ("site_map", "schedule_ref")],
)
def test_a_column_with_values_and_no_name_is_refused(register: str, column: str) -> None:
    """A merged header leaves a blank cell; a guard that stands below it is not dropped without a word."""
    header = shipped()[f"register/{register}.csv"].decode().split("\n", 1)[0]
    files = changed(register, f",{column},", ",,")
    found = next(one for one in problems(files) if one.code == "nameless-column")
    assert (found.mark.file, found.mark.line) == (f"register/{register}.csv", 1)
    assert found.mark.column == header.index(f",{column},") + 2
    assert str(found).endswith("This column has values and no name. Write its name, or delete it.")


@pytest.mark.parametrize("title", ["v4.2,,\n", "Calendar of the council\n", "v4.2;;\n\n"])
def test_a_title_above_the_header_is_told_as_one(title: str) -> None:
    """The header must be line 1, whatever separates the cells."""
    content = title + (_semicolons(CALENDAR) if ";" in title else CALENDAR)
    found = only(replaced("calendar", content.encode()))
    assert found.what == f"This line is not the header, which is on line {2 + title.count(chr(10)) - 1}."
    assert found.remedy == "Delete what is above the header."


def test_a_file_without_a_header_is_one_problem() -> None:
    """What lacks every column lacks a header, and is told which one to write."""
    found = only(replaced("calendar", b"2026-01-01,bank_holiday,New Year's Day\n"))
    assert "the header: date, kind, name." in found.remedy


def test_a_column_that_stands_twice_is_refused() -> None:
    """Which of the two counts is not guessed."""
    found = problems(replaced("holds", HOLDS.replace("authority", "kind").encode()))
    assert any("is there twice" in problem.what for problem in found)


def test_a_missing_mandatory_column_is_one_problem() -> None:
    """A lacking column is reported once, not for each row."""
    content = HOLDS.replace("since,", "begun,").encode()
    found = problems(replaced("holds", content))
    assert len([problem for problem in found if '"since"' in problem.what]) == 1


def test_a_quotation_mark_that_never_closes_is_found_where_it_opens() -> None:
    """The rest of the file is not swallowed silently."""
    found = problems(replaced("calendar", CALENDAR.replace("Good Friday", '"Good Friday').encode()))
    assert any("never closed" in problem.what and problem.mark.line == 3 for problem in found)


def test_a_cell_may_hold_line_ends_and_quotes() -> None:
    """Quoted cells with commas, quotes and line ends stay one cell, and later lines keep their numbers."""
    content = CALENDAR.replace("Good Friday", '"Good ""Friday"",\nagain"', 1).replace("2026-05-25", "2026-25-05")
    found = only(replaced("calendar", content.encode()))
    assert found.mark.line == CALENDAR.splitlines().index("2026-05-25,bank_holiday,Spring bank holiday") + 2


def test_a_huge_file_is_refused_at_once() -> None:
    """Ten megabytes are one problem, in no time."""
    found = only(replaced("calendar", b"x" * (2 * MOST_BYTES)))
    assert "10,000,000 bytes" in found.what


def test_a_huge_cell_is_refused() -> None:
    """A cell holds a few thousand characters at most."""
    assert "characters" in only(changed("holds", "12 files", "x" * 5000)).what


def test_a_binary_file_is_refused() -> None:
    """A workbook that was renamed is no CSV."""
    assert "not a CSV file" in only(replaced("calendar", b"PK\x03\x04\0\0\0")).what


def test_an_empty_file_says_which_header_to_write() -> None:
    """An empty register is not an empty list."""
    assert "date, kind, name" in only(replaced("calendar", b"")).remedy


def test_a_domain_with_an_at_sign_is_told_what_to_write() -> None:
    """People write domains as mail addresses end; a spreadsheet would take the cell for a formula."""
    found = only(changed("sharing_agreements", ",eastvale-nhs.example,", ",@eastvale-nhs.example,"))
    assert "begins with @" in found.what
    assert found.remedy == "Write eastvale-nhs.example."
