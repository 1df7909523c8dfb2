"""`custos incidents`: what an operator must see, and closing what was dealt with."""

from __future__ import annotations

import argparse

from custos.bootstrap import Custos
from custos.cli.command import Exit, Implementation, Screen
from custos.cli.identity_argument import as_argument
from custos.cli.values import whole_number
from custos.errors import BadInput, Mark, Problem
from custos.jobs import identity, incidents
from custos.records.rights import Right
from custos.report import work_json
from custos.report.screen import Listing, words
from custos.report.shapes import text_of
from custos.report.shapes import work as shapes
from custos.report.wording import when
from custos.wording import many


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--close", type=whole_number(1), metavar="NUMBER", help="close the incident with this number: it was dealt with"
    )
    parser.add_argument("--json", action="store_true", help="for machines")
    as_argument(parser)


async def _run(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    standing = sorted(
        [noted async for noted in incidents.standing(app.account)], key=lambda one: (one.first, one.subject)
    )
    if args.close is not None:
        if not 1 <= args.close <= len(standing):
            remedy = f"There are {len(standing)}; `custos incidents` numbers them."
            raise BadInput(
                [Problem(Mark("command line"), f"There is no incident {args.close}.", remedy, code="incident")]
            )
        closed = standing.pop(args.close - 1)
        await incidents.close(app, closed, by=await identity.require(app, Right.CLOSE_INCIDENTS, args.person))
        remark = f"Closed: {closed.kind} {closed.subject}. It opens again if it happens again."
        screen.err.print(words(remark), soft_wrap=True)
    if args.json:
        screen.raw(text_of(shapes.Incidents(incidents=work_json.incidents(standing))))
        return Exit.FINDINGS if standing else Exit.OK
    found = Listing(
        many(len(standing), "incident"), ("no.", "what", "about", "times", "last", "detail"), numbers=("no.", "times")
    )
    for number, one in enumerate(standing, 1):
        last = when(one.last, "%-d %b %H:%M")
        found.add(str(number), one.kind.value, one.subject, f"{one.count:,}", last, one.detail[:300])
    screen.out.print(found)
    for kind in dict.fromkeys(one.kind for one in standing):
        screen.err.print(words(f"What to do about {kind}: {kind.runbook}"), soft_wrap=True)
    return Exit.FINDINGS if standing else Exit.OK


COMMAND = Implementation(_arguments, online=_run)
