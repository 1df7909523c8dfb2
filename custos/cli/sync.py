"""`custos sync`: have libraries read now instead of at the next timer."""

from __future__ import annotations

import argparse

from custos.bootstrap import Custos
from custos.cli.command import Command, Exit, Screen
from custos.jobs import discovery, syncing


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("drives", nargs="*", metavar="DRIVE", help="ids of libraries (default: all that are known)")
    parser.add_argument("--discover", action="store_true", help="look for new sites and libraries first")
    parser.add_argument("--full", action="store_true", help="read everything anew and compare")


async def _run(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    if args.discover:
        with screen.err.status("Looking for sites and libraries …"):
            await discovery.discover(app)
    if args.drives:
        queued = await syncing.queue(app, args.drives, full=args.full)
    else:
        queued = await (syncing.queue_reconciliation(app) if args.full else syncing.queue_all(app))
    screen.out.print(
        f"{queued:,} libraries are queued; the function app reads them. `custos status` shows how far it is."
    )
    return Exit.OK


COMMAND = Command("sync", "Have libraries read now.", _arguments, online=_run)
