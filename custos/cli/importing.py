"""`custos import`: a register as a council has it becomes one of Custos'; what was not understood is said, cell by cell."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from custos.cli.command import Command, Exit, Screen
from custos.cli.values import directory, short_text
from custos.errors import BadInput, Mark, Problem
from custos.importing.header import Headed, find_header
from custos.importing.mapping import ColumnMapping, mapping_from, mapping_text
from custos.importing.propose import Proposed, propose
from custos.importing.register_file import merge, read_register, write_register
from custos.importing.rows import Converted, convert_rows
from custos.policy.policy_files import read_file
from custos.records import registers
from custos.records.registers import Register
from custos.report.screen import Listing, words
from custos.untrusted import plain
from custos.wording import many

_NAMES = {name.removesuffix(".csv"): register for name, register in registers.ALL.items()}
_MOST_SHOWN = 200
_MOST_WORDS = 50  # of a column that a mapping asks about


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("register", choices=list(_NAMES), metavar="REGISTER", help=f"which: {', '.join(_NAMES)}")
    parser.add_argument("file", type=directory, metavar="FILE", help="an Excel workbook (.xlsx) or a CSV file")
    parser.add_argument("--sheet", type=short_text, default="", metavar="NAME", help="sheet of the workbook")
    parser.add_argument(
        "--mapping",
        type=directory,
        metavar="MAP.yaml",
        help="which of their columns is which; proposed and saved there when it is not (default: REGISTER.mapping.yaml)",
    )
    parser.add_argument(
        "--into",
        dest="directory",
        type=directory,
        metavar="DIRECTORY",
        help="policies and registers (default: CUSTOS_POLICIES, or policies/)",
    )
    parser.add_argument("--dry-run", action="store_true", help="write no register; say what would be written")


def _run(args: argparse.Namespace, screen: Screen) -> int:
    register = _NAMES[args.register]
    kept: Path = args.mapping or Path(f"{args.register}.mapping.yaml")
    there = read_register(args.directory, register)
    file = plain(args.file.name)
    if kept.exists():
        mapping = _kept(kept, register)
        headed = _read(args, register, args.sheet or mapping.sheet, mapping.header_row)
    else:
        headed = _read(args, register, args.sheet, 0)
        mapping, proposed = propose(headed, register)
        _show_mapping(proposed, mapping, screen)
    converted = convert_rows(file, headed, mapping, register)
    merged = merge(register, there, converted.rows)
    _show_problems(headed, converted, screen)
    said = (
        f"{many(merged.added, 'row')} new, {merged.changed:,} changed, {merged.same:,} as they were; "
        f"{converted.left_out:,} left out."
    )
    if not kept.exists():
        asked = _asking(mapping, converted)
        _save(kept, asked)
        screen.out.print(words(f"{args.register}: {said} Nothing was written yet."), soft_wrap=True)
        left = f", fill {many(asked.unsaid, 'blank')} in it" if asked.unsaid else ""
        screen.out.print(words(f"Look through {plain(str(kept))}{left}, and run the command again."), soft_wrap=True)
        return Exit.FINDINGS if converted.left_out or asked.unsaid else Exit.OK
    if args.dry_run:
        screen.out.print(words(f"{args.register}: {said} Nothing was written."), soft_wrap=True)
    else:
        write_register(args.directory, register, merged.content)
        screen.out.print(words(f"{args.register}: {said} It is in {args.directory}."), soft_wrap=True)
    return Exit.FINDINGS if converted.left_out else Exit.OK


def _read(args: argparse.Namespace, register: Register, sheet: str, header_row: int) -> Headed:
    from custos.importing.source import read_source  # its libraries are loaded for no other command

    return find_header(plain(args.file.name), read_source(args.file, sheet), register, header_row)


def _kept(path: Path, register: Register) -> ColumnMapping:
    content = read_file(path, path.name)
    if isinstance(content, Problem):
        raise BadInput([content])
    return mapping_from(path.name, content, register)


def _asking(mapping: ColumnMapping, converted: Converted) -> ColumnMapping:
    """A mapping with a blank for each person and each word that somebody has to explain."""
    values = {column: dict.fromkeys(found[:_MOST_WORDS], "") for column, found in converted.words.items()}
    return replace(mapping, people=dict.fromkeys(converted.people[:_MOST_WORDS], ""), values=values)


def _save(path: Path, mapping: ColumnMapping) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(mapping_text(mapping))
    except OSError as error:
        what = f"The mapping cannot be saved: {(error.strerror or str(error)).lower()}."
        raise BadInput([Problem(Mark(plain(str(path))), what, "Name another place with --mapping.")]) from error


def _show_mapping(proposed: Sequence[Proposed], mapping: ColumnMapping, screen: Screen) -> None:
    listing = Listing("Proposed mapping", ("their column", "ours", "found by"))
    for one in proposed:
        listing.add(one.theirs, one.ours or "left out", one.how)
    for column in mapping.always:
        listing.add("(none)", column, "every row needs it: say it under always")
    screen.out.print(listing)


def _show_problems(headed: Headed, converted: Converted, screen: Screen) -> None:
    for note in headed.sheet.notes:
        screen.err.print(words(note), soft_wrap=True)
    for problem in converted.problems[:_MOST_SHOWN]:
        screen.out.print(words(f"{problem.severity}: {problem}"), soft_wrap=True)
    if len(converted.problems) > _MOST_SHOWN:
        more = len(converted.problems) - _MOST_SHOWN
        screen.out.print(f"{many(more, 'more problem')} not listed: mend these, and look again.", soft_wrap=True)


COMMAND = Command("import", "Take a register from a workbook or CSV file as it is.", _arguments, offline=_run)
