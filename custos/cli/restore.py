"""`custos restore`: shows what a backup would put back, and puts it back once somebody who may gave a reason."""

from __future__ import annotations

import argparse
from pathlib import Path

from custos.backup.check import read_backup
from custos.bootstrap import Custos
from custos.cli.command import Exit, Implementation, Screen
from custos.cli.identity_argument import as_argument
from custos.cli.values import directory
from custos.cli.why_argument import why_argument
from custos.jobs import identity
from custos.jobs.restore import Found, look, restore
from custos.records.rights import Right
from custos.report.screen import Listing, words
from custos.storage.layout import Kept
from custos.wording import many

_UNKNOWN = (
    "What happened after it is not known: approvals that were taken back, answers, runs and what undid them. Writes are stopped. "
    "Go through docs/runbooks/restore-storage.md before `custos start`."
)


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=directory, metavar="DIRECTORY", help="the backup")
    why_argument(parser)
    as_argument(parser)


async def _run(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    folder: Path = args.folder
    found = read_backup(folder)
    with screen.err.status("Comparing the backup with its checksums …"):
        outlook = await look(app, found)
    if not args.why:
        listing = Listing(
            f"Backup of {found.manifest.begun[:16]}", ("what", "rows or blobs", "now"), numbers=("rows or blobs",)
        )
        for one in outlook.found:
            listing.add(_called(one), f"{one.part.entries:,}", _now(one))
        screen.out.print(listing)
        begun = "It was begun, and is not yet whole. " if outlook.halfway else "Nothing was changed. "
        screen.out.print(f"{begun}`custos restore {folder} --why REASON` puts it back.", soft_wrap=True)
        return Exit.FINDINGS
    by = await identity.require(app, Right.STOP, args.person)

    def told(one: Found, missing: int) -> None:
        screen.err.print(words(f"{_called(one)}: {missing:,} of {one.part.entries:,} were missing"), soft_wrap=True)

    await restore(app, found, outlook, by=by, why=args.why, told=told)
    parts = sum(one.goes_back for one in outlook.found)
    said = f"{many(parts, 'part')} of the backup of {found.manifest.begun[:16]} stand again. {_UNKNOWN}"
    screen.out.print(words(said), soft_wrap=True)
    return Exit.OK


def _called(one: Found) -> str:
    return f"{'table' if one.is_table else 'container'} {one.part.name}"


def _now(one: Found) -> str:
    if one.kept is Kept.MERGED:
        return "what is missing comes back"
    return "is left: the mirror stands" if one.held else "lost: comes back"


COMMAND = Implementation(_arguments, online=_run)
