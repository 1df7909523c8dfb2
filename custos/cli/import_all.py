"""`custos import all`: every register of a file that `custos export` made comes back, with what somebody changed in it."""

from __future__ import annotations

import argparse

from custos.cli.command import Exit, Screen
from custos.importing.register_file import merge, read_register, write_register
from custos.report.screen import words
from custos.wording import many

_MOST_SHOWN = 200


def import_all(args: argparse.Namespace, screen: Screen) -> int:
    """Read the file and write its registers, or say what would be written. Nothing is written when one of them could not be."""
    from custos.importing.own_file import read_own  # its library is loaded for no other command

    found, notes = read_own(args.file)
    for note in notes:
        screen.err.print(words(note), soft_wrap=True)
    merged = {
        register: merge(register, read_register(args.directory, register), converted.rows)
        for register, converted in found.items()
    }
    problems = [problem for converted in found.values() for problem in converted.problems]
    for problem in problems[:_MOST_SHOWN]:
        screen.out.print(words(f"{problem.severity}: {problem}"), soft_wrap=True)
    if len(problems) > _MOST_SHOWN:
        more = many(len(problems) - _MOST_SHOWN, "more problem")
        screen.out.print(f"{more} not listed: mend these, and look again.", soft_wrap=True)
    for register, made in merged.items():
        left_out = found[register].left_out
        said = f"{register.name}: {many(made.added, 'row')} new, {made.changed:,} changed, {made.same:,} as they were"
        kept = f"; {made.kept:,} not in the file stay" if made.kept else ""
        screen.out.print(words(f"{said}; {left_out:,} left out{kept}."), soft_wrap=True)
        if not args.dry_run:
            write_register(args.directory, register, made.content)
    where = "Nothing was written." if args.dry_run else f"They are in {args.directory}."
    screen.out.print(words(where), soft_wrap=True)
    return Exit.FINDINGS if any(converted.left_out for converted in found.values()) else Exit.OK
