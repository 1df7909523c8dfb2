"""`custos kpi`: the indicators of the Information Management Policy, and the rows behind each number."""

from __future__ import annotations

import argparse

from custos.bootstrap import Custos
from custos.cli.command import Exit, Implementation, Screen
from custos.cli.values import day
from custos.errors import BadInput, Mark, Problem
from custos.jobs.kpi import measure, published
from custos.jobs.policies import in_force
from custos.kpi.catalogue import BY_ID
from custos.report import kpi as report
from custos.report.shapes import text_of


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--by", choices=("department", "owner"), default="", help="each part of the council by itself")
    parser.add_argument("--on", type=day, metavar="DATE", help="as they were published on a day")
    parser.add_argument(
        "--explain", choices=tuple(BY_ID), default="", metavar="KPI", help="list the rows behind a number"
    )
    parser.add_argument("--names", action="store_true", help="do not mask names of files in sensitive assets")
    parser.add_argument("--json", action="store_true", help="for machines")


async def _run(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    if args.on and args.explain:
        what = "What was published keeps its sums, and not the rows behind them."
        raise BadInput(
            [Problem(Mark("command line"), what, "Leave --on out to list the rows of today.", code="argument")]
        )
    if args.on:
        values, bundle = await published(app.account, args.on), (await in_force(app)).bundle
    else:
        values, bundle = await measure(app)
    if args.json:
        screen.raw(text_of(report.as_json(values, bundle, rows_of=args.explain, names=args.names)))
    elif args.explain:
        (asked,) = (value for value in values if value.kpi.id == args.explain)
        report.explain(asked, bundle, screen.out, names=args.names)
    else:
        report.show(values, screen.out, by=args.by)
    return Exit.OK if all(value.is_whole for value in values) else Exit.FINDINGS


COMMAND = Implementation(_arguments, online=_run)
