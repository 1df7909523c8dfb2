"""The table of settings in docs/operator.md, from the docstring of `custos/settings.py`."""

from __future__ import annotations

import inspect
import re

from custos import settings

PAGE = "operator.md"
_BEGIN, _END = "<!-- settings: written by `make docs` -->", "<!-- end of settings -->"
_PLACE = re.compile(rf"{re.escape(_BEGIN)}.*?{re.escape(_END)}", re.DOTALL)


def rows() -> str:
    """The table, as Markdown."""
    told = inspect.getdoc(settings) or ""
    return "\n".join(_row(line) for line in told.splitlines() if line.startswith("|"))


def put_into(page: str) -> str:
    """The page with the table in its place. Raises ValueError when the page has no place for it."""
    if not _PLACE.search(page):
        raise ValueError(f"docs/{PAGE} has no place for the settings: {_BEGIN} … {_END}")
    return _PLACE.sub(lambda _: f"{_BEGIN}\n{rows()}\n{_END}", page)


def _row(line: str) -> str:
    """A row with the names of its settings as code."""
    first, bar, rest = line.removeprefix("| ").partition(" |")
    names = ", ".join(f"`{name}`" for name in first.split(", "))
    return f"| {names}{bar}{rest}" if first.isupper() or first.startswith(("CUSTOS_", "Azure")) else line
