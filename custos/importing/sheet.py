"""A sheet as it was read: cells as texts, each with its place as a person finds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from custos.errors import BadInput, Mark, Problem


@dataclass(frozen=True, slots=True)
class SheetCell:
    """The text of one cell and its place, `schedule.xlsx:Records!B7`. `fault`: why its value cannot be known, "" when it can."""

    text: str
    place: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a sheet, those without any value left out. `numbers` are theirs in the file; `notes` what was done to read it."""

    name: str
    rows: Sequence[Sequence[SheetCell]]
    numbers: Sequence[int]
    notes: tuple[str, ...] = ()


def refuse(file: str, what: str, remedy: str, code: str = "workbook") -> BadInput:
    """A file that cannot be read at all, in one sentence."""
    return BadInput([Problem(Mark(file), what, remedy, code=code)])
