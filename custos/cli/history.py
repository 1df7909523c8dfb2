"""`custos history`: what is known of one item, also when it is gone."""

from __future__ import annotations

import argparse

from custos.bootstrap import Custos
from custos.cli.command import Exit, Implementation, Screen
from custos.cli.values import item
from custos.jobs.history import history
from custos.report import work_json
from custos.report.history import show
from custos.report.screen import words
from custos.report.shapes import text_of


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "item", type=item, metavar="ITEM", help="a file or folder: its address, where it lies or lay, or its id"
    )
    parser.add_argument("--json", action="store_true", help="for machines")


async def _run(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    with screen.err.status("Reading the mirror and the audit …"):
        found = await history(app, args.item)
    if args.json:
        screen.raw(text_of(work_json.history(found)))
    elif found:
        show(found, screen.out)
    else:
        said = "Custos knows of no file or folder there, and of none that lay there."
        more = (
            "What left before Custos first read its library, or lay in a folder that moved, is found by its id alone."
        )
        screen.out.print(words(f"{said} {more}"))
    return Exit.OK if found else Exit.FINDINGS


COMMAND = Implementation(_arguments, online=_run)
