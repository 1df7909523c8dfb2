"""Tables and anchors of the generated pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

NOTE = "<!-- Written by `make docs`. Edit the code that it describes, not this page. -->"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table, with an empty line after it."""
    lines = [f"| {' | '.join(columns)} |", f"|{'|'.join('---' for _ in columns)}|"]
    lines += [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows]
    return [*lines, ""]


def code(text: str) -> str:
    """`text` as code."""
    return f"`{text}`"


def codes(texts: Iterable[str]) -> str:
    """Several words as code, with commas between."""
    return ", ".join(code(text) for text in texts)


def capital(words: str) -> str:
    """With a capital letter first, and the rest as it is."""
    return words[:1].upper() + words[1:]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
