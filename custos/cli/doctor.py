"""`custos doctor`: what works, what is missing, what is too much, and what cannot be told, on this very tenant."""

from __future__ import annotations

import argparse
from pathlib import Path

from custos.bootstrap import Custos
from custos.cli.command import Exit, Implementation, Screen
from custos.errors import BadInput, Mark, Problem
from custos.jobs import policies
from custos.jobs.doctor import examine
from custos.jobs.doctor_advice import ADVICE, affected
from custos.jobs.doctor_look import Look, Sign
from custos.jobs.doctor_report import report
from custos.model.policy import Bundle
from custos.report import work_json
from custos.report.screen import words
from custos.report.shapes import text_of

_STYLES = {
    Sign.WORKS: "green",
    Sign.MISSING: "yellow",
    Sign.TOO_MUCH: "yellow",
    Sign.UNTOLD: "cyan",
    Sign.OFF: "dim",
}
_MOST_POLICIES = 6


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="for machines")
    parser.add_argument(
        "--strict",
        action="store_true",
        help="end with 1 for whatever is missing or too much, not only for what must be there",
    )
    parser.add_argument(
        "--report",
        type=Path,
        metavar="FILE",
        help="write a report for whoever helps: numbers and words of Custos' own, nobody's name, no place, file or label",
    )


async def _run(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    looks = await examine(app)
    bundle = await _bundle(app)
    if args.report is not None:
        try:
            args.report.write_bytes(await report(app, looks, bundle))
        except OSError as error:
            what = f"{args.report} cannot be written: {error.strerror}."
            raise BadInput([Problem(Mark("command line"), what, "Name another file.", code="report")]) from error
        screen.err.print(
            f"{args.report} holds no name of a person, place, file or label. Read it before you send it.",
            soft_wrap=True,
        )
    if args.json:
        screen.raw(text_of(work_json.doctor(looks, bundle)))
    else:
        _show(looks, bundle, screen)
    wrong = [one for one in looks if one.must or (args.strict and one.sign in (Sign.MISSING, Sign.TOO_MUCH))]
    return Exit.FINDINGS if wrong else Exit.OK


async def _bundle(app: Custos) -> Bundle | None:
    try:
        return (await policies.in_force(app)).bundle
    except BadInput:
        return None


def _show(looks: list[Look], bundle: Bundle | None, screen: Screen) -> None:
    """Each look on a line; under the last of a thing that does not work what that means, for whom, and what to do."""
    for number, look in enumerate(looks):
        style = "bold red" if look.must else _STYLES[look.sign]
        sign = (f"{look.sign:<14}", style)
        screen.out.print(words("  ", sign, f"  {look.what:<20}  {look.detail}"), soft_wrap=True)
        following = looks[number + 1].what if number + 1 < len(looks) else ""
        wrong = any(one.what == look.what and one.sign is not Sign.WORKS for one in looks)
        if look.what != following and wrong and look.what in ADVICE:
            advice, names = ADVICE[look.what], affected(bundle, look.what)
            some = ", ".join(names[:_MOST_POLICIES]) + (" and others" if len(names) > _MOST_POLICIES else "")
            said = f"{advice.means} {f'Of: {some}. ' if names else ''}{advice.do}"
            screen.out.print(words("  ", " " * 38, (said, "dim")), soft_wrap=True)


COMMAND = Implementation(_arguments, online=_run)
