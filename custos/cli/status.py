"""`custos status`: how current the mirror is, what runs, what waits, what went wrong."""

from __future__ import annotations

import argparse

from custos.bootstrap import Custos
from custos.cli.command import Exit, Implementation, Screen
from custos.jobs.status import overview
from custos.report import work_json
from custos.report.shapes import text_of
from custos.report.status import show


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="for machines")


async def _run(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    found = await overview(app)
    if args.json:
        screen.raw(text_of(work_json.status(found, ())))
    else:
        show(found, screen.out)
    return Exit.OK if found.in_order else Exit.FINDINGS


COMMAND = Implementation(_arguments, online=_run)
