"""Reads one CSV file as people make it, mostly with Excel: cells with their places, and every fault of the file at once."""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from custos.errors import Mark, Problem, Severity

MOST_BYTES = 5_000_000
MOST_ROWS = 50_000
MOST_CHARACTERS_A_CELL = 4_000
MOST_PROBLEMS = 200
_FORMULA = re.compile(r"[=@\t\r]|[+-](?![\d.,\s]*$)")
_SEPARATORS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of one cell, trimmed, and where it stands. The mark of an empty cell that is not written is its row's."""

    text: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Table:
    """The rows below the header, each by column name; cells that the file leaves out are empty."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, Cell], ...]


def read_table(
    file: str, content: bytes, *, columns: Collection[str], required: Collection[str]
) -> tuple[Table, list[Problem]]:
    """The table in `content`, and what is wrong with it.

    Understood: UTF-8 with or without a byte order mark, Windows-1252, commas, semicolons or tabs, Windows line ends, a first
    line `sep=;`, blank rows, headers in any case. A table with problems holds only the rows that could be read.
    """
    problems: list[Problem] = []
    nothing = Table(file, (), ())
    text = _decoded(file, content, problems)
    if text is None:
        return nothing, problems
    skipped = re.match(r"sep=(.)\r?\n", text, re.IGNORECASE)
    body = text[skipped.end() :] if skipped else text
    first_line = 2 if skipped else 1
    separator = skipped[1] if skipped else _separator(body, columns)
    lines = _lines(file, body, separator, first_line, problems)
    if not lines:
        if not problems:
            problems.append(Problem(Mark(file), "The file is empty.", f"Write the header: {', '.join(columns)}."))
        return nothing, problems
    header, *rest = lines
    names = _header(file, header, columns, required, problems)
    if len(rest) > MOST_ROWS:
        problems.append(Problem(Mark(file, header[0].mark.line + MOST_ROWS), f"More than {MOST_ROWS:,} rows."))
        rest = rest[:MOST_ROWS]
    rows = tuple(_row(file, line, names, problems) for line in rest if any(cell.text for cell in line))
    return Table(file, tuple(name for name in names if name), rows), problems[:MOST_PROBLEMS]


def nearest(written: str, known: Collection[str]) -> str:
    """`Did you mean "x"?` for the nearest known word, or the list of them when none is near and the list is short."""
    plain = {" ".join(word.casefold().split()): word for word in known}
    close = get_close_matches(" ".join(written.casefold().split()), list(plain), n=1, cutoff=0.6)
    if close:
        return f'Did you mean "{plain[close[0]]}"?'
    return f"Known: {', '.join(sorted(known))}." if 0 < len(known) <= 40 else ""


def _decoded(file: str, content: bytes, problems: list[Problem]) -> str | None:
    whole = Mark(file)
    if len(content) > MOST_BYTES:
        problems.append(
            Problem(whole, f"The file has {len(content):,} bytes; a register may have {MOST_BYTES:,}.", "Split it.")
        )
        return None
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in content:
        problems.append(
            Problem(
                whole, "This is not a CSV file in UTF-8.", 'In Excel choose "Save as", "CSV UTF-8 (comma delimited)".'
            )
        )
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        problems.append(
            Problem(
                whole,
                "The file is not UTF-8; it was read as Windows-1252.",
                'In Excel choose "Save as", "CSV UTF-8 (comma delimited)".',
                code="encoding",
                severity=Severity.WARNING,
            )
        )
        return content.decode("cp1252", errors="replace")


def _separator(text: str, columns: Collection[str]) -> str:
    """The separator that makes most known names of the first line."""
    header = text.split("\n", 1)[0].casefold()

    def known(separator: str) -> int:
        return sum(name.strip().strip('"').strip() in columns for name in header.split(separator))

    return max(_SEPARATORS, key=known)


def _lines(file: str, text: str, separator: str, first_line: int, problems: list[Problem]) -> list[list[Cell]]:
    """Every line as cells. A quoted cell may hold separators, line ends and doubled quotes."""
    token = re.compile(rf'[ ]*"((?:[^"]|"")*)"[ ]*(?={re.escape(separator)}|\r?\n|\Z)|([^{re.escape(separator)}\r\n]*)')
    lines: list[list[Cell]] = []
    cells: list[Cell] = []
    position, line, line_start = 0, first_line, 0
    while position < len(text):
        found = token.match(text, position)
        assert found is not None  # the second branch matches the empty string
        mark = Mark(file, line, position - line_start + 1)
        quoted = found[1] is not None
        written = found[1].replace('""', '"') if quoted else found[2]
        if not quoted and written.lstrip().startswith('"') and written.count('"') % 2:
            problems.append(Problem(mark, "A quotation mark opens here and is never closed.", 'Close it with ".'))
            break
        if len(written) > MOST_CHARACTERS_A_CELL:
            problems.append(Problem(mark, f"The cell has {len(written):,} characters; {MOST_CHARACTERS_A_CELL:,} fit."))
            written = written[:MOST_CHARACTERS_A_CELL]
        cells.append(Cell(" ".join(written.split()), mark))
        inside = found[0].count("\n")
        if inside:
            line += inside
            line_start = position + found[0].rindex("\n") + 1
        position = found.end()
        if text.startswith(separator, position):
            position += len(separator)
            if position == len(text):
                cells.append(Cell("", Mark(file, line, position - line_start + 1)))
            continue
        position += 2 if text.startswith("\r\n", position) else 1
        lines.append(cells)
        cells, line, line_start = [], line + 1, position
    if cells:
        lines.append(cells)
    return lines


def _header(
    file: str, header: Sequence[Cell], columns: Collection[str], required: Collection[str], problems: list[Problem]
) -> list[str]:
    """The canonical name of each column, "" for one that cannot be used."""
    names: list[str] = []
    for cell in header:
        name = re.sub(r"[ -]+", "_", cell.text.casefold())
        if name in names and name:
            problems.append(Problem(cell.mark, f'The column "{cell.text}" stands twice.', "Delete one."))
            name = ""
        elif name and name not in columns:
            problems.append(
                Problem(cell.mark, f'Unknown column "{cell.text}".', nearest(name, columns), code="unknown-column")
            )
            name = ""
        names.append(name)
    problems.extend(
        Problem(Mark(file, header[0].mark.line), f'The column "{name}" is missing.', "Add it to the header.")
        for name in required
        if name not in names and not any(re.sub(r"[ -]+", "_", cell.text.casefold()) == name for cell in header)
    )
    return names


def _row(file: str, line: Sequence[Cell], names: Sequence[str], problems: list[Problem]) -> Mapping[str, Cell]:
    row_mark = Mark(file, line[0].mark.line)
    row = {name: Cell("", row_mark) for name in names if name}
    for number, cell in enumerate(line):
        name = names[number] if number < len(names) else ""
        if _FORMULA.match(cell.text) and cell.text != "-":
            problems.append(
                Problem(
                    cell.mark,
                    f'"{cell.text[:40]}" begins like a spreadsheet formula.',
                    "Write plain text; a register holds no formulas.",
                    code="formula",
                )
            )
        elif name:
            row[name] = cell
        elif cell.text and number >= len(names):
            problems.append(
                Problem(
                    cell.mark, f"This row has {len(line)} cells, the header {len(names)}.", "Check the quotation marks."
                )
            )
            break
    return row
