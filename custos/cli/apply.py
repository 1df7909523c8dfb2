"""`custos apply`: do exactly one plan, or say why something in it no longer qualifies."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from custos.bootstrap import Custos
from custos.cli.command import Exit, Implementation, Screen
from custos.cli.identity_argument import as_argument
from custos.cli.runs import follow, stands, until_it_ends
from custos.cli.values import plan_id
from custos.engine.dispatch import Dispatched
from custos.jobs import identity, runs
from custos.records.rights import Right
from custos.report import plans_json
from custos.report.screen import words
from custos.report.shapes import text_of
from custos.report.shapes.plans import Applied
from custos.wording import many


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("plan", type=plan_id, metavar="PLAN", help="id of a plan, as `custos plan` printed it")
    parser.add_argument("--json", action="store_true", help="for machines")
    parser.add_argument("--no-wait", action="store_true", help="do not wait for the end")
    as_argument(parser)


async def _run(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    by = await identity.require(app, Right.OPERATE, args.person)
    dispatched = await runs.apply(app, args.plan, by=by)
    return await report_start(app, dispatched, screen, args)


async def report_start(app: Custos, dispatched: Dispatched, screen: Screen, args: argparse.Namespace) -> int:
    """Say what became of a plan, and follow its runs to their end unless `--no-wait`. The worst of their exit codes."""
    apart = (dispatched, *dispatched.agreed.values())
    told = [one for one in apart if one.run is not None or one.left_out or not dispatched.agreed]
    if args.json:
        return await _for_machines(app, told, screen, args)
    return max([await _report(app, one, screen, wait=not args.no_wait) for one in told])


async def _report(app: Custos, dispatched: Dispatched, screen: Screen, *, wait: bool) -> int:
    for code, number in dispatched.left_out.items():
        screen.out.print(f"Left out, {code}: {number:,}")
    for other, number in dispatched.busy.items():
        screen.out.print(f"  {other} has {number:,} of them under way: `custos run {other}` shows how it stands")
    if dispatched.run is None:
        screen.out.print("Nothing in it may be done now. Nothing was changed.")
        return Exit.FINDINGS
    run = dispatched.run
    if dispatched.over:
        why = ": nothing was written, because it would break a ceiling."
        screen.out.print(words((f"{run.id} awaits approval", "bold"), why))
        for shortfall in dispatched.over[:10]:
            screen.out.print(words(f"  {shortfall}"))
        screen.out.print(f"Somebody else can release it: custos run {run.id} --release --why REASON")
        return Exit.FINDINGS
    size = f"{many(run.actions, 'action')} in {many(run.batches, 'batch', 'batches')}"
    screen.out.print(f"{run.id} is under way: {size}.")
    return await follow(app, run.id, screen) if wait else Exit.OK


async def _for_machines(app: Custos, told: Sequence[Dispatched], screen: Screen, args: argparse.Namespace) -> int:
    runs, worst = [], Exit.OK
    for one in told:
        if one.run is None:
            runs.append(plans_json.nothing_begun(one))
            worst = Exit.FINDINGS
            continue
        if not (args.no_wait or one.over):
            await until_it_ends(app, one.run.id, screen)
        found, ending = await stands(app, one.run.id, one)
        runs.append(found)
        worst = worst if args.no_wait and not one.over else max(worst, ending)
    screen.raw(text_of(Applied(runs=runs)))
    return worst


COMMAND = Implementation(_arguments, online=_run)
