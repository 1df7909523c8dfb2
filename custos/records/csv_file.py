"""Reads one CSV file as people make it, mostly with Excel: cells with their places, and every fault of the file at once.

Where a fault makes the rest unreadable (another encoding, another separator, a quotation mark that is never closed, a mandatory
column that is missing) that one is told alone, and the table is not `whole`: nothing may be concluded from rows that it lacks.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from custos.did_you_mean import near, nearest
from custos.errors import Mark
from custos.invisible_characters import named, unseen_in
from custos.problems import Problems
from custos.untrusted import plain

MOST_BYTES = 5_000_000
MOST_LINES = 100_000
MOST_ROWS = 10_000
MOST_COLUMNS = 200
MOST_CELLS = 200_000  # of all registers together
MOST_CHARACTERS_A_CELL = 4_000
FORMULA = "formula"
"""Code of the problem of a cell that is no text; it says all that there is to say about the cell."""
_FORMULA = re.compile(r"[=@\t\r]|[+-](?![\d.,\s]*$)")
_BLANK = re.compile(r"[^\S\x0b\x0c\x1c-\x1f\x85]")
"""What separates words in a spreadsheet: spaces of every width and line ends, without control characters."""
_ORDINARY = re.compile(r"(?:[!#-~]+(?: [!#-~]+)*+)?")
"""Text that is seen as it is written, with single spaces between words: nothing need be asked of it."""
_NO_VALUE = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!|FIELD!|#+)", re.IGNORECASE)
_SEPARATORS = (",", ";", "\t")
_FOREIGN = ("|", "^", ":", "~")
_SEP_LINE = re.compile(r'"?sep=(.)"?[,;\t]*\r?\n', re.IGNORECASE)
_LINES_LOOKED_AT = 20  # for a header below a title
_EXCEL = 'In Excel choose "Save as", "CSV UTF-8 (comma delimited)".'


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of one cell, trimmed, and where it stands. `faulty`: a problem was noted, and nobody need complain again."""

    text: str
    mark: Mark
    faulty: bool = False


@dataclass(frozen=True, slots=True)
class CsvTable:
    """The rows below the header, each by column name; cells that the file leaves out are not there.

    `columns` has "" for a column that cannot be used. `whole`: no row is missing.
    """

    file: str
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, Cell], ...]
    whole: bool = True


@dataclass
class Room:
    """How many more cells may be read."""

    cells: int = MOST_CELLS


class _Stop(Exception):
    """Reading cannot go on; the problem is noted."""


class _TooLarge(_Stop):
    """The file is hardly the right one: of its rows nothing more need be said."""


def read_table(
    file: str, content: bytes, *, columns: Collection[str], required: Collection[str], problems: Problems, room: Room
) -> CsvTable:
    """The table in `content`; what is wrong with it goes into `problems`, and what it holds is taken off `room`.

    Understood: UTF-8 with or without a byte order mark, Windows-1252, commas, semicolons or tabs, Windows line ends, a first
    line `sep=;`, blank rows, headers in any case.
    """
    names: tuple[str, ...] = ()
    nameless: dict[int, Mark] = {}
    rows: list[Mapping[str, Cell]] = []
    try:
        text = _decoded(file, content, problems)
        separator, body, first_line = _separated(file, text, columns, problems)
        for line in _Lines(file, body, separator, first_line, problems):
            if not names:
                names = _header(line, columns, required, problems)
                nameless = {number: cell.mark for number, cell in enumerate(line) if not cell.text}
                continue
            if not any(cell.text for cell in line):
                continue
            room.cells -= len(line)
            _bounded(line[0].mark, len(rows), room, problems)
            for number in [number for number in nameless if number < len(line) and line[number].text]:
                what = "This column has values and no name."
                problems.error(nameless.pop(number), what, "Write its name, or delete it.", code="nameless-column")
            rows.append(_row(line, names, problems))
        if not names:
            problems.error(Mark(file), "The file is empty.", f"Write the header: {', '.join(columns)}.", code="empty")
            raise _Stop
    except _TooLarge:
        return CsvTable(file, names, (), whole=False)
    except _Stop:
        return CsvTable(file, names, tuple(rows), whole=False)
    return CsvTable(file, names, tuple(rows))


