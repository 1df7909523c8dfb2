"""The workbook of a second council, Thornby: other columns, other words, other shapes than Wrenbridge's. Made from data, cell by cell."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl

SHAREPOINT = "https://thornby.sharepoint.example"
SCHEDULE = [
    ["Thornby Borough Council: records retention schedule 2026"],
    [],
    ["Ref", "Service", "Records", "Keep for", "What happens then", "Authority", "Statutory or local", "Contact", "Purview label",
     "Next review", "Review frequency", "Status", "Comments"],
    ["TBC-1", "Finance", "Invoices and orders", "6 years after end of financial year", "Dispose", "Limitation Act 1980", "Limitation Act",
     "fin.head@thornby.gov.example", "FIN 6 years", date(2027, 3, 31), "Annually", "Approved", "- paid\n- unpaid"],
    ["TBC-2", None, "Asset registers", "Permanent", "Transfer to archive", "Local decision", "Local",
     "fin.head@thornby.gov.example", "FIN permanent", "31/03/2027", "every 2 years", "Approved", None],
    ["TBC-3", "Children", "Adoption case files", "DOB + 75 years", "Review then destroy", "Adoption Regulations 2005", "Statutory",
     "Head of Records <ig@thornby.gov.example>", "CHI DOB 75 years", "1st April 2027", 12, "Approved", None],
]  # fmt: skip
PEOPLE = [
    ["Email", "Job title", "Directorate", "Line manager", "From"],
    ["dr@thornby.gov.example", "Director of Resources", "Resources", None, "01/04/2021"],
    ["ig@thornby.gov.example", "Head of Records", "Resources", "dr@thornby.gov.example", datetime(2022, 4, 1)],  # noqa: DTZ001
    ["fin.head@thornby.gov.example", "Head of Finance", "Resources", "dr@thornby.gov.example", "1 June 2020"],
]
ASSETS = [
    ["IAR ref", "Information asset", "What it holds", "Service", "Directorate", "IAO", "Data stewards", "Where held", "Site URL",
     "Marking", "Personal information", "Retention ref", "Business critical", "External sharing", "Asset status", "Review cycle",
     "Review by"],
    ["A1", "Finance records", "Orders, invoices", "Finance", "Resources", "Desmond Achebe", "ig@thornby.gov.example",
     "SharePoint", f"{SHAREPOINT}/sites/finance\n{SHAREPOINT}/sites/payments", "Official", "Personal data", "TBC-1, TBC-2", "Y",
     "Internal only", "Live", "Annual", "30/06/2027"],
    ["A2", "Adoption files", "Case files of adoptions", "Children", "Resources", "ig@thornby.gov.example", None, "SharePoint",
     f"{SHAREPOINT}/sites/adoption", "Official - Sensitive", "Special category data", "TBC-3", "No", "Internal only", "Live", "Annual",
     "30/06/2027"],
]  # fmt: skip
SHEETS = {"Retention": SCHEDULE, "Officers": PEOPLE, "Assets": ASSETS}


def write(path: Path, rows: list[list[Any]], *, title: str = "Sheet") -> Path:
    """A workbook of one sheet."""
    return write_sheets(path, {title: rows})


def write_sheets(path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    """A workbook of sheets, by their names."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def workbook(path: Path) -> Path:
    """Thornby's own: three sheets, a function merged over two rows, and a hidden sheet of lookups."""
    write_sheets(path, SHEETS)
    book = openpyxl.load_workbook(path)
    book["Retention"].merge_cells("B4:B5")
    book["Retention"].merge_cells("A1:M1")
    book.create_sheet("Lookups").append(["Ref", "Keep for"])
    book["Lookups"].sheet_state = "hidden"
    book.save(path)
    return path
