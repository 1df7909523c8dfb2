"""`custos sync`: have libraries read now instead of at the next timer."""

from __future__ import annotations

import argparse
import time

from custos.bootstrap import Custos
from custos.cli.command import Exit, Implementation, Screen
from custos.cli.values import short_text
from custos.jobs import discovery, sync, timers
from custos.jobs.timers import Asked, Timer
from custos.report.shapes import text_of
from custos.report.shapes.work import Sync
from custos.wording import many


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "drives", nargs="*", type=short_text, metavar="DRIVE", help="ids of libraries (default: all that are known)"
    )
    parser.add_argument("--discover", action="store_true", help="look for new sites and libraries first")
    parser.add_argument("--json", action="store_true", help="for machines")
    parser.add_argument("--full", action="store_true", help="read everything again and compare")


async def _run(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    if args.discover:
        with screen.err.status("Looking for sites and libraries …"):
            report = await discovery.discover(app)
        if report.busy:
            asked = Asked(timer=Timer.DISCOVERY, since=time.time())
            await timers.ask_again(app.account, asked, report.retry_after)
            screen.err.print(
                f"Another discovery is under way or was cut off: Custos looks again in {report.retry_after} seconds."
            )
    if args.drives:
        queued = await sync.queue_some(app.account, args.drives, full=args.full)
    else:
        queued = await sync.queue_all(app.account, full=args.full)
    if args.json:
        screen.raw(text_of(Sync(queued=queued)))
        return Exit.OK
    said = many(queued, "library is", "libraries are")
    screen.out.print(f"{said} queued; the function app reads them. `custos status` shows how far it is.")
    return Exit.OK


COMMAND = Implementation(_arguments, online=_run)