def read_lines(file: str, content: bytes, problems: Problems) -> tuple[list[list[Cell]], bool]:
    """Every line of a CSV file whose columns nobody knows yet, blank ones left out, and whether it could be read to its end.

    What is wrong goes into `problems`. The separator is the one that its first lines hold most of.
    """
    lines: list[list[Cell]] = []
    try:
        text = _decoded(file, content, problems)
        said = _SEP_LINE.match(text)
        body = text[said.end() :] if said else text
        head = body[: MOST_CHARACTERS_A_CELL * 10].split("\n", _LINES_LOOKED_AT)[:_LINES_LOOKED_AT]
        likely = max(_SEPARATORS, key=lambda separator: sum(line.count(separator) for line in head))
        separator = said[1] if said and said[1] in _SEPARATORS else likely
        for line in _Lines(file, body, separator, 2 if said else 1, problems):
            if any(cell.text for cell in line):
                lines.append(line)
            if len(lines) > MOST_ROWS + _LINES_LOOKED_AT:
                _bounded(line[0].mark, len(lines), Room(), problems)
    except _Stop:
        return lines, False
    return lines, True


def _bounded(mark: Mark, rows: int, room: Room, problems: Problems) -> None:
    if rows >= MOST_ROWS:
        what = f"The register has more than {MOST_ROWS:,} rows."
    elif room.cells < 0:
        what = f"The registers have more than {MOST_CELLS:,} cells."
    else:
        return
    problems.error(mark, what, "Is this the right file?", code="size")
    raise _TooLarge


def _decoded(file: str, content: bytes, problems: Problems) -> str:
    whole = Mark(file)
    if len(content) > MOST_BYTES or content.count(b"\n") > MOST_LINES:
        what = f"The file has {len(content):,} bytes in {content.count(b'\n') + 1:,} lines"
        problems.error(
            whole,
            f"{what}; a register may have {MOST_BYTES:,} in {MOST_LINES:,}.",
            "Is this the right file?",
            code="size",
        )
        raise _Stop
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in content:
        problems.error(whole, "This is not a CSV file in UTF-8.", _EXCEL, code="encoding")
        raise _Stop
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        problems.warning(whole, "The file is not UTF-8; it was read as Windows-1252.", _EXCEL, code="encoding")
        return content.decode("cp1252", errors="replace")


def _separated(file: str, text: str, columns: Collection[str], problems: Problems) -> tuple[str, str, int]:
    """The separator, the text below a line that only names it, and the number of that text's first line."""
    said = _SEP_LINE.match(text)
    if said:
        if said[1] not in _SEPARATORS:
            what = f'The first line says that cells are separated by "{plain(said[1])}".'
            problems.error(Mark(file, 1), what, f"Use commas, semicolons or tabs. {_EXCEL}", code="separator")
            raise _Stop
        return said[1], text[said.end() :], 2
    lines = [line[: MOST_CHARACTERS_A_CELL * 10] for line in text.split("\n", _LINES_LOOKED_AT)[:_LINES_LOOKED_AT]]

    def known(line: str, separator: str) -> int:
        return sum(_plain(name) in columns for name in line.split(separator, MOST_COLUMNS))

    def best(line: str) -> int:
        return max(known(line, separator) for separator in (*_SEPARATORS, *_FOREIGN))

    first = next((number for number, line in enumerate(lines) if line.strip(" ,;\t\r")), 0)
    likely = max(range(first, len(lines)), key=lambda number: best(lines[number]))
    if not best(lines[first]) and best(lines[likely]) > 1:
        what = f"This line is not the header, which is on line {likely + 1}."
        problems.error(Mark(file, first + 1, 1), what, "Delete what is above the header.", code="header")
        raise _Stop
    found = max((*_SEPARATORS, *_FOREIGN), key=lambda separator: known(lines[first], separator))
    if found in _FOREIGN:
        what = f'The columns are separated by "{found}".'
        problems.error(Mark(file, 1), what, f"Use commas, semicolons or tabs. {_EXCEL}", code="separator")
        raise _Stop
    return found, text, 1


