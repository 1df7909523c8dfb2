"""`custos test`: the cases beside the policies, offline."""

from __future__ import annotations

import argparse

from custos.cli.command import Command, Exit, Screen
from custos.cli.validate import directory_argument
from custos.errors import BadInput
from custos.policy import load
from custos.policy_tests.cases import PolicyTestResult, missing_cases, read_cases, run_case
from custos.report import files_json as report
from custos.report.screen import words
from custos.report.shapes import text_of


def _arguments(parser: argparse.ArgumentParser) -> None:
    directory_argument(parser)
    parser.add_argument("--json", action="store_true", help="for machines")


def _run(args: argparse.Namespace, screen: Screen) -> int:
    bundle = load(args.directory)
    cases, problems = read_cases(args.directory, bundle)
    if problems:
        raise BadInput(problems)
    results = [run_case(bundle, case) for case in cases]
    failed = [result for result in results if not result.passed]
    gaps = missing_cases(bundle, cases)
    if args.json:
        screen.raw(text_of(report.tested(args.directory, results, gaps)))
        return Exit.FINDINGS if failed or gaps else Exit.OK
    for result in failed:
        screen.out.print(words(_said(result)), soft_wrap=True)
    for gap in gaps:
        screen.out.print(str(gap), soft_wrap=True)
    held = f"{len(results) - len(failed)} of {len(results)} cases of {len(bundle.policies)} policies hold"
    screen.out.print(words(f"{held}, in {args.directory.resolve()}."), soft_wrap=True)
    return Exit.FINDINGS if failed or gaps else Exit.OK


def _said(result: PolicyTestResult) -> str:
    case = result.case
    others = f"; also found {', '.join(result.others)}" if result.others else ""
    wanted = f"{case.expect}" + (f", because {case.because!r}" if case.because else "")
    came_to = f"{result.outcome}, because {result.reason!r}{others}"
    return f"{case.mark}  {case.name}: expected {wanted}; it came to {came_to}"


COMMAND = Command("test", "Run the cases beside the policies, offline.", _arguments, offline=_run)
