"""`custos validate`: every problem of the policies and registers at once, with its place and remedy."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from custos.cli.clause_commands import unknown_commands
from custos.cli.command import Exit, Implementation, Screen
from custos.cli.values import directory
from custos.clock import SystemClock
from custos.dates import day_of
from custos.engine.register_locations import Unplaced
from custos.errors import BadInput, Problem, Severity
from custos.jobs import policies
from custos.jobs.named_accounts import strangers
from custos.policy import Bundle, load
from custos.policy_tests.run import read_tests
from custos.records.loosened import Loosened
from custos.records.remark import Remark
from custos.report import files_json as report
from custos.report.screen import words
from custos.report.shapes import text_of

if TYPE_CHECKING:
    from custos.bootstrap import Custos


def directory_argument(parser: argparse.ArgumentParser) -> None:
    """The directory of the policies."""
    parser.add_argument(
        "directory",
        nargs="?",
        type=directory,
        metavar="DIRECTORY",
        help="policies and registers (default: CUSTOS_POLICIES, else policies/ in this folder, else beside the app)",
    )


def _arguments(parser: argparse.ArgumentParser) -> None:
    directory_argument(parser)
    parser.add_argument("--json", action="store_true", help="problems for machines")
    parser.add_argument(
        "--online",
        action="store_true",
        help="also look for every address of the registers in the mirror, and for every person in the directory",
    )


def _run(args: argparse.Namespace, screen: Screen) -> int:
    return _show(*_checked(args.directory, SystemClock().now().date()), args, screen)


async def _online(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    bundle, problems = _checked(args.directory, day_of(app.clock.now(), app.zone))
    if bundle is not None:
        placed = await app.registers.placed(bundle)
        asked = [replace(one, severity=Severity.WARNING) for one in await policies.unaccepted(app, bundle)]
        less = [_loosened(one) for one in await policies.loosened_by(app, bundle)]
        unknown = [_unknown(one) for one in await strangers(app, bundle.records, day_of(app.clock.now(), app.zone))]
        problems = (*problems, *(_doubt(one) for one in placed.doubts()), *unknown, *asked, *less)
        if not placed.known:
            screen.err.print("Nothing was mirrored yet, so no address was looked for: run `custos sync --discover`.")
    return _show(bundle, problems, args, screen)


def _doubt(one: Unplaced) -> Problem:
    return Problem(one.mark, one.sentence, code="unplaced", severity=Severity.WARNING)


def _unknown(one: Remark) -> Problem:
    return Problem(one.mark, one.sentence, code="no-account", severity=Severity.WARNING)


def _loosened(one: Loosened) -> Problem:
    return Problem(one.mark, one.sentence, code="loosened", severity=Severity.WARNING)


def _checked(directory: Path, today: date) -> tuple[Bundle | None, tuple[Problem, ...]]:
    """The bundle in a directory, None when it cannot be used, and what is to be said of it."""
    try:
        bundle = load(directory, today=today)
        _, wrong = read_tests(directory, bundle)
        wrong = [*wrong, *unknown_commands(bundle)]
        if wrong:
            raise BadInput([*wrong, *bundle.warnings])
    except BadInput as bad:
        return None, bad.problems
    return bundle, bundle.warnings


def _show(bundle: Bundle | None, problems: tuple[Problem, ...], args: argparse.Namespace, screen: Screen) -> int:
    told = report.validated(args.directory, bundle, problems)
    if args.json:
        screen.raw(text_of(told))
        return Exit.OK if told.in_order else Exit.BAD_INPUT
    if bundle is not None:
        said = f"{told.policies} policies and {told.assets} assets are in order"
        screen.err.print(words(f"{said}, in {told.directory}."), soft_wrap=True)
    for problem in problems:
        screen.out.print(f"{problem.severity}: {problem}", soft_wrap=True)
    return Exit.OK if told.in_order else Exit.BAD_INPUT


COMMAND = Implementation(_arguments, offline=_run, online=_online)
