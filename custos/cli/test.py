"""`custos test`: the cases beside the policies, offline."""

from __future__ import annotations

import argparse

from custos.cli.command import Command, Exit, Screen
from custos.cli.validate import directory_argument
from custos.errors import BadInput
from custos.policy import load
from custos.policy.cases import missing_cases, read_cases, run_case
from custos.report.screen import words


def _run(args: argparse.Namespace, screen: Screen) -> int:
    bundle = load(args.directory)
    cases, problems = read_cases(args.directory, bundle)
    if problems:
        raise BadInput(problems)
    results = [run_case(bundle, case) for case in cases]
    failed = [result for result in results if not result.passed]
    for result in failed:
        case = result.case
        said = f"{result.outcome}, because {result.reason!r}" + (
            f"; also found {', '.join(result.others)}" if result.others else ""
        )
        wanted = f"{case.expect}" + (f", because {case.because!r}" if case.because else "")
        screen.out.print(f"{case.mark}  {case.name}: expected {wanted}; it came to {said}", soft_wrap=True)
    gaps = missing_cases(bundle, cases)
    for gap in gaps:
        screen.out.print(str(gap), soft_wrap=True)
    held = f"{len(results) - len(failed)} of {len(results)} cases of {len(bundle.policies)} policies hold"
    screen.out.print(words(f"{held}, in {args.directory.resolve()}."), soft_wrap=True)
    return Exit.FINDINGS if failed or gaps else Exit.OK


COMMAND = Command("test", "Run the cases beside the policies, offline.", directory_argument, offline=_run)
