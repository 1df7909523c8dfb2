"""`custos init DIRECTORY --from-tenant`: a first site map is proposed, a person confirms it row by row, and only that is written."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path

from custos.bootstrap import Custos
from custos.cli.command import Exit, Screen
from custos.clock import SystemClock
from custos.errors import BadInput, Mark, Problem
from custos.importing.register_file import merge, read_register, write_register
from custos.jobs.site_map_proposal import Proposed, proposals
from custos.onboarding.confirmation import confirmed_one_by_one, proposal_file, read_confirmed
from custos.policy import load
from custos.records.model import Records
from custos.records.registers.site_map import SITE_MAP
from custos.report.screen import Listing, words
from custos.untrusted import plain
from custos.wording import many

_FILE = "site_map.proposal.csv"
_MOST_SHOWN = 200


async def from_tenant(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    """Propose, or take in what was confirmed."""
    file: Path = args.proposal or Path(_FILE)
    bundle = load(args.directory, today=SystemClock().now().date())
    if await asyncio.to_thread(os.path.lexists, file):
        return _take_in(file, bundle.records, args, screen)
    proposed = await proposals(app, bundle)
    code = _propose(file, proposed, screen)
    if proposed.rows and sys.stdin.isatty():
        said = await asyncio.to_thread(confirmed_one_by_one, proposed.rows, _asked)
        if said:
            await asyncio.to_thread(file.write_bytes, proposal_file(proposed.rows, said))
            return _take_in(file, bundle.records, args, screen)
    return code


def _asked(question: str) -> str:
    try:
        return input(f"{question}: ")
    except EOFError:
        return "stop"


def _take_in(file: Path, records: Records, args: argparse.Namespace, screen: Screen) -> int:
    found = read_confirmed(file, records)
    merged = merge(SITE_MAP, read_register(args.directory, SITE_MAP), found.rows)
    write_register(args.directory, SITE_MAP, merged.content)
    confirmed = f"{many(len(found.rows), 'row')} confirmed: {merged.added:,} new, {merged.changed:,} changed."
    screen.out.print(words(f"{confirmed} {found.declined:,} declined; {found.open:,} still open."), soft_wrap=True)
    screen.out.print(words(f"They are in {args.directory}. Delete {plain(file.name)} to look again."), soft_wrap=True)
    return Exit.FINDINGS if found.open else Exit.OK


def _propose(file: Path, found: Proposed, screen: Screen) -> int:
    proposed = found.rows
    if found.unplaced:
        unplaced = many(found.unplaced, "site or library", "sites or libraries")
        screen.err.print(words(f"Nothing is proposed for {unplaced} of which the mirror has no address."))
    if not found.sites:
        screen.out.print("The mirror has no site with a library yet: run `custos sync --discover`, then this again.")
        return Exit.FINDINGS
    if not proposed:
        screen.out.print("The registers place every site and library that the mirror knows.")
        return Exit.OK
    listing = Listing("Proposed site map", ("site or library", "asset", "entry", "because"))
    for one in proposed[:_MOST_SHOWN]:
        listing.add(one.location.text, one.asset_id or "?", one.schedule_ref, one.why)
    screen.out.print(listing)
    try:
        with file.open("xb") as target:
            target.write(proposal_file(proposed))
    except OSError as error:
        what = f"The proposal cannot be saved: {(error.strerror or str(error)).lower()}."
        raise BadInput([Problem(Mark(plain(str(file))), what, "Name another place with --proposal.")]) from error
    screen.out.print(words(f"{many(len(proposed), 'row')} proposed. None of it counts yet."), soft_wrap=True)
    screen.out.print(
        words(f"Write yes or no under confirmed in {plain(str(file))}, and run the command again."), soft_wrap=True
    )
    return Exit.FINDINGS
