"""What commands print: lines and tables in any width, made of text that can do no harm to a terminal.

Nothing here reads markup: a file named `[red]` or `[link=http://e]` is shown as it is named. What comes from outside is a part of
`words` or a cell of a `Listing`; the console looks at the rest once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from rich.console import Console, ConsoleOptions, JustifyMethod, RenderResult
from rich.table import Table
from rich.text import Text

from custos.untrusted import plain, visible

type Part = str | tuple[str, str]
"""A text, or a text with its style."""

_GAP = 2
_LONGEST_WORD = (
    40  # names, ids and sign-in names stay whole; a longer one, an address, is broken where there is room beside it
)
_NARROW = 80  # below, no word is broken as long as it fits a line of its own


class HarmlessConsole(Console):
    """A console that reads no markup, makes no emoji of `:x:`, and prints no control or direction characters but its own."""

    def __init__(self, *, file: IO[str] | None = None, stderr: bool = False, width: int | None = None) -> None:
        super().__init__(file=file, stderr=stderr, width=width, markup=False, emoji=False, highlight=False)

    def render_str(self, text: str, **options: Any) -> Text:
        """Text out of a string, cleaned."""
        return super().render_str(visible(text), **options)


def words(*parts: Part) -> Text:
    """One line out of parts; what stands in a part is shown as it is, and can neither style nor break the line."""
    line = Text()
    for part in parts:
        text, style = part if isinstance(part, tuple) else (part, "")
        line.append(visible(text).replace("\n", " "), style or None)
    return line


@dataclass
class Listing:
    """A table: beside each other where its columns fit, one below the other where they would be shredded.

    Columns named in `numbers` are set to the right.
    """

    title: str
    columns: Sequence[str]
    numbers: Sequence[str] = ()
    rows: list[tuple[str, ...]] = field(default_factory=list)

    def add(self, *cells: str) -> None:
        """One row."""
        assert len(cells) == len(self.columns), "a cell for each column"
        self.rows.append(tuple(plain(cell) for cell in cells))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if self.title:
            yield Text(plain(self.title), "bold")
        whole = options.max_width if options.max_width < _NARROW else _LONGEST_WORD
        least = [max(min(_longest_word(cell), whole) for cell in cells) for cells in self._by_column()]
        spare = options.max_width - sum(least) - _GAP * (len(least) - 1)
        if spare >= 0:
            yield self._beside(self._widths(least, spare))
        else:
            yield from self._below(options.max_width)

    def _by_column(self) -> list[tuple[str, ...]]:
        return list(zip(self.columns, *self.rows, strict=True))

    def _widths(self, least: Sequence[int], spare: int) -> list[int]:
        """What is left over goes to those columns that want it, the most modest first."""
        wanted = [max(map(len, cells)) - width for cells, width in zip(self._by_column(), least, strict=True)]
        widths = list(least)
        places = sorted(range(len(widths)), key=lambda place: wanted[place])
        for number, place in enumerate(places):
            more = min(wanted[place], spare // (len(places) - number))
            widths[place] += more
            spare -= more
        return widths

    def _beside(self, widths: Sequence[int]) -> Table:
        made = Table(box=None, pad_edge=False, header_style="dim")
        for column, width in zip(self.columns, widths, strict=True):
            justify: JustifyMethod = "right" if column in self.numbers else "left"
            made.add_column(Text(column), justify=justify, overflow="fold", width=width)
        for row in self.rows:
            made.add_row(*map(Text, row))
        return made

    def _below(self, width: int) -> RenderResult:
        label = max(len(column) for column in self.columns) + _GAP
        for row in self.rows:
            made = Table(box=None, pad_edge=False, show_header=False, width=width)
            made.add_column(width=label, style="dim", no_wrap=True)
            made.add_column(overflow="fold")
            for column, cell in zip(self.columns, row, strict=True):
                if cell:
                    made.add_row(Text(column), Text(cell))
            yield made
            yield Text("")


def _longest_word(text: str) -> int:
    return max(map(len, text.split()), default=0)
