"""`custos import`: a register as a council has it becomes one of Custos'; what was not understood is said, cell by cell."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from custos.cli.command import Exit, Implementation, Screen
from custos.cli.import_all import import_all
from custos.cli.show_import import merged_with_register, show_notes, show_problems
from custos.cli.values import directory, short_text
from custos.errors import BadInput, Mark, Problem
from custos.importing.header import Headed, find_header
from custos.importing.list_sheet import sheet_of
from custos.importing.mapping import ColumnMapping, mapping_from, mapping_text
from custos.importing.propose import Proposed, propose
from custos.importing.register_file import write_register
from custos.importing.rows import Converted, convert_rows
from custos.importing.sheet import Sheet
from custos.jobs.named_accounts import called
from custos.m365.errors import Forbidden, Locked, NotFound
from custos.m365.lists import is_list, read_list
from custos.policy.policy_files import read_file
from custos.records.register import AnyRegister
from custos.records.registers import ALL
from custos.report.screen import Listing, words
from custos.untrusted import plain
from custos.wording import many

if TYPE_CHECKING:
    from custos.bootstrap import Custos

_NAMES = {register.name: register for register in ALL.values()}
_ALL = "all"
_MOST_WORDS = 50  # of a column that a mapping asks about


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "register",
        choices=[*_NAMES, _ALL],
        metavar="REGISTER",
        help=f"which: {', '.join(_NAMES)}; or {_ALL}, for a file that `custos export` made",
    )
    parser.add_argument(
        "file",
        type=_file,
        metavar="FILE",
        help="an Excel workbook (.xlsx), a CSV file, or with --online the address of a SharePoint list, https://…/Lists/NAME",
    )
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
        help="policies and registers (default: CUSTOS_POLICIES, else policies/ in this folder, else beside the app)",
    )
    parser.add_argument(
        "--online", action="store_true", help="look in the directory for the accounts of people who stand there by name"
    )
    parser.add_argument(
        "--older-reviews",
        action="store_true",
        help="let the file's last_review and review_due take the place of newer ones",
    )
    parser.add_argument("--dry-run", action="store_true", help="write no register; say what would be written")


def _file(written: str) -> Path | str:
    return short_text(written) if is_list(written) else directory(written)


@dataclass(frozen=True, slots=True)
class _Work:
    """A file that was read. `kept`: its mapping was there before, with its columns."""

    register: AnyRegister
    headed: Headed
    mapping: ColumnMapping
    converted: Converted
    kept: bool


type _Called = Mapping[str, Sequence[str]]
"""Name in the file ► sign-in names of whoever is called so."""


def _run(args: argparse.Namespace, screen: Screen) -> int:
    if isinstance(args.file, str):
        raise _refused("A list of SharePoint is read with --online.", "Put --online behind it.")
    if args.register == _ALL:
        return import_all(args, screen)
    return _finish(_begin(args, screen, None), {}, args, screen)


async def _online(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    if args.register == _ALL:
        if isinstance(args.file, str):
            raise _refused("`import all` takes a file that `custos export` made.", "Import a list as one register.")
        return import_all(args, screen)
    work = _begin(args, screen, await _sheets(app, args.file))
    return _finish(work, await called(app.m365, work.converted.people[:_MOST_WORDS]), args, screen)


async def _sheets(app: Custos, file: Path | str) -> list[Sheet] | None:
    """The list at an address, as a sheet; None for a file, which is read where it is needed."""
    if not isinstance(file, str):
        return None
    try:
        return [sheet_of(await read_list(app.m365.observer, file), app.zone)]
    except (NotFound, Forbidden, Locked) as trouble:
        what = f"{plain(file, 200)} cannot be read: {trouble}"
        raise _refused(what, "Check the address; the observer must be let into that site.") from trouble


def _refused(what: str, remedy: str) -> BadInput:
    return BadInput([Problem(Mark("command line"), what, remedy, code="list")])


def _begin(args: argparse.Namespace, screen: Screen, sheets: list[Sheet] | None) -> _Work:
    register = _NAMES[args.register]
    kept = _mapping_file(args)
    mapping = _kept(kept, register) if kept.exists() else ColumnMapping(register=register.name, columns={})
    headed = _read(args, register, sheets, (args.sheet or mapping.sheet, mapping.header_row))
    whole = bool(mapping.columns)
    if not whole:
        proposal, proposed = propose(headed, register)
        mapping = replace(
            proposal, always={**proposal.always, **mapping.always}, values=mapping.values, people=mapping.people
        )
        _show_mapping(proposed, mapping, screen)
    return _Work(register, headed, mapping, convert_rows(_name(args), headed, mapping, register), whole)


def _finish(work: _Work, called_so: _Called, args: argparse.Namespace, screen: Screen) -> int:
    register, converted, kept = work.register, work.converted, _mapping_file(args)
    show_notes((*work.headed.sheet.notes, *converted.unread), screen)
    show_problems(converted.problems, screen)
    merged = merged_with_register(register, converted.rows, args, screen)
    for name, upns in called_so.items():
        screen.out.print(words(_who(name, upns)), soft_wrap=True)
    said = (
        f"{many(merged.added, 'row')} new, {merged.changed:,} changed, {merged.same:,} as they were; "
        f"{converted.left_out:,} left out."
    )
    if not work.kept:
        asked = _asking(work.mapping, converted, called_so)
        _save(kept, asked)
        screen.out.print(words(f"{args.register}: {said} Nothing was written yet."), soft_wrap=True)
        left = f", fill {many(asked.unsaid, 'blank')} in it" if asked.unsaid else ""
        screen.out.print(words(f"Look through {plain(str(kept))}{left}, and run the command again."), soft_wrap=True)
        return Exit.FINDINGS if converted.left_out or asked.unsaid else Exit.OK
    if args.dry_run or not merged.anything:
        screen.out.print(words(f"{args.register}: {said} Nothing was written."), soft_wrap=True)
    else:
        write_register(args.directory, register, merged.content)
        screen.out.print(words(f"{args.register}: {said} It is in {args.directory}."), soft_wrap=True)
    return Exit.FINDINGS if converted.left_out else Exit.OK


def _mapping_file(args: argparse.Namespace) -> Path:
    named: Path | None = args.mapping
    return named or Path(f"{args.register}.mapping.yaml")


def _who(name: str, upns: Sequence[str]) -> str:
    if not upns:
        return f'Nobody who can sign in is called "{plain(name)}".'
    if len(upns) == 1:
        return f'"{plain(name)}" is called {upns[0]} in the directory.'
    return f'"{plain(name)}" is the name of {many(len(upns), "account")}: {", ".join(upns)}.'


def _name(args: argparse.Namespace) -> str:
    """What the file is called in sentences."""
    return plain(args.file if isinstance(args.file, str) else args.file.name, 200)


def _read(
    args: argparse.Namespace, register: AnyRegister, sheets: list[Sheet] | None, where: tuple[str, int]
) -> Headed:
    from custos.importing.source import read_source  # its libraries are loaded for no other command

    sheet, header_row = where
    return find_header(_name(args), read_source(args.file, sheet) if sheets is None else sheets, register, header_row)


def _kept(path: Path, register: AnyRegister) -> ColumnMapping:
    content = read_file(path, path.name)
    if isinstance(content, Problem):
        raise BadInput([content])
    return mapping_from(path.name, content, register)


def _asking(mapping: ColumnMapping, converted: Converted, called_so: _Called) -> ColumnMapping:
    """A mapping with a blank for each person and each word that somebody has to explain; whose name one account has is put in."""
    values = {column: dict(found) for column, found in mapping.values.items()}
    for column, found in converted.words.items():
        values[column] = values.get(column, {}) | dict.fromkeys(found[:_MOST_WORDS], "")
    people = dict(mapping.people) | dict.fromkeys(converted.people[:_MOST_WORDS], "")
    people |= {name: upns[0] for name, upns in called_so.items() if len(upns) == 1}
    return replace(mapping, people=people, values=values)


def _save(path: Path, mapping: ColumnMapping) -> None:
    try:
        path.write_text(mapping_text(mapping), encoding="utf-8")
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


COMMAND = Implementation(_arguments, offline=_run, online=_online)