class _Lines:
    """Every line as cells. A quoted cell may hold separators, line ends and doubled quotes."""

    def __init__(self, file: str, text: str, separator: str, first_line: int, problems: Problems) -> None:
        self._file = file
        self._text = text
        self._separator = separator
        self._line = first_line
        self._problems = problems
        sep = re.escape(separator)
        self._blank = re.compile(rf"[{sep} ]*+(?:\r?\n|\Z)")
        self._token = re.compile(rf'[ ]*"((?:[^"]++|"")*+)"[ ]*(?={sep}|\r?\n|\Z)|([^{sep}\r\n]*)')

    def __iter__(self) -> Iterator[list[Cell]]:
        text, separator, line = self._text, self._separator, self._line
        cells: list[Cell] = []
        position, line_start = 0, 0
        while position < len(text):
            if not cells and (blank := self._blank.match(text, position)):
                position = line_start = blank.end()
                line += 1
                continue
            found = self._token.match(text, position)
            assert found is not None  # the second branch matches the empty string
            mark = Mark(self._file, line, position - line_start + 1)
            cells.append(self._cell(found, mark))
            if len(cells) > MOST_COLUMNS:
                what = f"This row has more than {MOST_COLUMNS} cells."
                self._problems.error(mark, what, "Check separators and line ends.", code="size")
                raise _Stop
            inside = found[0].count("\n")
            if inside:
                line += inside
                line_start = position + found[0].rindex("\n") + 1
            position = found.end()
            if text.startswith(separator, position):
                position += len(separator)
                if position == len(text):
                    cells.append(Cell("", Mark(self._file, line, position - line_start + 1)))
                continue
            position += 2 if text.startswith("\r\n", position) else 1
            yield cells
            cells, line, line_start = [], line + 1, position
        if cells:
            yield cells

    def _cell(self, found: re.Match[str], mark: Mark) -> Cell:
        quoted = found[1] is not None
        written = found[1].replace('""', '"') if quoted else found[2]
        if len(written) <= MOST_CHARACTERS_A_CELL and _ORDINARY.fullmatch(written):
            return Cell(written, mark)
        if not quoted and written.lstrip().startswith('"') and written.count('"') % 2:
            self._problems.error(
                mark, "A quotation mark opens here and is never closed.", 'Close it with ".', code="quote"
            )
            raise _Stop
        if len(written) > MOST_CHARACTERS_A_CELL:
            what = f"The cell has {len(written):,} characters; {MOST_CHARACTERS_A_CELL:,} fit."
            self._problems.error(mark, what, "Shorten it.", code="size")
            return Cell(" ".join(written[:MOST_CHARACTERS_A_CELL].split()), mark, faulty=True)
        text = " ".join(written.split())
        if unseen := unseen_in(_BLANK.sub(" ", written)):
            what = f"The cell has a character in it that cannot be seen: {named(unseen)}."
            self._problems.error(mark, what, "Delete it.", code="invisible")
            return Cell(plain(text), mark, faulty=True)
        return Cell(text, mark)


def _header(
    header: Sequence[Cell], columns: Collection[str], required: Collection[str], problems: Problems
) -> tuple[str, ...]:
    """The canonical name of each column, "" for one that cannot be used. Without its mandatory columns no row can be judged."""
    written = [_plain(cell.text) for cell in header]
    if not any(name in columns for name in written):
        what = f"No column of this register is among the cells of line {header[0].mark.line}."
        problems.error(header[0].mark, what, f"The first line must be the header: {', '.join(columns)}.", code="header")
        raise _Stop
    missing = [name for name in required if name not in written]
    names: list[str] = []
    for cell, name in zip(header, written, strict=True):
        if name in names and name:
            problems.error(cell.mark, f'The column "{cell.text}" is there twice.', "Delete one.", code="duplicate")
        elif name and name not in columns:
            problems.error(cell.mark, f'Unknown column "{cell.text}".', near(name, columns), code="unknown-column")
            meant = [one for one in missing if f'"{one}"' in nearest(name, columns)]
            missing = [one for one in missing if one not in meant]
        names.append(name if name in columns and name not in names else "")
    for name in missing:
        problems.error(
            header[0].mark, f'The column "{name}" is missing.', "Add it to the header.", code="missing-column"
        )
    if any(name not in names for name in required):
        raise _Stop
    return tuple(names)


def _plain(name: str) -> str:
    """A column's name as it is compared."""
    return re.sub(r"[ -]+", "_", name.strip(' "\r').casefold())


def no_text(text: str) -> tuple[str, str] | None:
    """What is wrong with a cell that a spreadsheet would work out, or could not, and what to write instead; None for text."""
    if _NO_VALUE.fullmatch(text):
        what = f'"{text[:40]}" is what a spreadsheet shows where it has no value, or no room for one.'
        return what, "Write the value, or leave the cell empty."
    if not _FORMULA.match(text) or text == "-":
        return None
    shown = plain(text, 40)
    rest = shown.lstrip("@").strip()
    if shown.startswith("@") and rest:
        return f'"{shown}" begins with @, which a spreadsheet takes for a formula.', f"Write {rest}."
    return f'"{shown}" begins like a spreadsheet formula.', "Write plain text; a register holds no formulas."


def _row(line: Sequence[Cell], names: Sequence[str], problems: Problems) -> Mapping[str, Cell]:
    row: dict[str, Cell] = {}
    for number, cell in enumerate(line):
        name = names[number] if number < len(names) else ""
        if cell.text and (refused := no_text(cell.text)):
            problems.error(cell.mark, *refused, code=FORMULA)
            if name:
                row[name] = Cell("", cell.mark, faulty=True)
        elif name:
            row[name] = cell
        elif cell.text and number >= len(names):
            what = f"This row has {len(line)} cells, the header {len(names)}."
            problems.error(cell.mark, what, "Check the quotation marks.", code="cells")
            break
    return row or {"": Cell("", line[0].mark)}
