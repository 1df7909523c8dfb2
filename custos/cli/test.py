"""`custos test`: the tests beside the policies, offline."""

from __future__ import annotations

import argparse

from custos.cli.command import Exit, Implementation, Screen
from custos.cli.validate import directory_argument
from custos.errors import BadInput
from custos.policy import load
from custos.policy_tests.run import PolicyTestResult, missing_tests, read_tests, run_test
from custos.report import files_json as report
from custos.report.screen import words
from custos.report.shapes import text_of


def _arguments(parser: argparse.ArgumentParser) -> None:
    directory_argument(parser)
    parser.add_argument("--json", action="store_true", help="for machines")


def _run(args: argparse.Namespace, screen: Screen) -> int:
    bundle = load(args.directory)
    tests, problems = read_tests(args.directory, bundle)
    if problems:
        raise BadInput(problems)
    results = [run_test(bundle, test) for test in tests]
    failed = [result for result in results if not result.passed]
    gaps = missing_tests(bundle, tests)
    if args.json:
        screen.raw(text_of(report.tested(args.directory, results, gaps)))
        return Exit.FINDINGS if failed or gaps else Exit.OK
    for result in failed:
        screen.out.print(words(_said(result)), soft_wrap=True)
    for gap in gaps:
        screen.out.print(str(gap), soft_wrap=True)
    held = f"{len(results) - len(failed)} of {len(results)} tests of {len(bundle.policies)} policies hold"
    screen.out.print(words(f"{held}, in {args.directory.resolve()}."), soft_wrap=True)
    return Exit.FINDINGS if failed or gaps else Exit.OK


def _said(result: PolicyTestResult) -> str:
    test = result.test
    others = f"; also found {', '.join(result.others)}" if result.others else ""
    wanted = f"{test.expect}" + (f", because {test.because!r}" if test.because else "")
    came_to = f"{result.outcome}, because {result.reason!r}{others}"
    return f"{test.mark}  {test.name}: expected {wanted}; it came to {came_to}"


COMMAND = Implementation(_arguments, offline=_run)
