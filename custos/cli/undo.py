"""`custos undo`: put back what can be put back, and say what cannot."""

from __future__ import annotations

import argparse

from custos.bootstrap import Custos
from custos.cli.apply import report_start
from custos.cli.command import Command, Exit, Screen
from custos.cli.identity_argument import as_argument
from custos.engine.undo import Scope
from custos.errors import BadInput, Mark, Problem
from custos.jobs import acting, identity
from custos.records.rights import Right
from custos.report import doing
from custos.report.shapes import text_of
from custos.report.undo import show


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="RUN", help="id of a run; with --policy, --site or --item the id of that")
    which = parser.add_mutually_exclusive_group()
    for scope in (Scope.POLICY, Scope.SITE, Scope.ITEM):
        which.add_argument(
            f"--{scope}",
            dest="scope",
            action="store_const",
            const=scope,
            help=f"what Custos did by this {scope}" if scope is Scope.POLICY else f"what Custos did to this {scope}",
        )
    parser.add_argument("--dry-run", action="store_true", help="only show what would be put back")
    parser.add_argument(
        "--why",
        default="",
        metavar="REASON",
        help="the reason, for the audit and for whoever is told; needed unless --dry-run",
    )
    parser.add_argument("--json", action="store_true", help="for machines")
    parser.add_argument("--no-wait", action="store_true", help="do not wait for the end")
    parser.set_defaults(scope=Scope.RUN)
    as_argument(parser)


async def _run(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    planned = await acting.plan_undo(app, args.scope, args.target)
    if not args.json:
        show(planned, screen.out)
    if args.dry_run or not (planned.back or planned.at_a_price):
        (screen.err if args.json else screen.out).print("Nothing was changed.")
        if args.json:
            screen.raw(text_of(doing.undo(planned)))
        return Exit.OK
    if not args.why.strip():
        problem = Problem(
            Mark("command line"), "An undo needs a reason: the owner is told it.", 'Add --why "…".', code="why"
        )
        raise BadInput([problem])
    by = await identity.require(app, Right.UNDO, args.person)
    dispatched = await acting.undo(app, planned, by=by, why=args.why)
    return await report_start(app, dispatched, screen, args)


COMMAND = Command("undo", "Put back what a run did, as far as it can be put back.", _arguments, online=_run)
