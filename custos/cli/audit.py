"""`custos audit`: check the chain, or read what was done."""

from __future__ import annotations

import argparse

from custos.bootstrap import Custos
from custos.cli.command import Command, Exit, Screen
from custos.cli.values import item, run_id, whole_number
from custos.jobs.audit import events_about
from custos.report import work_json
from custos.report.events import about
from custos.report.screen import Listing, words
from custos.report.shapes import text_of
from custos.report.wording import when


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what", choices=("verify", "show", "anchor"), help="check the chain, read it, or anchor its head"
    )
    parser.add_argument("--run", type=run_id, default="", metavar="RUN", help="only events of this run")
    parser.add_argument(
        "--item",
        type=item,
        default="",
        metavar="ITEM",
        help="only events of this file, folder, library or site: address or id",
    )
    parser.add_argument("--json", action="store_true", help="for machines")
    parser.add_argument(
        "--last", type=whole_number(1), default=30, metavar="N", help="how many events to show (default 30)"
    )


async def _run(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    match args.what:
        case "verify":
            return await _verify(app, args, screen)
        case "anchor":
            await app.audit.anchor()
            screen.out.print("The head of the chain is anchored.")
            return Exit.OK
    return await _show(app, args, screen)


async def _verify(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    with screen.err.status("Reading the chain …"):
        found = await app.audit.verify()
    if args.json:
        screen.raw(text_of(work_json.verified(found)))
        return Exit.OK if found.broken is None else Exit.FINDINGS
    if found.broken is not None:
        screen.out.print(words(("The chain is broken", "bold red"), f": {found.broken}"))
        return Exit.FINDINGS
    screen.out.print(
        f"The chain holds: {found.events:,} events, {found.anchors:,} anchors, head {found.digest[:16] or 'none'}."
    )
    return Exit.OK


async def _show(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    events = await events_about(app, run=args.run, item=args.item)
    shown = events[-args.last :]
    if args.json:
        screen.raw(text_of(work_json.audit(shown, events=len(events))))
        return Exit.OK
    found = Listing(f"{len(shown)} of {len(events):,} events", ("no.", "when", "what", "by", "about"), numbers=("no.",))
    for recorded in shown:
        event = recorded.event
        at = when(event.at, "%Y-%m-%d %H:%M:%S")
        found.add(f"{recorded.sequence:,}", at, event.what.value, event.by, about(event))
    screen.out.print(found)
    return Exit.OK


COMMAND = Command("audit", "Check the audit chain, or read what was done.", _arguments, online=_run)
