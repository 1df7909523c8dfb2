"""`custos trace`: what carries out each clause of the governing documents, and what there is to show for it."""

from __future__ import annotations

import argparse
import asyncio

from custos.bootstrap import Custos
from custos.cli.command import Exit, Implementation, Screen
from custos.cli.values import day, directory, is_taken, short_text
from custos.did_you_mean import nearest
from custos.errors import BadInput, Mark, Problem
from custos.jobs.evidence import material
from custos.jobs.trace import ClauseState, trace
from custos.records.cells import same_id
from custos.report import trace as report
from custos.report.evidence.pack import write_pack
from custos.report.evidence.standards import STANDARDS
from custos.report.screen import words
from custos.report.shapes import text_of
from custos.wording import many

_SETTLED = (ClauseState.EVIDENCE, ClauseState.PEOPLE)


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "clause",
        nargs="?",
        type=short_text,
        default="",
        metavar="CLAUSE",
        help="one clause, with all that carries it out",
    )
    parser.add_argument("--since", type=day, metavar="DAY", help="count as evidence only what ran from this day on")
    parser.add_argument(
        "--pack", type=directory, metavar="DIRECTORY", help="write a folder of evidence for an auditor, with --standard"
    )
    parser.add_argument(
        "--standard",
        choices=tuple(STANDARDS),
        default="",
        metavar="STANDARD",
        help=f"what the folder is for: {', '.join(STANDARDS)}",
    )
    parser.add_argument("--json", action="store_true", help="for machines")


async def _run(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    if args.pack is not None or args.standard:
        return await _pack(app, args, screen)
    with screen.err.status("Reading the audit …"):
        found = await trace(app, args.since)
    if not found:
        what = "The register of clauses is empty."
        remedy = "Write a row for each clause of your policy into register/policy_clauses.csv."
        raise BadInput([Problem(Mark("register/policy_clauses.csv"), what, remedy, code="no-clauses")])
    if args.clause:
        known = {same_id(one.clause.id): one for one in found}
        one = known.get(same_id(args.clause))
        if one is None:
            what = f'There is no clause "{args.clause}".'
            ids = [named.clause.id for named in found]
            raise BadInput([Problem(Mark("command line"), what, nearest(args.clause, ids), code="unknown-clause")])
        found = [one]
    if args.json:
        screen.raw(text_of(report.as_json(found, args.since)))
    elif args.clause:
        report.show_one(found[0], screen.out)
    else:
        report.show(found, screen.out)
    return Exit.OK if all(one.state in _SETTLED for one in found) else Exit.FINDINGS


async def _pack(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    """Write the folder of evidence for a standard."""
    if args.pack is None or not args.standard:
        what = "A folder of evidence needs a place and a standard."
        remedy = f"Write --pack DIRECTORY --standard STANDARD, which is one of {', '.join(STANDARDS)}."
        raise BadInput([Problem(Mark("command line"), what, remedy, code="pack")])
    if args.clause or args.since or args.json:
        what = "A folder of evidence is about every clause."
        raise BadInput([Problem(Mark("command line"), what, "Leave CLAUSE, --since and --json out.", code="pack")])
    if await asyncio.to_thread(is_taken, args.pack):
        what = f"{args.pack} is there already."
        remedy = "Name a directory that is empty or not there yet."
        raise BadInput([Problem(Mark("command line"), what, remedy, code="taken")])
    with screen.err.status("Measuring, and reading the audit …"):
        found = await material(app)
        try:
            made = await write_pack(app.audit, found, STANDARDS[args.standard], args.pack)
        except OSError as error:
            what = f"{args.pack} cannot be written: {error.strerror}."
            raise BadInput([Problem(Mark("command line"), what, "Name another directory.", code="taken")]) from error
    screen.out.print(words(f"{many(made.files, 'file')} are in {made.folder}; begin with index.html."), soft_wrap=True)
    screen.out.print(words(f"Check it anywhere: cd {made.folder} && sha256sum -c SHA256SUMS"), soft_wrap=True)
    if made.broken:
        screen.out.print(words(("The chain is broken", "bold red"), f": {made.broken}"), soft_wrap=True)
    return Exit.FINDINGS if made.broken else Exit.OK


COMMAND = Implementation(_arguments, online=_run)
