"""`custos export`: the registers as one file, to edit in Excel or to read by machine. `custos import all` takes it back."""

from __future__ import annotations

import argparse
from pathlib import Path

from custos.cli.command import Exit, Implementation, Screen
from custos.cli.values import directory
from custos.errors import BadInput, Mark, Problem
from custos.importing.register_file import read_register, register_rows
from custos.records.registers import ALL
from custos.report.screen import words
from custos.untrusted import plain
from custos.wording import many

_NAMES = {register.name: register for register in ALL.values()}
_FORMS = (".xlsx", ".json", ".csv")


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", type=directory, metavar="FILE", help="what is made: .xlsx, .json, or .csv for one register"
    )
    parser.add_argument(
        "--register",
        action="append",
        choices=list(_NAMES),
        metavar="REGISTER",
        help="only this one; may be repeated (default: all)",
    )
    parser.add_argument(
        "--from",
        dest="directory",
        type=directory,
        metavar="DIRECTORY",
        help="policies and registers (default: CUSTOS_POLICIES, or policies/)",
    )


def _run(args: argparse.Namespace, screen: Screen) -> int:
    file: Path = args.file
    chosen = [_NAMES[name] for name in dict.fromkeys(args.register or _NAMES)]
    form = file.suffix.casefold()
    if form not in _FORMS or (form == ".csv" and len(chosen) != 1):
        what = "A CSV file holds one register." if form == ".csv" else "It is not said what kind of file is wanted."
        raise _refused(file, what, "Name a file that ends in .xlsx or .json, or one in .csv with one --register.")
    contents = {register: read_register(args.directory, register) for register in chosen}
    rows = {register: register_rows(register, content) for register, content in contents.items()}
    if form == ".csv":
        made = contents[chosen[0]]
    else:
        from custos.importing.export import as_json, as_workbook  # its library is loaded for no other command

        made = as_workbook(rows) if form == ".xlsx" else as_json(rows)
    try:
        with file.open("xb") as target:
            target.write(made)
    except FileExistsError as error:
        raise _refused(file, "It is there already, and is not written over.", "Name another file.") from error
    except OSError as error:
        raise _refused(file, f"It cannot be written: {(error.strerror or str(error)).lower()}.", "") from error
    told = f"{many(sum(map(len, rows.values())), 'row')} of {many(len(rows), 'register')} are in {plain(str(file))}."
    screen.out.print(words(told), soft_wrap=True)
    if form != ".csv":
        screen.out.print(words(f"Edit it, and bring it back: custos import all {plain(str(file))}"), soft_wrap=True)
    return Exit.OK


def _refused(file: Path, what: str, remedy: str) -> BadInput:
    return BadInput([Problem(Mark(plain(str(file))), what, remedy)])


COMMAND = Implementation(_arguments, offline=_run)
