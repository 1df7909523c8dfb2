"""`custos kpi`: the indicators of the Information Management Policy, and the rows behind each number."""

from __future__ import annotations

import argparse

from custos.bootstrap import Custos
from custos.cli.command import Exit, Implementation, Screen
from custos.cli.identity_argument import as_argument
from custos.cli.values import day, fraction
from custos.cli.why_argument import why_argument
from custos.errors import BadInput, Mark, Problem
from custos.jobs import identity
from custos.jobs.kpi import measure, published, restate
from custos.jobs.policies import in_force
from custos.kpi.catalogue import BY_ID
from custos.records.rights import Right
from custos.report import kpi as report
from custos.report.screen import words
from custos.report.shapes import text_of


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--by", choices=("department", "owner"), default="", help="each part of the council by itself")
    parser.add_argument("--on", type=day, metavar="DATE", help="as they were published on a day")
    parser.add_argument(
        "--explain", choices=tuple(BY_ID), default="", metavar="KPI", help="list the rows behind a number"
    )
    parser.add_argument(
        "--restate",
        choices=tuple(BY_ID),
        default="",
        metavar="KPI",
        help="put a published value right, with --on, --value and --why; what it was stays beside it",
    )
    parser.add_argument("--value", type=fraction, metavar="COUNTS/OF", help="restate: what it is, for instance 214/223")
    why_argument(parser)
    as_argument(parser)
    parser.add_argument("--names", action="store_true", help="do not mask names of files in sensitive assets")
    parser.add_argument("--json", action="store_true", help="for machines")


async def _run(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    if args.restate or args.value:
        return await _restate(app, args, screen)
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


async def _restate(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    missing = [
        option
        for option, given in (("--restate KPI", args.restate), ("--on DAY", args.on), ("--value COUNTS/OF", args.value))
        if not given
    ]
    missing += [] if args.why.strip() else ["--why REASON"]
    if missing:
        what = "To restate a value its indicator, its day, what it is and the reason are needed."
        raise BadInput([Problem(Mark("command line"), what, f"Add {', '.join(missing)}.", code="restate")])
    by = await identity.require(app, Right.RESTATE, args.person)
    value = await restate(app, args.on, args.restate, args.value, by=by, why=args.why.strip())
    for sentence in report.restatements(value):
        screen.out.print(words(sentence), soft_wrap=True)
    return Exit.OK


COMMAND = Implementation(_arguments, online=_run)
