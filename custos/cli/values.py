"""What an argument may be: each refuses what cannot be meant, in one sentence, before anything is done."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date

from custos.dates import day_from, write_a_day

_MOST = 1_000_000


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
