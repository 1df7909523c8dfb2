"""`custos validate`: every problem of the policies and registers at once, with its place and remedy."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from custos.cli.command import Command, Exit, Screen
from custos.clock import SystemClock
from custos.errors import BadInput, Problem
from custos.policy import load


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


def _run(args: argparse.Namespace, screen: Screen) -> int:
    problems: tuple[Problem, ...] = ()
    try:
        bundle = load(args.directory, today=SystemClock().now().date())
    except BadInput as bad:
        problems = bad.problems
    else:
        problems = bundle.warnings
        if not args.json:
            assets = len(bundle.records.assets)
            screen.err.print(f"{len(bundle.policies)} policies and {assets} assets are in order.")
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


COMMAND = Command("validate", "Check policies and registers; every problem at once.", _arguments, offline=_run)
