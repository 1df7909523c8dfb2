"""What an argument may be: each refuses what cannot be meant, in one sentence, before anything is done."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from datetime import date

from custos.dates import day_from, write_a_day
from custos.untrusted import plain

_MOST = 1_000_000
MOST_CHARACTERS = 1_000
"""Of a text that is kept: it is read in the audit, in `custos status` and on cards."""
_LONGEST_WORD = 8_000  # a condition of `custos find` is the longest thing that anybody types


def day(written: str) -> date:
    """A day as 2026-05-31."""
    found = day_from(written)
    if found is None:
        example = "Write it as year-month-day, for instance 2026-05-31."
        raise argparse.ArgumentTypeError(f'"{written}" is not a day of the calendar. {write_a_day(written, example)}')
    return found


def whole_number(least: int) -> Callable[[str], int]:
    """A reader of whole numbers of at least so much."""

    def read(written: str) -> int:
        number = (
            int(written) if written.isascii() and written.removeprefix("-").isdecimal() and len(written) < 9 else None
        )
        if number is None or not least <= number <= _MOST:
            raise argparse.ArgumentTypeError(f'"{written}" is not a whole number from {least} to {_MOST:,}.')
        return number

    return read


def short_text(written: str) -> str:
    """A reason, a reference, a name: one line that somebody reads in a hurry."""
    if len(written) > MOST_CHARACTERS:
        raise argparse.ArgumentTypeError(
            f"{len(written):,} characters are too many: write at most {MOST_CHARACTERS:,}, and say where more stands."
        )
    return written


def not_typed(words: Iterable[str]) -> str:
    """What is wrong with the words of a command line as such, whatever they are for; "" when nothing is."""
    for word in words:
        if len(word) > _LONGEST_WORD:
            return (
                f'"{plain(word, 40)}" has {len(word):,} characters; a word of a command has at most {_LONGEST_WORD:,}.'
            )
        if any("\ud800" <= character <= "\udfff" for character in word):
            return f'"{plain(word, 40)}" has bytes in it that are no text. Write it in UTF-8.'
    return ""
