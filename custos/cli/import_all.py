"""`custos import all`: every register of a file that `custos export` made comes back, with what somebody changed in it."""

from __future__ import annotations

import argparse

from custos.cli.command import Exit, Screen
from custos.cli.show_import import merged_with_register, show_notes, show_problems
from custos.importing.register_file import write_register
from custos.report.screen import words
from custos.wording import many


def import_all(args: argparse.Namespace, screen: Screen) -> int:
    """Read the file and write its registers, or say what would be written. Nothing is written when one of them could not be."""
    from custos.importing.own_file import read_own  # its library is loaded for no other command

    found, notes = read_own(args.file)
    show_notes((*notes, *(note for converted in found.values() for note in converted.unread)), screen)
    show_problems([problem for converted in found.values() for problem in converted.problems], screen)
    merged = {
        register: merged_with_register(register, converted.rows, args, screen) for register, converted in found.items()
    }
    writes = not args.dry_run and any(made.anything for made in merged.values())
    for register, made in merged.items():
        left_out = found[register].left_out
        said = f"{register.name}: {many(made.added, 'row')} new, {made.changed:,} changed, {made.same:,} as they were"
        kept = f"; {made.kept:,} not in the file stay" if made.kept else ""
        screen.out.print(words(f"{said}; {left_out:,} left out{kept}."), soft_wrap=True)
        if writes and made.anything:
            write_register(args.directory, register, made.content)
    where = f"They are in {args.directory}." if writes else "Nothing was written."
    screen.out.print(words(where), soft_wrap=True)
    return Exit.FINDINGS if any(converted.left_out for converted in found.values()) else Exit.OK
