"""`custos cases`: the questions that are open, who is asked, and what was answered."""

from __future__ import annotations

import argparse
from datetime import datetime

from custos.bootstrap import Custos
from custos.cli.command import Command, Exit, Screen
from custos.notices.model import Case, CaseState
from custos.report.screen import Listing
from custos.report.words import count, when


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", help="also those that are decided or released")


async def _run(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    cases = [stored.case for stored in await app.cases.all()]
    shown = [case for case in cases if args.all or case.state is not CaseState.RELEASED]
    title = count(len(shown), "case") if args.all else count(len(shown), "case") + " (`--all` shows released ones too)"
    found = Listing(title, ("asset", "about", "found", "asked", "state", "answer", "due"), numbers=("found",))
    for case in sorted(shown, key=lambda one: (one.asset_id, one.subject_name)):
        due = when(case.deadline, "%-d %B %Y") if case.deadline and case.state.is_open else ""
        answer = f"{case.decision}" if case.decision else ""
        things = sum(line.count for line in case.lines)
        asked = case.assignee.who.name or case.assignee.who.upn or "nobody"
        found.add(
            case.asset_id or "none", case.subject_name, f"{things:,}", asked, _state(case, app.clock.now()), answer, due
        )
    screen.out.print(found)
    return Exit.OK


def _state(case: Case, now: datetime) -> str:
    late = case.state.is_open and case.deadline is not None and case.deadline < now
    return "overdue" if late else case.state.value


COMMAND = Command("cases", "Show the questions to owners, who is asked and what was answered.", _arguments, online=_run)
