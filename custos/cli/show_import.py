"""What an import found and would change, told alike by `custos import` of one register and of all."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence

from custos.cli.command import Screen
from custos.errors import Problem
from custos.importing.register_file import Merge, merge, read_register
from custos.importing.reviews import KeptReview, keep_newer_reviews
from custos.records.register import AnyRegister
from custos.report.screen import words
from custos.untrusted import plain

_MOST_SHOWN = 200
_MOST_CHANGES = 50
_LONGEST = 60


def merged_with_register(
    register: AnyRegister, rows: Sequence[Mapping[str, str]], args: argparse.Namespace, screen: Screen
) -> Merge:
    """`rows` put into the register of the directory, cell by cell told; a review that is newer there stays, and that is said."""
    content = read_register(args.directory, register)
    kept: tuple[KeptReview, ...] = ()
    if not args.older_reviews:
        rows, kept = keep_newer_reviews(register, content, rows)
    made = merge(register, content, rows)
    _list((f"warning: {register.name}: {one.words()}" for one in kept), _MOST_CHANGES, screen)
    _list(
        (
            f"{register.name}: {one.row}, {one.column}: {_text(one.old)} becomes {_text(one.new)}"
            for one in made.changes
        ),
        _MOST_CHANGES,
        screen,
    )
    return made


def show_notes(notes: Iterable[str], screen: Screen) -> None:
    """What was done to read a file, and what of it was not read."""
    for note in notes:
        screen.err.print(words(note), soft_wrap=True)


def show_problems(problems: Sequence[Problem], screen: Screen) -> None:
    """What was not understood, as far as it is a list that somebody reads."""
    _list((f"{problem.severity}: {problem}" for problem in problems), _MOST_SHOWN, screen)


def _list(lines: Iterable[str], most: int, screen: Screen) -> None:
    for number, line in enumerate(told := list(lines)):
        if number == most:
            screen.out.print(f"{len(told) - most:,} more of these, not listed.", soft_wrap=True)
            break
        screen.out.print(words(line), soft_wrap=True)


def _text(text: str) -> str:
    return plain(text, _LONGEST) or "empty"
