"""`custos register`: what the council's registers say that is true and not well: vacant posts, reviews overdue, agreements ended."""

from __future__ import annotations

import argparse
import json
from datetime import date, timedelta

from custos.cli.command import Command, Exit, Screen
from custos.cli.validate import directory_argument
from custos.clock import SystemClock
from custos.policy import load
from custos.records.review import Remark, review
from custos.report.screen import Listing

_AHEAD = 30


def _arguments(parser: argparse.ArgumentParser) -> None:
    directory_argument(parser)
    parser.add_argument("--on", type=date.fromisoformat, metavar="DAY", help="as at this day (default: today)")
    parser.add_argument(
        "--ahead",
        type=int,
        default=_AHEAD,
        metavar="DAYS",
        help=f"also what ends within so many days (default {_AHEAD})",
    )
    parser.add_argument("--json", action="store_true", help="for machines")


def _run(args: argparse.Namespace, screen: Screen) -> int:
    records = load(args.directory).records
    today = args.on or SystemClock().now().date()
    remarks = review(records, today, timedelta(days=max(0, args.ahead)))
    now = [remark for remark in remarks if not remark.soon]
    if args.json:
        screen.raw(json.dumps([_as_json(remark) for remark in remarks], indent=1))
        return Exit.FINDINGS if now else Exit.OK
    soon = [remark for remark in remarks if remark.soon]
    for title, listed in ((f"{len(now)} things are not well", now), (f"{len(soon)} will soon be so", soon)):
        if listed:
            screen.out.print(_table(title, listed))
    if not remarks:
        screen.out.print(f"Nothing in the registers of {len(records.assets)} assets is overdue, vacant or ending.")
    return Exit.FINDINGS if now else Exit.OK


def _table(title: str, remarks: list[Remark]) -> object:
    found = Listing(title, ("what", "row", "asset", "why", "place"))
    for one in remarks:
        found.add(one.matter.value, one.reference, one.asset_id or "none", one.sentence, f"{one.mark}")
    return found


def _as_json(remark: Remark) -> dict[str, object]:
    return {
        "matter": remark.matter.value,
        "row": remark.reference,
        "asset": remark.asset_id,
        "why": remark.sentence,
        "soon": remark.soon,
        "file": remark.mark.file,
        "line": remark.mark.line,
    }


COMMAND = Command(
    "register", "List what is overdue, vacant or ending in the council's registers.", _arguments, offline=_run
)
