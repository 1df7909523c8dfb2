"""The sheets of whatever file a council has: a workbook by what is in it, anything else as CSV."""

from __future__ import annotations

from pathlib import Path

from custos.errors import BadInput, Problem, Severity
from custos.importing.sheet import Sheet, SheetCell
from custos.importing.workbook import MOST_BYTES, read_workbook
from custos.policy.policy_files import read_file
from custos.problems import Problems
from custos.records.csv_file import read_lines
from custos.untrusted import plain

_ARCHIVE, _COMPOUND = b"PK", b"\xd0\xcf\x11\xe0"


def read_source(path: Path, wanted: str = "") -> list[Sheet]:
    """Its sheets; a CSV file is one without a name. Raises BadInput when it cannot be read."""
    file = plain(path.name)
    content = read_file(path, file, most=MOST_BYTES)
    if isinstance(content, Problem):
        raise BadInput([content])
    if content.startswith((_ARCHIVE, _COMPOUND)) or path.suffix.casefold() in (".xlsx", ".xlsm"):
        return read_workbook(file, content, wanted)
    problems = Problems()
    lines, whole = read_lines(file, content, problems)
    if not whole:
        raise BadInput([problem for problem in problems.all if problem.severity is Severity.ERROR])
    faults = {problem.mark: problem.what for problem in problems.all if problem.mark.line}
    rows = [[SheetCell(cell.text, str(cell.mark), faults.get(cell.mark, "")) for cell in line] for line in lines]
    notes = tuple(f"{problem.what} {problem.remedy}" for problem in problems.all if not problem.mark.line)
    return [Sheet("", rows, [line[0].mark.line for line in lines], notes)]
