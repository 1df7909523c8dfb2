"""`custos register`: what the council's registers say that is true and not well: vacant posts, reviews overdue, agreements ended."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from custos.cli.command import Command, Exit, Screen
from custos.cli.validate import directory_argument
from custos.clock import SystemClock
from custos.engine.placed_registers import Unplaced
from custos.policy import load
from custos.records.model import Records
from custos.records.review import Matter, Remark, review
from custos.report import files as report
from custos.report.screen import Listing
from custos.report.shapes import text_of
from custos.report.words import count

if TYPE_CHECKING:
    from custos.bootstrap import Custos

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
    parser.add_argument("--online", action="store_true", help="also look for every address in the mirror")


def _run(args: argparse.Namespace, screen: Screen) -> int:
    return _show(load(args.directory).records, (), args.on or SystemClock().now().date(), args, screen)


async def _online(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    bundle = load(args.directory)
    doubts = tuple((await app.registers.placed(bundle)).doubts())
    return _show(bundle.records, doubts, args.on or app.clock.now().date(), args, screen)


def _show(records: Records, doubts: tuple[Unplaced, ...], today: date, args: argparse.Namespace, screen: Screen) -> int:
    remarks = [*map(_doubt, doubts), *review(records, today, timedelta(days=max(0, args.ahead)))]
    now = [remark for remark in remarks if not remark.soon]
    if args.json:
        screen.raw(text_of(report.register(args.directory, today, remarks)))
        return Exit.FINDINGS if now else Exit.OK
    soon = [remark for remark in remarks if remark.soon]
    titles = (count(len(now), "thing is", "things are"), count(len(soon), "thing", "things"))
    for title, listed in ((f"{titles[0]} not well", now), (f"{titles[1]} to come", soon)):
        if listed:
            screen.out.print(_table(title, listed))
    if not remarks:
        screen.out.print(f"Nothing in the registers of {len(records.assets)} assets is overdue, vacant or ending.")
    return Exit.FINDINGS if now else Exit.OK


def _doubt(one: Unplaced) -> Remark:
    return Remark(
        matter=Matter.ADDRESS, reference=one.reference, asset_id=one.asset_id, sentence=one.sentence, mark=one.mark
    )


def _table(title: str, remarks: Sequence[Remark]) -> object:
    found = Listing(title, ("what", "row", "asset", "why", "place"))
    for one in remarks:
        found.add(one.matter.value, one.reference, one.asset_id or "none", one.sentence, f"{one.mark}")
    return found


COMMAND = Command(
    "register",
    "List what is overdue, vacant or ending in the council's registers.",
    _arguments,
    offline=_run,
    online=_online,
)
