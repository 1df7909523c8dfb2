"""`custos minute`: the minute of the Corporate Information Group goes back into policies and registers."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from pathlib import Path

from custos.cli.command import Exit, Implementation, Screen
from custos.cli.values import directory, short_text
from custos.clock import SystemClock
from custos.did_you_mean import nearest
from custos.errors import BadInput, Mark, Problem
from custos.importing.register_file import merge, read_register, write_register
from custos.policy import Bundle, load, load_files
from custos.policy.state_edit import with_minute
from custos.records.load import FOLDER
from custos.records.register import AnyRegister
from custos.records.registers import ALL
from custos.report.screen import words

_COLUMN = "approval_ref"


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("reference", type=short_text, metavar="REFERENCE", help="the minute, for instance CIG-2026-014")
    parser.add_argument(
        "rows",
        nargs="+",
        type=short_text,
        metavar="ROW",
        help="what it is about: policies, and rows of exceptions, governing documents or the schedule, by their ids",
    )
    parser.add_argument(
        "--directory",
        type=directory,
        metavar="DIRECTORY",
        help="policies and registers (default: CUSTOS_POLICIES, else policies/ in this folder, else beside the app)",
    )


def _run(args: argparse.Namespace, screen: Screen) -> int:
    bundle = load(args.directory)
    today = SystemClock().now().date()
    if wrong := bundle.settings.approval.reference.against(args.reference, today):
        example = bundle.settings.approval.reference.example
        raise _problem(f"This is no reference of the Corporate Information Group. {wrong}", f"Write it like {example}.")
    policies, rows = _sorted_out(bundle, args.rows)
    files = {bundle.policies[name].mark.file for name in policies}
    made = {file: with_minute(file, bundle.files[file], args.reference) for file in sorted(files)}
    registers = {
        register: merge(
            register,
            read_register(args.directory, register),
            [{register.id: name, _COLUMN: args.reference} for name in names],
        ).content
        for register, names in rows.items()
    }
    load_files({**bundle.files, **made, **{f"{FOLDER}/{one.file}": text for one, text in registers.items()}})
    for file, content in made.items():
        _write(args.directory / file, content)
    for register, content in registers.items():
        write_register(args.directory, register, content)
    about = ", ".join([*policies, *(name for names in rows.values() for name in names)])
    screen.out.print(words(f"{args.reference} is written beside {about}. Commit it."), soft_wrap=True)
    return Exit.OK


def _sorted_out(bundle: Bundle, named: Iterable[str]) -> tuple[list[str], Mapping[AnyRegister, list[str]]]:
    """Which of the names are policies, and which are rows of which register. Raises BadInput for those that are neither."""
    registers = [register for register in ALL.values() if _COLUMN in register.by_name]
    known = {register.key(row): register for register in registers for row in register.of(bundle.records)}
    wrong = [
        Problem(
            Mark("command line"),
            f'"{name}" is no policy, exception, governing document or entry of the schedule.',
            nearest(name, [*known, *bundle.policies]),
            code="unknown-row",
        )
        for name in named
        if name not in known and name not in bundle.policies
    ]
    if wrong:
        raise BadInput(wrong)
    once = list(dict.fromkeys(named))
    rows: dict[AnyRegister, list[str]] = {}
    for name in once:
        if name in known:
            rows.setdefault(known[name], []).append(name)
    return [name for name in once if name in bundle.policies], rows


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise _problem(f"{path} cannot be written: {error.strerror}.", "Check who may write it.") from error


def _problem(what: str, remedy: str) -> BadInput:
    return BadInput([Problem(Mark("command line"), what, remedy, code="minute")])


COMMAND = Implementation(_arguments, offline=_run)
