"""*My stewards*: whom an owner's assets name as data steward, what was lent to each and until when, and what waits with them.

An owner offers to lend, the steward accepts or declines; what was accepted counts from when it is a row of `delegations.csv`
(docs/registers.md), as everything that the page shows as lent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from custos.dates import day_from
from custos.errors import RowChanged
from custos.m365.errors import MicrosoftTrouble
from custos.notices.asset_roles import roles_on
from custos.notices.assignment import Directory, Person, Role
from custos.notices.lending import KIND_WORDS, LONGEST_DAYS, Offer, OfferState, waiting_for
from custos.notices.model import Case, Contact
from custos.notices.wording import clean
from custos.pages.forms import Form
from custos.pages.http import Reply, Request, address
from custos.pages.rendering import go_to
from custos.pages.visit import Visit
from custos.records.delegation import KINDS
from custos.records.model import Asset, Delegation, Records
from custos.wording import capital, day_words

PLACE = "stewards"
LEND, ANSWER = "stewards/lend", "stewards/answer"
_UNREAD = "Who is who could not be looked up just now. Nothing was changed; try again in a few minutes."
_ANSWERS = {"accept": OfferState.ACCEPTED, "decline": OfferState.DECLINED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lent:
    """One row: who looks after which asset, what they may decide, until when, and how many questions wait with them."""

    steward: str
    asset: str
    kinds: str
    until: str
    waiting: int


async def show(visit: Visit, _request: Request) -> Reply:
    """The page, of the assets that this person owns or stands in for."""
    directory, me = await visit.sources.directory(), visit.person.id
    cases = [stored.case for stored in await visit.sources.book.all() if stored.case.state.is_open]
    mine = [
        asset
        for asset in visit.records.assets.values()
        if {Role.IAO, Role.DEPUTY} & set(roles_on(asset, me, directory))
    ]
    rows = [row for asset in mine for row in _rows(asset, visit.records, directory, cases, visit.today)]
    offers = await visit.sources.offers.all()
    return visit.page(
        "stewards.html",
        place=PLACE,
        rows=rows,
        assets=len(mine),
        may_lend=[_lendable(asset, directory) for asset in mine if Role.IAO in roles_on(asset, me, directory)],
        offered=[(one, one.words()) for one in waiting_for(offers, me, visit.records, visit.today)],
        given=[_given(one, visit.records) for one in offers if one.by.user_id == me and one.ends >= visit.today],
        kinds=KIND_WORDS,
        first=visit.today.isoformat(),
        last=(visit.today + timedelta(days=LONGEST_DAYS)).isoformat(),
    )


async def lend(visit: Visit, form: Form) -> Reply:
    """Take an owner's offer to a steward; then lead back to the page, or say why not."""
    asset = visit.records.assets.get(form.one("a"))
    if asset is None:
        return visit.refusal(404, "The register has no such asset.")
    try:
        directory = (await visit.sources.accountable(asset.id)).directory
    except MicrosoftTrouble:
        return visit.refusal(503, _UNREAD)
    if Role.IAO not in roles_on(asset, visit.person.id, directory):
        return visit.refusal(403, "Only the owner of an asset lends decisions about it.")
    steward = next(
        (found for found in _stewards(asset, directory) if found.user_id == form.one("s") and found.user_id), None
    )
    kinds, ends = tuple(dict.fromkeys(form.all("k"))), day_from(form.one("d"))
    if steward is None or steward.user_id == visit.person.id:
        return visit.refusal(400, "Choose one of the asset's data stewards who is not yourself.")
    if not kinds or not set(kinds) <= set(KINDS):
        return visit.refusal(400, "Choose what the steward may do.")
    if ends is None or not visit.today <= ends <= visit.today + timedelta(days=LONGEST_DAYS):
        return visit.refusal(400, "Choose a last day, from today on and within a year.")
    offer = Offer(
        asset_id=asset.id,
        by=Contact(user_id=visit.person.id, upn=visit.person.upn, name=visit.person.name, mail=""),
        steward=Contact(user_id=steward.user_id, upn=steward.upn, name=steward.name, mail=steward.mail),
        kinds=kinds,
        begins=visit.today,
        ends=ends,
        at=visit.sources.now,
    )
    await visit.sources.record(offer.event())
    await visit.sources.offers.keep(offer)
    return go_to(address(PLACE))


async def answer(visit: Visit, form: Form) -> Reply:
    """Take what a steward says to an offer; then lead back to the page, or say why not."""
    state = _ANSWERS.get(form.one("v"))
    offers = waiting_for(await visit.sources.offers.all(), visit.person.id, visit.records, visit.today)
    offer = next((one for one in offers if one.id == form.one("o")), None)
    if state is None or offer is None:
        return visit.refusal(409, "This offer no longer stands. Open the page again to see what does.")
    try:
        answered = await visit.sources.offers.answer(offer, state, at=visit.sources.now, day=visit.today)
    except RowChanged:
        return visit.refusal(409, "This offer no longer stands. Open the page again to see what does.")
    await visit.sources.record(answered.event())
    return go_to(address(PLACE))


def _stewards(asset: Asset, directory: Directory) -> list[Person]:
    """Its data stewards who have an account that is good."""
    found = [directory.find(upn) for upn in asset.stewards if not directory.is_unread(upn)]
    return [person for person in found if person is not None and person.enabled]


def _lendable(asset: Asset, directory: Directory) -> tuple[str, str, list[tuple[str, str]]]:
    """Id, name and stewards (object id, name) of an asset whose owner looks."""
    return (
        asset.id,
        clean(asset.name),
        [(one.user_id, clean(one.name or one.upn)) for one in _stewards(asset, directory)],
    )


def _given(one: Offer, records: Records) -> str:
    if not one.stands(records):
        return f"{one.words()}: no longer counts, for the register names others by now."
    said = {
        OfferState.OFFERED: "offered, and not answered yet",
        OfferState.ACCEPTED: "accepted; it counts once it is in the register",
        OfferState.DECLINED: "declined",
    }
    return f"{one.words()}: {said[one.state]}."


def _rows(asset: Asset, records: Records, directory: Directory, cases: list[Case], today: date) -> Iterator[Lent]:
    lent = [row for row in records.delegations if row.asset_id == asset.id]
    named = dict.fromkeys(upn.strip().casefold() for upn in (*asset.stewards, *(row.steward for row in lent)))
    for upn in named:
        found = directory.find(upn)
        who = clean(found.name or upn) if found else f"{clean(upn)} (no such account)"
        waiting = [
            case for case in cases if found and case.asset_id == asset.id and case.assignee.user_id == found.user_id
        ]
        theirs = [row for row in lent if row.steward.strip().casefold() == upn]
        for kinds, until in [_words(row, today) for row in theirs] or [("Nothing is lent", "")]:
            yield Lent(
                steward=f"{who} (account switched off)" if found and not found.enabled else who,
                asset=f"{clean(asset.name)} ({asset.id})",
                kinds=kinds,
                until=until,
                waiting=len(waiting),
            )


def _words(row: Delegation, today: date) -> tuple[str, str]:
    kinds = capital(", ".join(kind.replace("_", " ") for kind in row.kinds))
    if row.valid_to < today:
        return kinds, f"ENDED on {day_words(row.valid_to)} ({row.id})"
    if row.valid_from > today:
        return kinds, f"From {day_words(row.valid_from)} to {day_words(row.valid_to)} ({row.id})"
    return kinds, f"Until {day_words(row.valid_to)} ({row.id})"
