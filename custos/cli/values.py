"""What an argument may be: each refuses what cannot be meant, in one sentence, before anything is done.

What is not typed is "", which `not_typed` lets nobody type.
"""

from __future__ import annotations

import argparse
import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

from custos.dates import day_from, write_a_day
from custos.engine.ids import is_plan_id, is_run_id
from custos.invisible_characters import named, unseen_in
from custos.kpi.quarters import Quarter
from custos.records.address import Address, NotAnAddress, looks_like_address, read_address
from custos.setting_forms import is_mail_address
from custos.untrusted import plain

_MOST = 1_000_000
MOST_CHARACTERS = 1_000
"""Of a text that is kept: it is read in the audit, in `custos status` and on cards."""
_EMPTY = re.compile(r"(--[a-z-]+=)?\s*")
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


def fraction(written: str) -> tuple[int, int]:
    """What counts, and of how much: 214/223."""
    found = re.fullmatch(r"([0-9]{1,12})/([0-9]{1,12})", written)
    if not found:
        raise argparse.ArgumentTypeError(f'"{plain(written, 40)}" is not a fraction. Write it as 214/223.')
    return int(found[1]), int(found[2])


def quarter(written: str) -> Quarter:
    """A calendar quarter: 2026-Q3."""
    found = re.fullmatch(r"(20[0-9]{2}|21[0-9]{2})-?[Qq]([1-4])", written)
    if not found:
        raise argparse.ArgumentTypeError(f'"{plain(written, 40)}" is not a quarter. Write it as 2026-Q3.')
    return Quarter(int(found[1]), int(found[2]))


def short_text(written: str) -> str:
    """A reason, a reference, a name: one line that somebody reads in a hurry."""
    if len(written) > MOST_CHARACTERS:
        raise argparse.ArgumentTypeError(
            f"{len(written):,} characters are too many: write at most {MOST_CHARACTERS:,}, and say where the rest can be read."
        )
    return written


def person(written: str) -> str:
    """A sign-in name, or another address by which the directory knows somebody."""
    if written and not is_mail_address(_seen(short_text(written)).strip()):
        what = f'"{plain(written, 80)}" is not a sign-in name.'
        raise argparse.ArgumentTypeError(f"{what} Write it as name@council.example.")
    return written


def plan_id(written: str) -> str:
    """The id of a plan, in any case."""
    return _id(written, is_plan_id, "plan", "They look like P-2026-1123-04; `custos plan` prints them.")


def run_id(written: str) -> str:
    """The id of a run, in any case."""
    return _id(written, is_run_id, "run", "They look like R-2026-1123-01; `custos status` prints them.")


def _id(written: str, is_one: Callable[[str], bool], what: str, remedy: str) -> str:
    found = written.strip().upper()
    if found and not is_one(found):
        raise argparse.ArgumentTypeError(f'"{plain(written, 40)}" is not the id of a {what}. {remedy}')
    return found


def address(written: str) -> Address:
    """A place in SharePoint, as the browser shows it."""
    try:
        return read_address(written)
    except NotAnAddress as refused:
        raise argparse.ArgumentTypeError(f"{plain(refused.what, 300)} {refused.remedy}") from refused


def item(written: str) -> Address | str:
    """A place in SharePoint, or an id of Microsoft's."""
    return address(written) if looks_like_address(written) else _seen(short_text(written)).strip()


def directory(written: str) -> Path:
    """A directory."""
    path = Path(_seen(short_text(written)))
    try:
        path.is_dir()
    except OSError as error:
        raise argparse.ArgumentTypeError(f'"{plain(written, 80)}" cannot be looked at: {error.strerror}.') from error
    return path


def is_taken(folder: Path) -> bool:
    """Whether something is there where a folder is to be written."""
    return folder.exists() and (not folder.is_dir() or any(folder.iterdir()))


def _seen(written: str) -> str:
    """`written`, when every character of it can be seen."""
    if unseen := unseen_in(written):
        raise argparse.ArgumentTypeError(f"There is a character in it that cannot be seen: {named(unseen)}. Delete it.")
    return written


def not_typed(words: Iterable[str]) -> str:
    """What is wrong with the words of a command line as such, whatever they are for; "" when nothing is."""
    for word in words:
        if _EMPTY.fullmatch(word):
            name = word.rstrip("= ") or "An argument"
            return f"{name} is empty: say what is meant, or leave it out. Is a variable in your shell not set?"
        if len(word) > _LONGEST_WORD:
            return (
                f'"{plain(word, 40)}" has {len(word):,} characters; a word of a command has at most {_LONGEST_WORD:,}.'
            )
        if any("\ud800" <= character <= "\udfff" for character in word):
            return f'"{plain(word, 40)}" has bytes in it that are not text. Write it in UTF-8.'
        if any(unicodedata.category(character) == "Cc" and character not in "\t\r\n" for character in word):
            return f'"{plain(word, 40)}" has a control character in it. Delete it.'
    return ""
