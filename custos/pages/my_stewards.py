"""*My stewards*: whom an owner's assets name as data steward, what was lent to each and until when, and what waits with them.

Lending and taking back are rows of `delegations.csv` (docs/registers.md); the page shows them as they count today.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from custos.notices.asset_roles import roles_on
from custos.notices.assignment import Directory, Role
from custos.notices.model import Case
from custos.notices.wording import clean
from custos.pages.http import Reply, Request
from custos.pages.visit import Visit
from custos.records.model import Asset, Delegation, Records
from custos.wording import capital, day_words

PLACE = "stewards"


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
    return visit.page("stewards.html", place=PLACE, rows=rows, assets=len(mine))


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
