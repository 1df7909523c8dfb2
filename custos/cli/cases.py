"""`custos cases`: the questions that are open, who is asked, and what was answered."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import datetime

from custos.bootstrap import Custos
from custos.cli.command import Command, Exit, Screen
from custos.notices.model import Case, CaseState
from custos.report import work_json
from custos.report.screen import Listing
from custos.report.shapes import text_of
from custos.report.wording import count, when


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", help="also those that are decided or released")
    parser.add_argument("--json", action="store_true", help="for machines")


async def _run(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    cases = [stored.case for stored in await app.cases.all()]
    shown = sorted(
        (case for case in cases if args.all or case.state is not CaseState.RELEASED),
        key=lambda one: (one.asset_id, one.subject_name, one.id),
    )
    if args.json:
        screen.raw(text_of(work_json.cases(shown, app.clock.now())))
    else:
        screen.out.print(_table(shown, app.clock.now(), every=args.all))
    return Exit.OK


def _table(shown: Sequence[Case], now: datetime, *, every: bool) -> Listing:
    title = count(len(shown), "case") + ("" if every else " (`--all` shows released ones too)")
    found = Listing(
        title, ("asset", "about", "found", "asked", "state", "answer", "due", "why not yet"), numbers=("found",)
    )
    for case in shown:
        found.add(
            case.asset_id or "none",
            case.subject_name,
            f"{sum(line.count for line in case.lines):,}",
            case.assignee.who.name or case.assignee.who.upn or "nobody",
            "overdue" if work_json.is_overdue(case, now) else case.state.value,
            f"{case.decision}" if case.decision else "",
            when(case.deadline, "%-d %B %Y") if case.deadline and case.state.is_open else "",
            case.released_why or case.waits or case.barred,
        )
    return found


COMMAND = Command("cases", "Show the questions to owners, who is asked and what was answered.", _arguments, online=_run)
