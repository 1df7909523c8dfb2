"""`custos register`: what the council's registers say that needs attention: vacant posts, reviews overdue, agreements ended."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from custos.cli.command import Exit, Implementation, Screen
from custos.cli.identity_argument import as_argument
from custos.cli.validate import directory_argument
from custos.cli.values import day, whole_number
from custos.cli.why_argument import why_argument
from custos.clock import SystemClock
from custos.dates import day_of
from custos.engine.register_locations import Unplaced
from custos.errors import BadInput, Mark, Problem
from custos.importing.register_file import merge, read_register, write_register
from custos.jobs import identity, policies
from custos.jobs.named_accounts import strangers
from custos.notices.attestations import pending
from custos.notices.lending import Offer, accepted
from custos.policy import Bundle, load, load_files
from custos.records.load import FOLDER
from custos.records.lost_rows import ACCEPT
from custos.records.model import Records
from custos.records.register import AnyRegister
from custos.records.registers.assets import ASSETS
from custos.records.registers.delegations import DELEGATIONS
from custos.records.remark import Matter, Remark
from custos.records.review import review
from custos.records.rights import Right
from custos.report import files_json as report
from custos.report.screen import Listing, words
from custos.report.shapes import text_of
from custos.wording import day_words, many

if TYPE_CHECKING:
    from custos.bootstrap import Custos

_AHEAD = 30
_ACCEPT = "accept"
_PROPOSALS = "proposals"


def _arguments(parser: argparse.ArgumentParser) -> None:
    directory_argument(parser)
    parser.add_argument("--on", type=day, metavar="DAY", help="as at this day (default: today)")
    parser.add_argument(
        "--ahead",
        type=whole_number(0),
        default=_AHEAD,
        metavar="DAYS",
        help=f"also what ends within so many days (default {_AHEAD})",
    )
    parser.add_argument("--json", action="store_true", help="for machines")
    parser.add_argument(
        "--online",
        action="store_true",
        help="also look for every address in the mirror, and for every person in the directory",
    )
    parser.add_argument(
        "--accept",
        dest="online",
        action="store_const",
        const=_ACCEPT,
        help="accept what registers and settings take away or give since the version in force (with --why)",
    )
    parser.add_argument(
        "--proposals",
        dest="online",
        action="store_const",
        const=_PROPOSALS,
        help="write into the registers what owners attested, and what they lent and stewards accepted, on their page",
    )
    why_argument(parser)
    as_argument(parser)


def _run(args: argparse.Namespace, screen: Screen) -> int:
    return _show(load(args.directory).records, [], args.on or SystemClock().now().date(), args, screen)


async def _online(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    bundle = load(args.directory, zone=app.zone)
    if args.online == _ACCEPT:
        return await _accept(app, bundle, args, screen)
    if args.online == _PROPOSALS:
        return await _write_proposals(app, bundle, args.directory, screen)
    today = args.on or day_of(app.clock.now(), app.zone)
    doubts = map(_doubt, (await app.registers.placed(bundle)).doubts())
    return _show(bundle.records, [*doubts, *await strangers(app, bundle.records, today)], today, args, screen)


async def _write_proposals(app: Custos, bundle: Bundle, directory: Path, screen: Screen) -> int:
    """What people said on their page, put into the files, which are checked together first; typed again, it writes what is missing."""
    waiting = pending(await app.attestations.all(), bundle.records)
    right = [one for one in waiting if not one.wrong]
    lent = accepted(await app.offers.all(), bundle.records, day_of(app.clock.now(), app.zone))
    rows: dict[AnyRegister, list[dict[str, str]]] = {
        ASSETS: [
            {ASSETS.id: one.asset_id, "last_review": one.day.isoformat(), "review_due": one.next_review.isoformat()}
            for one in right
        ],
        DELEGATIONS: [_delegation(one) for one in lent],
    }
    made = {
        register: merge(register, read_register(directory, register), changed).content
        for register, changed in rows.items()
        if changed
    }
    load_files({**bundle.files, **{f"{FOLDER}/{one.file}": content for one, content in made.items()}})
    for register, content in made.items():
        write_register(directory, register, content)
    for said in waiting:
        due = "" if said.wrong else f" The next review is due on {day_words(said.next_review)}."
        screen.out.print(words(f"{said.words()}{due}"), soft_wrap=True)
    for offer in lent:
        screen.out.print(
            words(f"{offer.words()}: lent by {offer.by.name}, accepted by {offer.steward.name}."), soft_wrap=True
        )
    told = [
        f"{many(len(changed), 'row is', 'rows are')} written into {FOLDER}/{register.file}."
        for register, changed in rows.items()
        if changed
    ]
    if told:
        told.append("Commit it.")
    if wrong := len(waiting) - len(right):
        told.append(
            f"{many(wrong, 'entry is', 'entries are')} wrong: put the row right, with that day as its last_review."
        )
    screen.out.print(words(" ".join(told) or "Nothing waits to be written."), soft_wrap=True)
    return Exit.FINDINGS if wrong else Exit.OK


def _delegation(one: Offer) -> dict[str, str]:
    """The row of an offer that was accepted."""
    return {
        "delegation_id": one.id,
        "asset_id": one.asset_id,
        "steward_upn": one.steward.upn,
        "kinds": ";".join(one.kinds),
        "valid_from": one.begins.isoformat(),
        "valid_to": one.ends.isoformat(),
        "accepted_on": one.answered_on.isoformat() if one.answered_on else "",
    }


async def _accept(app: Custos, bundle: Bundle, args: argparse.Namespace, screen: Screen) -> int:
    if not args.why.strip():
        problem = Problem(Mark("command line"), "A reason is needed.", f"Write {ACCEPT}.", code="why")
        raise BadInput([problem])
    by = await identity.require(app, Right.ACCEPT_REGISTERS, args.person)
    accepted = await policies.accept_registers(app, bundle, by=by, why=args.why.strip())
    for one in accepted:
        screen.out.print(f"{one.mark.file}: {one.what}", soft_wrap=True)
    said = (
        "They count when the files are loaded next."
        if accepted
        else "Nothing in these files loosens so much that somebody has to accept it."
    )
    screen.out.print(said, soft_wrap=True)
    return Exit.OK


def _show(records: Records, beside: list[Remark], today: date, args: argparse.Namespace, screen: Screen) -> int:
    remarks = [*beside, *review(records, today, timedelta(days=args.ahead))]
    now = [remark for remark in remarks if not remark.soon]
    if args.json:
        screen.raw(text_of(report.register(args.directory, today, remarks)))
        return Exit.FINDINGS if now else Exit.OK
    soon = [remark for remark in remarks if remark.soon]
    titles = (many(len(now), "thing needs", "things need"), many(len(soon), "thing", "things"))
    for title, listed in ((f"{titles[0]} attention", now), (f"{titles[1]} coming up", soon)):
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
        found.add(str(one.matter), one.reference, one.asset_id or "none", one.sentence, f"{one.mark}")
    return found


COMMAND = Implementation(_arguments, offline=_run, online=_online)
