"""A review that the register knows and a file does not: owners attest on their page, and the council's workbook is older than that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from custos.importing.days import day_in_words
from custos.importing.register_file import register_rows
from custos.records.register import AnyRegister

_REVIEWED, _DUE = "last_review", "review_due"


@dataclass(frozen=True, slots=True)
class KeptReview:
    """The review of a row that stays as the register has it. `due`: its next one, "" when that is not kept."""

    row: str
    reviewed: str
    due: str

    def words(self) -> str:
        """In a sentence."""
        due = f" with {_DUE} {self.due}" if self.due else ""
        stays = f"{self.row}: {_REVIEWED} {self.reviewed} stays{due}"
        return f"{stays}, for the file knows of no newer review. --older-reviews takes the file's."


def keep_newer_reviews(
    register: AnyRegister, content: bytes, rows: Sequence[Mapping[str, str]]
) -> tuple[list[Mapping[str, str]], tuple[KeptReview, ...]]:
    """`rows` without the reviews that are older than those of the register, and what stays for it.

    A row that tells no day of its own for the review is older when its next one is due earlier.
    """
    if not {_REVIEWED, _DUE} <= set(register.columns):
        return list(rows), ()
    known = {register.same_row(row.get(register.id, "")): row for row in register_rows(register, content)}
    made: list[Mapping[str, str]] = []
    kept: list[KeptReview] = []
    for row in rows:
        before = known.get(register.same_row(row.get(register.id, "")), {})
        left_out = _older(row, before)
        if any(column in row and row[column] != before.get(column, "") for column in left_out):
            kept.append(
                KeptReview(
                    row.get(register.id, ""), before[_REVIEWED], before.get(_DUE, "") if _DUE in left_out else ""
                )
            )
        made.append({column: text for column, text in row.items() if column not in left_out})
    return made, tuple(kept)


def _older(row: Mapping[str, str], before: Mapping[str, str]) -> tuple[str, ...]:
    """The columns of a row in which the register knows better."""
    reviewed, theirs = _day(before, _REVIEWED), _day(row, _REVIEWED)
    if reviewed is None:
        return ()
    if theirs is not None:
        return (_REVIEWED, _DUE) if theirs < reviewed else ()
    due, next_one = _day(before, _DUE), _day(row, _DUE)
    return (_REVIEWED, _DUE) if due and (next_one is None or next_one < due) else (_REVIEWED,)


def _day(row: Mapping[str, str], column: str) -> date | None:
    return day_in_words(row.get(column, ""))
