"""`custos export`: the registers as one file, to edit in Excel or to read by machine; or reporting tables, as CSV or JSON.

`custos import all` takes the registers back.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from custos.bootstrap import Custos
from custos.cli.command import Exit, Implementation, Screen
from custos.cli.values import directory
from custos.errors import BadInput, Mark, Problem
from custos.importing.register_file import read_register, register_rows
from custos.inventory.reporting_schema import ALL as TABLES
from custos.jobs import reporting
from custos.records.registers import ALL
from custos.report import tables as report
from custos.report.screen import words
from custos.report.wording import when
from custos.untrusted import plain
from custos.wording import many

_NAMES = {register.name: register for register in ALL.values()}
_FORMS = (".xlsx", ".json", ".csv")
_EVERY = "all"


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", type=directory, metavar="FILE", help="what is made: .xlsx, .json, or .csv for one register or table"
    )
    parser.add_argument(
        "--register",
        action="append",
        choices=list(_NAMES),
        metavar="REGISTER",
        help="only this one; may be repeated (default: all)",
    )
    parser.add_argument(
        "--table",
        dest="online",
        action="append",
        choices=[*TABLES, _EVERY],
        metavar="TABLE",
        help=f"instead of registers a reporting table as it was written this morning ({', '.join(TABLES)}, or {_EVERY} of them as JSON);"
        " may be repeated",
    )
    parser.add_argument(
        "--from",
        dest="directory",
        type=directory,
        metavar="DIRECTORY",
        help="policies and registers (default: CUSTOS_POLICIES, else policies/ in this folder, else beside the app)",
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
    _write(file, made)
    told = f"{many(sum(map(len, rows.values())), 'row')} of {many(len(rows), 'register')} are in {plain(str(file))}."
    screen.out.print(words(told), soft_wrap=True)
    if form != ".csv":
        screen.out.print(words(f"Edit it, and bring it back: custos import all {plain(str(file))}"), soft_wrap=True)
    return Exit.OK


async def _tables(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    file: Path = args.file
    chosen = list(TABLES.values()) if _EVERY in args.online else [TABLES[name] for name in dict.fromkeys(args.online)]
    form = file.suffix.casefold()
    if args.register:
        raise _refused(file, "Registers and tables are not put into one file.", "Leave --register or --table out.")
    if form not in (".json", ".csv") or (form == ".csv" and len(chosen) != 1):
        what = "A CSV file holds one table." if form == ".csv" else "Tables are written as JSON or CSV."
        raise _refused(file, what, "Name a file that ends in .json, or one in .csv with one --table.")
    as_of, frames = await reporting.read(app, chosen)
    _write(file, report.as_csv(frames[chosen[0]]) if form == ".csv" else report.as_json(as_of, frames))
    rows = many(sum(frame.height for frame in frames.values()), "row")
    told = f"{rows} of {many(len(frames), 'table')}, as at {when(as_of)}, are in {plain(str(file))}."
    screen.out.print(words(told), soft_wrap=True)
    return Exit.OK


def _write(file: Path, made: bytes) -> None:
    try:
        with file.open("xb") as target:
            target.write(made)
    except FileExistsError as error:
        raise _refused(file, "It is there already, and is not written over.", "Name another file.") from error
    except OSError as error:
        raise _refused(file, f"It cannot be written: {(error.strerror or str(error)).lower()}.", "") from error


def _refused(file: Path, what: str, remedy: str) -> BadInput:
    return BadInput([Problem(Mark(plain(str(file))), what, remedy)])


COMMAND = Implementation(_arguments, offline=_run, online=_tables)
