"""`custos audit`: check the chain, read what was done, give it to an auditor."""

from __future__ import annotations

import argparse

from custos.audit.verify_audit import Broken, Witness
from custos.bootstrap import Custos
from custos.cli import audit_evidence
from custos.cli.command import Exit, Implementation, Screen
from custos.cli.identity_argument import as_argument
from custos.cli.values import day, directory, item, run_id, short_text, whole_number
from custos.errors import BadInput
from custos.jobs import policies
from custos.jobs.audit import events_about
from custos.report import work_json
from custos.report.events import about
from custos.report.screen import Listing, words
from custos.report.shapes import text_of
from custos.report.wording import when
from custos.wording import many


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        choices=("verify", "show", "checkpoint", "export", "prove", "cosign", "erase"),
        help="check the chain; read it; write the checkpoint of today; write a folder that verifies without Custos; prove one event; "
        "keep a witness's signature of a checkpoint; take somebody's names and words out",
    )
    parser.add_argument("--run", type=run_id, default="", metavar="RUN", help="only events of this run")
    parser.add_argument(
        "--item",
        type=item,
        default="",
        metavar="ITEM",
        help="only events of this file, folder, library or site: address or id",
    )
    parser.add_argument("--json", action="store_true", help="verify, show: for machines")
    parser.add_argument(
        "--last", type=whole_number(1), default=30, metavar="N", help="how many events to show (default 30)"
    )
    parser.add_argument(
        "--to", type=directory, metavar="PATH", help="export: the folder to write; prove: the file to write"
    )
    parser.add_argument("--hidden", action="store_true", help="export: leave all names and words out")
    parser.add_argument("--number", type=whole_number(1), metavar="N", help="prove: the event with this number")
    parser.add_argument(
        "--since", type=day, metavar="DAY", help="prove: the audit of this day's checkpoint is the beginning of today's"
    )
    parser.add_argument(
        "--signature", type=directory, metavar="FILE", help="cosign: the line that the witness handed back"
    )
    parser.add_argument("--text", type=short_text, default="", metavar="TEXT", help="erase: what is to be taken out")
    parser.add_argument(
        "--why", type=short_text, default="", metavar="REASON", help="erase: the reason; without one nothing is changed"
    )
    as_argument(parser)


async def _run(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    try:
        return await _asked(app, args, screen)
    except Broken as error:
        screen.out.print(words(("The chain is broken", "bold red"), f": {error}."))
        return Exit.FINDINGS


async def _asked(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    match args.what:
        case "verify":
            return await _verify(app, args, screen)
        case "checkpoint":
            found = await app.audit.checkpoint()
            screen.out.print(f"The checkpoint of {found.at[:10]} stands: {many(found.size, 'event')}.")
            return Exit.OK
        case "show":
            return await _show(app, args, screen)
    return await _EVIDENCE[args.what](app, args, screen)


async def _verify(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    with screen.err.status("Reading the chain …"):
        found = await app.audit.verify(await _witnesses(app, screen))
    if args.json:
        screen.raw(text_of(work_json.verified(found)))
        return Exit.OK if found.broken is None else Exit.FINDINGS
    if found.broken is not None:
        screen.out.print(words(("The chain is broken", "bold red"), f": {found.broken}"))
        return Exit.FINDINGS
    said = (
        f"{many(found.events, 'event')}, {many(found.checkpoints, 'checkpoint')}, head {found.digest[:16] or 'none'}."
    )
    screen.out.print(f"The chain holds: {said}")
    for name, day_ in found.cosigned.items():
        signed = f"signed the checkpoint of {day_}" if day_ else "signed no checkpoint yet"
        screen.out.print(words(f"{name} {signed}."))
    return Exit.OK


async def _witnesses(app: Custos, screen: Screen) -> list[Witness]:
    try:
        return [Witness.read(text) for text in (await policies.judging(app)).settings.witnesses]
    except BadInput as error:
        screen.err.print(words(f"Who should have co-signed cannot be told: {error.problems[0]}"))
        return []


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


_EVIDENCE = {
    "export": audit_evidence.export_folder,
    "prove": audit_evidence.prove,
    "cosign": audit_evidence.cosign,
    "erase": audit_evidence.erase,
}
COMMAND = Implementation(_arguments, online=_run)
