"""Workbooks as they come, and as somebody hostile makes them: one sentence each, and nothing is written."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from custos.errors import BadInput
from custos.importing.header import find_header
from custos.importing.source import read_source
from custos.records.registers.posts import POSTS
from tests.importing.thornby import PEOPLE, workbook, write, write_sheets


def archive(**parts: bytes) -> bytes:
    """A zip with parts; __ in a name stands for a slash."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/") + ".xml", content)
    return out.getvalue()


DOCTYPE = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><workbook>&b;</workbook>'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "The workbook has a password."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"Workbook", "This is a workbook of Excel before 2007."),
        (b"PK\x03\x04 cut off", "This is no Excel workbook."),
        (archive(hello=b"<a/>"), "This workbook is damaged, or it is not a workbook."),
        (archive(xl__workbook=DOCTYPE), "The workbook declares a document type"),
        (archive(xl__workbook=DOCTYPE.decode().encode("utf-16-be")), "The workbook declares a document type"),
        (archive(xl__a=b" " * 100_000_001), "The workbook unpacks to more than 100,000,000 bytes"),
        (archive(**{f"p{number}": b"" for number in range(2_001)}), "2,000 parts"),
    ],
    ids=["password", "old", "cut", "no workbook", "entities", "entities in UTF-16", "bomb", "many parts"],
)
def test_a_file_that_is_no_workbook_is_one_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    """A password, an old format, a bomb, entities: each is refused in one sentence before it costs anything."""
    path = tmp_path / "their.xlsx"
    path.write_bytes(content)
    with pytest.raises(BadInput) as refused:
        read_source(path)
    assert len(refused.value.problems) == 1
    assert said in str(refused.value)


def test_too_many_rows_are_one_sentence(tmp_path: Path) -> None:
    """50,000 rows are no register: reading ends at the most that one may have."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("People")
    for number in range(10_025):
        sheet.append([number])
    book.save(tmp_path / "long.xlsx")
    with pytest.raises(BadInput, match="more than 10,000 rows") as refused:
        read_source(tmp_path / "long.xlsx")
    assert len(refused.value.problems) == 1


def test_a_hidden_sheet_is_left_out_and_said(tmp_path: Path) -> None:
    """What nobody sees in Excel is not imported unless it is named."""
    sheets = read_source(workbook(tmp_path / "t.xlsx"))
    (hidden,) = [sheet for sheet in sheets if not sheet.rows]
    assert hidden.notes == ('The sheet "Lookups" is hidden, and was not read: --sheet reads it.',)
    assert read_source(tmp_path / "t.xlsx", "Lookups")[0].rows[0][0].text == "Ref"


@pytest.mark.parametrize(
    ("sheets", "said"),
    [
        ({"A": PEOPLE, "B": PEOPLE}, "Several sheets could be the register: A, B. Say which with --sheet."),
        (
            {"A": [["Email", "Job title"], ["Sign-in name", "Post"], *PEOPLE[1:]]},
            "Rows 1 and 2 both look like a header.",
        ),
        ({"A": [["Email", "Email", "Post"], *PEOPLE[1:]]}, 'The column "Email" is twice in the header.'),
        ({"A": [["x", "y"], [1, 2]]}, "No row of the sheet holds names of columns that are known."),
        ({"A": []}, "There is nothing in it that could be read."),
    ],
    ids=["two sheets", "two headers", "twice", "no header", "empty"],
)
def test_what_cannot_be_told_is_asked(tmp_path: Path, sheets: dict[str, list[list[object]]], said: str) -> None:
    """Which sheet and which header is never guessed."""
    path = write_sheets(tmp_path / "t.xlsx", sheets)
    with pytest.raises(BadInput) as refused:
        find_header("t.xlsx", read_source(path), POSTS)
    assert said in str(refused.value)
    assert len(refused.value.problems) == 1


def test_a_header_below_a_title_is_found_and_one_can_be_named(tmp_path: Path) -> None:
    """Titles above a header do no harm; where two rows could be it, a person's word decides."""
    titled = write(tmp_path / "a.xlsx", [["Officers of the council"], [], *PEOPLE])
    assert find_header("a.xlsx", read_source(titled), POSTS).number == 3
    double = write(tmp_path / "b.xlsx", [["Email", "Job title"], *PEOPLE])
    assert find_header("b.xlsx", read_source(double), POSTS, 2).names[2] == "Directorate"


def test_a_csv_file_is_read_whatever_its_separator(tmp_path: Path) -> None:
    """Semicolons, Windows-1252 and quoted line ends, as Excel saves them; a place has line and column."""
    path = tmp_path / "people.csv"
    path.write_bytes('Email;Job title\r\njo@t.example;"Café\r\nmanager"\r\n'.encode("cp1252"))
    (sheet,) = read_source(path)
    assert [cell.text for cell in sheet.rows[1]] == ["jo@t.example", "Café manager"]
    assert sheet.rows[1][1].place == "people.csv:2:14"
    assert "Windows-1252" in sheet.notes[0]
