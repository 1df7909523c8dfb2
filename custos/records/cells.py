"""Typed access to the cells of one register row. Each reader notes what is wrong and goes on, so that one run shows all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta

from custos.dates import EARLIEST, LATEST, NO_END, write_a_day
from custos.did_you_mean import near
from custos.errors import Mark
from custos.problems import Problems, Remedy
from custos.records.address import Address, NotAnAddress, looks_like_address, read_address
from custos.records.column import Column
from custos.records.container import doubt_about, read_container
from custos.records.csv_file import Cell
from custos.records.sign_in_name import is_sign_in_name, meant

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]00:00(?::00)?)?")
_SLASHED = re.compile(r"([0-9]{1,2})[/.]([0-9]{1,2})[/.]([0-9]{4})")
_SERIAL = re.compile(r"[1-9][0-9]{4}")
_EXCEL_DAY_ZERO = date(1899, 12, 30)
_YES = {"yes": True, "y": True, "true": True, "1": True, "no": False, "n": False, "false": False, "0": False}


class RegisterRow:
    """The cells of one row of a register with these columns.

    Readers return a harmless value where they noted a problem; `sound` is False from then on.
    """

    def __init__(self, cells: Mapping[str, Cell], problems: Problems, columns: Mapping[str, Column]) -> None:
        self._cells = cells
        self._columns = columns
        self._missed: set[str] = set()
        self._problems = problems
        self.mark = next(iter(cells.values())).mark if cells else Mark("")
        self._last = max((cell.mark for cell in cells.values()), default=self.mark)
        self.mark = Mark(self.mark.file, self.mark.line)
        self.sound = True

    def mark_of(self, column: str) -> Mark:
        """Where the column's cell stands, or the last cell of a row that ends before it."""
        return self._cells[column].mark if column in self._cells else self._last

    def wrong(self, column: str, what: str, remedy: Remedy = "", *, code: str = "") -> None:
        """Notes an error in a cell."""
        self.sound = False
        self._problems.error(self.mark_of(column), what, remedy, code=code)

    def doubtful(self, column: str, what: str, remedy: Remedy = "", *, code: str = "") -> None:
        """Notes what somebody should look at; the row serves."""
        self._problems.warning(self.mark_of(column), what, remedy, code=code)

    def text(self, column: str) -> str:
        """The text of a cell, "" when it is empty."""
        cell = self._cells.get(column)
        if cell is not None and cell.faulty:
            self.sound = False
        elif (cell is None or not cell.text) and column not in self._missed and self._columns[column].required:
            self._missed.add(column)
            advice = self._columns[column].advice or "Every row needs a value here."
            self.wrong(column, f'"{column}" is empty.', advice, code="missing")
        return cell.text if cell is not None else ""

    def texts(self, column: str) -> tuple[str, ...]:
        """The parts of a cell between semicolons."""
        return tuple(part.strip() for part in self.text(column).split(";") if part.strip())

    def choice(self, column: str, *, default: str = "") -> str:
        """One of the column's words; case does not matter."""
        written, known = self.text(column), self._columns[column].choices
        if not written:
            return default
        for word in known:
            if word.casefold() == written.casefold().replace(" ", "_") or word.casefold() == written.casefold():
                return word
        self.wrong(column, f'"{written}" is not a value of "{column}".', near(written, known), code="unknown-value")
        return default

    def choices(self, column: str) -> tuple[str, ...]:
        """Several of the column's words."""
        chosen, known = self.texts(column), self._columns[column].choices
        for word in chosen:
            if word not in known:
                self.wrong(column, f'"{word}" is not a value of "{column}".', near(word, known), code="unknown-value")
        return tuple(word for word in chosen if word in known)

    def flag(self, column: str) -> bool:
        """yes or no; an empty cell is no."""
        written = self.text(column)
        if written and written.casefold() not in _YES:
            self.wrong(column, f'"{written}" is neither yes nor no.', "Write yes or no.", code="unknown-value")
        return _YES.get(written.casefold(), False)

    def number(self, column: str) -> int | None:
        """A whole number, None when the cell is empty."""
        written = self.text(column)
        if not written:
            return None
        if not re.fullmatch(r"0|[1-9][0-9]{0,5}", written):
            self.wrong(column, f'"{written}" is not a whole number.', "Write digits only, for instance 12.")
            return None
        return int(written)

    def addresses(self, column: str) -> tuple[Address, ...]:
        """Several places in SharePoint, with ; between them."""
        read = [self.read_address(column, part) for part in self.texts(column)]
        return tuple(address for address in read if address is not None)

    def container_in(self, column: str) -> Address | None:
        """A site or a library, None when the cell is empty or is none."""
        written = self.text(column)
        parts = self.texts(column)
        if len(parts) > 1 and all(map(looks_like_address, parts)):
            what = f'"{column}" has {len(parts)} addresses, and a row is for one.'
            self.wrong(column, what, "Write a row for each.", code="address")
            return None
        return self.read_container(column, written) if written else None

    def containers(self, column: str) -> tuple[Address, ...]:
        """Several sites and libraries, with ; between them."""
        read = [self.read_container(column, part) for part in self.texts(column)]
        return tuple(address for address in read if address is not None)

    def read_container(self, column: str, written: str) -> Address | None:
        """A text of the cell as a site or a library; None, with a note, when it is none."""
        address = self.read_address(column, written, read_container)
        if address is not None and (doubt := doubt_about(address)):
            self.doubtful(column, doubt, "Name the site or the library.", code="folder")
        return address

    def read_address(self, column: str, written: str, read: Callable[[str], Address] = read_address) -> Address | None:
        """A text of the cell as a place in SharePoint; None, with a note, when it is none."""
        try:
            return read(written)
        except NotAnAddress as refused:
            self.wrong(column, refused.what, refused.remedy, code="address")
            return None

    def upn(self, column: str) -> str:
        """A user principal name, lower case."""
        written = self.text(column)
        if written and not is_sign_in_name(written):
            remedy = meant(written) if "@" in written and ";" not in written else self._columns[column].advice
            self.wrong(column, f'"{written}" is not a sign-in name.', remedy or meant(written), code="sign-in-name")
            return ""
        return written.lower()

    def upns(self, column: str) -> tuple[str, ...]:
        """Several user principal names, lower case."""
        found: dict[str, None] = {}
        for name in self.texts(column):
            if not is_sign_in_name(name):
                self.wrong(column, f'"{name}" is not a sign-in name.', meant(name), code="sign-in-name")
            elif name.lower() in found:
                self.doubtful(column, f"{name} stands twice.", "Delete one, or name whom you meant.", code="duplicate")
            else:
                found[name.lower()] = None
        return tuple(found)

    def day(self, column: str, *, endless: bool = False) -> date | None:
        """A date, None when the cell is empty. 2026-05-03 is understood, 31/05/2026 too; 03/05/2026 could be either and is not.

        `endless`: 9999-12-31 may stand there and means no end, as an empty cell does.
        """
        written = self.text(column)
        if not written:
            return None
        iso, slashed = _ISO.fullmatch(written), _SLASHED.fullmatch(written)
        try:
            if iso:
                return self._bounded(column, date(int(iso[1]), int(iso[2]), int(iso[3])), endless=endless)
            if slashed:
                day = self._slashed(column, written, int(slashed[1]), int(slashed[2]), int(slashed[3]))
                return day and self._bounded(column, day, endless=endless)
        except ValueError:
            self.wrong(column, f'"{written}" is not a day of the calendar.', "Write year-month-day.", code="date")
            return None
        remedy = "Write year-month-day, for instance 2027-03-31."
        if _SERIAL.fullmatch(written):
            meant = _EXCEL_DAY_ZERO + timedelta(days=int(written))
            remedy = f"If this is Excel's number for a day, write {meant.isoformat()}."
        self.wrong(column, f'"{written}" is not a date.', remedy, code="date")
        return None

    def in_order(self, first: tuple[str, date | None], last: tuple[str, date | None]) -> None:
        """Notes a span of two days, each with its column, whose end is before its beginning."""
        (begins, day), (ends, until) = first, last
        if day and until and until < day:
            what = f'"{ends}" ({until.isoformat()}) is before "{begins}" ({day.isoformat()}).'
            self.wrong(ends, what, "One of the two is mistaken.", code="span")

    def _bounded(self, column: str, day: date, *, endless: bool) -> date | None:
        if EARLIEST <= day <= LATEST or (endless and day == NO_END):
            return None if day == NO_END else day
        remedy = write_a_day(day.isoformat(), "") + (" Leave the cell empty when there is no end." if endless else "")
        self.wrong(column, f"{day.isoformat()} is too {'early' if day < EARLIEST else 'late'}.", remedy, code="date")
        return None

    def _slashed(self, column: str, written: str, first: int, second: int, year: int) -> date | None:
        if first > 12 or first == second:
            return date(year, second, first)
        day_first = f"{year:04}-{second:02}-{first:02}"
        if second > 12:
            self.wrong(
                column, f'"{written}" has its month first.', f"Write {year:04}-{first:02}-{second:02}.", code="date"
            )
            return None
        self.wrong(
            column,
            f'"{written}" could be two different days.',
            f"Write {day_first} or {year:04}-{first:02}-{second:02}.",
            code="date",
        )
        return None


def same_id(written: str) -> str:
    """An id that people give, as it is compared: neither case nor spaces make another."""
    return re.sub(r"\s+", "", written).casefold()


def unique(
    rows: Iterable[tuple[RegisterRow, str]],
    column: str,
    what: str,
    same: Callable[[str], str] = same_id,
    remedy: str = "Give each row its own id.",
) -> None:
    """Notes every id that stands twice, also when it only differs in what `same` leaves out."""
    seen: dict[str, tuple[str, Mark]] = {}
    for row, written in rows:
        plain = same(written)
        if not plain:
            continue
        if plain in seen:
            other, mark = seen[plain]
            alike = "stands twice" if other == written else f'differs from "{other}" only by case or spaces'
            where = f"line {mark.line}" if mark.line else f"{mark}"
            row.wrong(column, f'{what} "{written}" {alike} ({where}).', remedy, code="duplicate")
        else:
            seen[plain] = (written, row.mark)
