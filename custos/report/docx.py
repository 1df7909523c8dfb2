"""A report's page as a Word file, which says what the page says: headings, paragraphs, lists and tables; of a plot its text.

Made of the HTML, so that nothing is written twice. Needs python-docx, which the command line may have and the function app never has.
Source: https://python-docx.readthedocs.io/en/stable/
"""

from __future__ import annotations

import importlib
import io
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from custos.errors import BadInput, Mark, Problem

_LIBRARY = "docx"  # by its name: what an import statement names is deployed, and `make package` looks that it is
_HEADINGS = {"h1": 0, "h2": 1, "h3": 2}
_PARAGRAPHS = {"p": "Normal", "li": "List Bullet", "figcaption": "Normal", "desc": "Normal"}
_LEFT_OUT = frozenset({"style", "title", "text", "script", "head"})
_SPACES = re.compile(r"\s+")


def docx_of(page: str) -> bytes:
    """The file. Raises BadInput where python-docx is not installed."""
    try:
        docx = importlib.import_module(_LIBRARY)
    except ImportError as error:
        what = "Word files are written with python-docx, which is not installed here."
        remedy = 'Install it with  pip install "custos[documents]",  or write an HTML page: it prints well.'
        raise BadInput([Problem(Mark("command line"), what, remedy, code="docx")]) from error
    made: Any = docx.Document()
    reader = _Reader(made)
    reader.feed(page)
    reader.close()
    made.core_properties.title = reader.title
    made.core_properties.author = "Custos"
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


@dataclass
class _Cell:
    text: str = ""
    heading: bool = False


@dataclass
class _Table:
    rows: list[list[_Cell]] = field(default_factory=list)


class _Reader(HTMLParser):
    """Puts what a page says into a document, block by block. Knows the tags that the templates have."""

    def __init__(self, document: Any) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self._document = document
        self._open: list[str] = []
        self._text = ""
        self._table: _Table | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  # HTMLParser calls it so
        if tag in ("meta", "br"):
            return
        self._open.append(tag)
        if tag == "table":
            self._table = _Table()
        elif self._table is not None:
            self._in_table(tag)
        elif tag in _HEADINGS or tag in _PARAGRAPHS:
            self._text = ""

    def _in_table(self, tag: str) -> None:
        assert self._table is not None
        if tag == "tr":
            self._table.rows.append([])
        elif tag in ("td", "th"):
            self._table.rows[-1].append(_Cell(heading=tag == "th"))
        elif tag == "li" and self._table.rows[-1]:
            cell = self._table.rows[-1][-1]
            cell.text = f"{cell.text.strip()}\n– "

    def handle_data(self, data: str) -> None:
        if not self._open:
            return
        if self._open[-1] == "title" and "svg" not in self._open:
            self.title += data
        if _LEFT_OUT.intersection(self._open):
            return
        if self._table is not None:
            if self._table.rows and self._table.rows[-1]:
                self._table.rows[-1][-1].text += _SPACES.sub(" ", data)
        else:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass
        if tag == "table":
            self._finish_table()
        elif self._table is None and (tag in _HEADINGS or tag in _PARAGRAPHS):
            self._finish_text(tag)

    def _finish_text(self, tag: str) -> None:
        text = _SPACES.sub(" ", self._text).strip()
        self._text = ""
        if not text:
            return
        if tag in _HEADINGS:
            self._document.add_heading(text, _HEADINGS[tag])
        else:
            self._document.add_paragraph(text, style=_PARAGRAPHS[tag])

    def _finish_table(self) -> None:
        rows = self._table.rows if self._table is not None else []
        self._table = None
        width = max((len(row) for row in rows), default=0)
        if not width:
            return
        made = self._document.add_table(rows=len(rows), cols=width)
        made.style = "Light Grid Accent 1"
        for number, row in enumerate(rows):
            cells = made.rows[number].cells  # asked for once a row: python-docx works it out each time
            for cell, said in zip(cells, row, strict=False):
                run = cell.paragraphs[0].add_run(said.text.strip())
                run.bold = said.heading
        self._document.add_paragraph("")
