"""`custos undo`: put back what can be put back, and say what cannot."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

from custos.bootstrap import Custos
from custos.cli.apply import report_start
from custos.cli.command import Exit, Implementation, Screen
from custos.cli.identity_argument import as_argument
from custos.cli.values import run_id, short_text
from custos.engine.undo import UndoScope
from custos.errors import BadInput, Mark, Problem
from custos.jobs import identity, runs
from custos.records.rights import Right
from custos.report import plans_json
from custos.report.shapes import text_of
from custos.report.undo import show

_PARTS: Mapping[UndoScope, tuple[str, str]] = {
    UndoScope.POLICY: ("POLICY", "by this policy"),
    UndoScope.SITE: ("ADDRESS", "in this site or library (its id serves too)"),
    UndoScope.ASSET: ("ASSET", "for this asset, for instance IA-004"),
    UndoScope.ITEM: ("ADDRESS", "to this file, link, grant or site (its id serves too)"),
}


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", nargs="?", type=run_id, default="", metavar="RUN", help="id of a run")
    for scope, (metavar, said) in _PARTS.items():
        parser.add_argument(
            f"--{scope}", type=short_text, default="", metavar=metavar, help=f"only what Custos did {said}"
        )
    parser.add_argument("--dry-run", action="store_true", help="only show what would be put back")
    parser.add_argument(
        "--why",
        type=short_text,
        default="",
        metavar="REASON",
        help="the reason, for the audit and for whoever is told; needed unless --dry-run",
    )
    parser.add_argument("--json", action="store_true", help="for machines")
    parser.add_argument("--no-wait", action="store_true", help="do not wait for the end")
    as_argument(parser)


async def _run(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    (scope, target), *others = _asked(args)
    planned = await runs.plan_undo(app, scope, target, dict(others))
    if not args.json:
        show(planned, screen.out)
    if args.dry_run or not (planned.back or planned.at_a_price):
        (screen.err if args.json else screen.out).print("Nothing was changed.")
        if args.json:
            screen.raw(text_of(plans_json.undo(planned)))
        return Exit.OK
    if not args.why.strip():
        problem = Problem(
            Mark("command line"), "An undo needs a reason: the owner is told it.", 'Add --why "…".', code="why"
        )
        raise BadInput([problem])
    by = await identity.require(app, Right.UNDO, args.person)
    dispatched = await runs.undo(app, planned, by=by, why=args.why)
    return await report_start(app, dispatched, screen, args)


def _asked(args: argparse.Namespace) -> Sequence[tuple[UndoScope, str]]:
    """What is to be undone: a run, or what the options name, and what narrows that."""
    named = [(scope, str(getattr(args, scope.value)).strip()) for scope in (UndoScope.RUN, *_PARTS)]
    asked = [(scope, target) for scope, target in named if target]
    if not asked:
        what = "Nothing is named that should be put back."
        remedy = "Name a run, and perhaps --asset; or --policy, --site, --asset or --item alone."
        raise BadInput([Problem(Mark("command line"), what, remedy, code="undo")])
    return asked


COMMAND = Implementation(_arguments, online=_run)
