"""How large a register may be, in docs/registers.md, from the limits of its reader."""

from __future__ import annotations

import re

from custos.records.csv_file import MOST_BYTES, MOST_CELLS, MOST_CHARACTERS_A_CELL, MOST_ROWS

PAGE = "registers.md"
_BEGIN, _END = "<!-- bounds: written by `make docs` -->", "<!-- end of bounds -->"
_PLACE = re.compile(rf"{re.escape(_BEGIN)}.*?{re.escape(_END)}", re.DOTALL)


def put_into(page: str) -> str:
    """The page with the sentence in its place. Raises ValueError when the page has no place for it."""
    if not _PLACE.search(page):
        raise ValueError(f"docs/{PAGE} has no place for the bounds: {_BEGIN} … {_END}")
    return _PLACE.sub(lambda _: f"{_BEGIN}\n{_sentence()}\n{_END}", page)


def _sentence() -> str:
    return (
        f"A file may have {MOST_BYTES:,} bytes and {MOST_ROWS:,} rows, a cell {MOST_CHARACTERS_A_CELL:,} characters, and all "
        f"registers together {MOST_CELLS:,} cells."
    )
