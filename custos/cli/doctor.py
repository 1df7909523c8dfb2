"""`custos doctor`: what works, what is missing, and what is too much, on this very tenant."""

from __future__ import annotations

import argparse

from custos.bootstrap import Custos
from custos.cli.command import Exit, Implementation, Screen
from custos.jobs.doctor import Sign, examine
from custos.report import work_json
from custos.report.screen import words
from custos.report.shapes import text_of

_STYLES = {Sign.OK: "green", Sign.WARN: "yellow", Sign.FAIL: "bold red", Sign.OFF: "dim"}


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="for machines")


async def _run(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    looks = await examine(app)
    if args.json:
        screen.raw(text_of(work_json.doctor(looks)))
    for look in () if args.json else looks:
        sign = (f"{look.sign:<5}", _STYLES[look.sign])
        screen.out.print(words("  ", sign, f"  {look.what:<20}  {look.detail}"), soft_wrap=True)
    return Exit.FINDINGS if any(look.sign is Sign.FAIL for look in looks) else Exit.OK


COMMAND = Implementation(_arguments, online=_run)
