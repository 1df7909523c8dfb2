"""`custos validate`: every problem of the policies and registers at once, with its place and remedy."""

from __future__ import annotations

import argparse
import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from custos.cli.command import Command, Exit, Screen
from custos.clock import SystemClock
from custos.engine.placed_registers import Unplaced
from custos.errors import BadInput, Problem, Severity
from custos.policy import Bundle, load
from custos.policy.cases import read_cases
from custos.report.screen import words

if TYPE_CHECKING:
    from custos.bootstrap import Custos


def directory_argument(parser: argparse.ArgumentParser) -> None:
    """The directory of the policies."""
    parser.add_argument(
        "directory",
        nargs="?",
        type=Path,
        metavar="DIRECTORY",
        help="policies and registers (default: CUSTOS_POLICIES, or policies/)",
    )


def _arguments(parser: argparse.ArgumentParser) -> None:
    directory_argument(parser)
    parser.add_argument("--json", action="store_true", help="problems for machines")
    parser.add_argument(
        "--online", action="store_true", help="also look for every address of the registers in the mirror"
    )


def _run(args: argparse.Namespace, screen: Screen) -> int:
    return _show(*_checked(args.directory, SystemClock().now().date()), args, screen)


async def _online(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    bundle, problems = _checked(args.directory, app.clock.now().date())
    if bundle is not None:
        placed = await app.registers.placed(bundle)
        problems = (*problems, *(_doubt(one) for one in placed.doubts()))
        if not placed.known:
            screen.err.print("Nothing was mirrored yet, so no address was looked for: run `custos sync --discover`.")
    return _show(bundle, problems, args, screen)


def _doubt(one: Unplaced) -> Problem:
    return Problem(one.mark, one.sentence, code="unplaced", severity=Severity.WARNING)


def _checked(directory: Path, today: date) -> tuple[Bundle | None, tuple[Problem, ...]]:
    """The bundle in a directory, None when it cannot be used, and what is to be said of it."""
    try:
        bundle = load(directory, today=today)
        _, wrong = read_cases(directory, bundle)
        if wrong:
            raise BadInput([*wrong, *bundle.warnings])
    except BadInput as bad:
        return None, bad.problems
    return bundle, bundle.warnings


def _show(bundle: Bundle | None, problems: tuple[Problem, ...], args: argparse.Namespace, screen: Screen) -> int:
    if bundle is not None and not args.json:
        assets = len(bundle.records.assets)
        said = f"{len(bundle.policies)} policies and {assets} assets are in order"
        screen.err.print(words(f"{said}, in {args.directory.resolve()}."), soft_wrap=True)
    if args.json:
        screen.raw(json.dumps([_as_json(problem) for problem in problems], indent=1))
    else:
        for problem in problems:
            screen.out.print(f"{problem.severity}: {problem}", soft_wrap=True)
    return Exit.BAD_INPUT if any(problem.severity == "error" for problem in problems) else Exit.OK


def _as_json(problem: Problem) -> dict[str, object]:
    return {
        "file": problem.mark.file,
        "line": problem.mark.line,
        "column": problem.mark.column,
        "severity": problem.severity.value,
        "code": problem.code,
        "what": problem.what,
        "remedy": problem.remedy,
    }


COMMAND = Command(
    "validate", "Check policies and registers; every problem at once.", _arguments, offline=_run, online=_online
)
