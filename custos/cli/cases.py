"""`custos cases`: every question, what it waits for and from whom, until when, and what comes next."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from custos.bootstrap import Custos
from custos.cli.command import Exit, Implementation, Screen
from custos.cli.identity_argument import as_argument
from custos.cli.values import day, short_text
from custos.did_you_mean import nearest
from custos.errors import BadInput, Mark, Problem
from custos.jobs import deadlines, identity
from custos.jobs.policies import in_force
from custos.notices.case_progress import Need, Progress, progress
from custos.notices.model import Case, CaseState
from custos.notices.waves import Waves
from custos.records.rights import Right
from custos.report import work_json
from custos.report.screen import Listing
from custos.report.shapes import text_of
from custos.wording import day_words, many

_NO_ASSET = "none"
_LAST = datetime.max.replace(tzinfo=UTC)


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("case", nargs="?", type=short_text, default="", metavar="CASE", help="id of one question")
    parser.add_argument(
        "--until", type=day, metavar="DATE", help="give whoever is asked longer, until the end of this day"
    )
    parser.add_argument(
        "--why", type=short_text, default="", metavar="REASON", help="the reason for a later day, for the audit"
    )
    as_argument(parser)
    parser.add_argument("--all", action="store_true", help="closed ones too")
    parser.add_argument(
        "--person",
        type=short_text,
        default="",
        metavar="NAME",
        help="only what this person is asked: a part of a name or address",
    )
    parser.add_argument(
        "--asset", type=short_text, default="", metavar="ID", help="only this asset's; none: what no asset covers"
    )
    parser.add_argument("--state", choices=[state.value for state in CaseState], help="only those in this state")
    parser.add_argument("--overdue", action="store_true", help="only those past their deadline")
    parser.add_argument("--json", action="store_true", help="for machines")


async def _run(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    if args.until is not None:
        return await _move(app, args, screen)
    cases = [stored.case for stored in await app.cases.all()]
    bundle = (await in_force(app)).bundle
    known = {_NO_ASSET, *(case.asset_id for case in cases), *bundle.records.assets} if args.asset else set()
    if args.asset and args.asset.casefold() not in {asset.casefold() for asset in known}:
        what = f'There is no asset "{args.asset}".'
        raise BadInput([Problem(Mark("command line"), what, nearest(args.asset, sorted(known - {""})), code="unknown")])
    waves = Waves(waves=bundle.settings.waves, records=bundle.records)
    now, every = app.clock.now(), args.all or bool(args.case) or args.state == CaseState.RELEASED
    shown = [
        case
        for case in cases
        if (not args.case or case.id == args.case)
        and (every or case.state is not CaseState.RELEASED)
        and _is_of(case, args.person)
        and (not args.asset or (case.asset_id or _NO_ASSET).casefold() == args.asset.casefold())
        and (not args.state or case.state == args.state)
        and (not args.overdue or progress(case, now, app.zone, waves).overdue)
    ]
    shown.sort(key=lambda case: _pressing(case, progress(case, now, app.zone, waves)))
    if args.case and all(case.id != args.case for case in cases):
        raise deadlines.unknown_case(args.case)
    if args.json:
        screen.raw(text_of(work_json.cases(shown, now, app.zone, waves)))
    else:
        screen.out.print(_table(shown, now, app.zone, waves, every=every))
    return Exit.OK


async def _move(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    missing = [
        (name, remedy)
        for name, remedy in (("case", "Name the case"), ("why", "add --why"))
        if not getattr(args, name).strip()
    ]
    if missing:
        what = "To move a deadline, name the case and give a reason."
        remedy = f"{' and '.join(remedy for _, remedy in missing)}: custos cases CASE --until {args.until} --why '…'."
        raise BadInput([Problem(Mark("command line"), what, remedy, code="why")])
    by = await identity.require(app, Right.MOVE_DEADLINES, args.person)
    case = await deadlines.move(app, args.case, args.until, by=by, why=args.why.strip())
    screen.out.print(f"{case.assignee.who.name} has until {day_words(args.until)} to answer about “{case.about}”.")
    return Exit.OK


def _is_of(case: Case, wanted: str) -> bool:
    who = case.assignee.who
    return any(wanted.casefold() in each.casefold() for each in (who.name, who.upn, who.mail))


def _pressing(case: Case, stands: Progress) -> tuple[Need, datetime, str, str, str]:
    """Sorting key: what needs somebody first, then what is due first."""
    return stands.need, stands.until or _LAST, case.asset_id, case.subject_name, case.id


def _table(shown: Sequence[Case], now: datetime, zone: ZoneInfo, waves: Waves, *, every: bool) -> Listing:
    late = sum(progress(case, now, zone, waves).overdue for case in shown)
    title = f"{many(len(shown), 'case')}, {late:,} overdue" + (
        "" if every else " (`--all` shows those that are over too)"
    )
    found = Listing(
        title, ("asset", "about", "found", "state", "waits for", "from", "until", "then"), numbers=("found",)
    )
    for case in shown:
        stands = progress(case, now, zone, waves)
        found.add(
            case.asset_id or _NO_ASSET,
            case.about,
            f"{sum(line.count for line in case.lines):,}",
            f"{case.state.value}{f', {case.decision}' if case.decision else ''}{', overdue' if stands.overdue else ''}",
            stands.waits_for,
            stands.whom or "nobody",
            day_words(stands.until) if stands.until else "",
            case.barred or stands.then,
        )
    return found


COMMAND = Implementation(_arguments, online=_run)
