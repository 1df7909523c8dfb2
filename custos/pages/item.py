"""*One item*: the history of a file or folder, also of one that is gone, for who is named for its asset.

Whoever is not gets the same words as for an item that nobody knows: the page does not tell what there is in other people's assets.
"""

from __future__ import annotations

from collections.abc import Sequence

from custos.jobs.history import ItemHistory
from custos.notices.asset_roles import roles_on
from custos.notices.assignment import Directory
from custos.pages.http import Reply, Request
from custos.pages.visit import Visit
from custos.records.address import told_address
from custos.report.events import about
from custos.report.history import known

PLACE = "item"
_LONGEST = 2_000  # characters of an address; SharePoint's are 400 before they are encoded
_ASKED = "of"


async def show(visit: Visit, request: Request) -> Reply:
    """The page with its form, and what is known of the address or id that was asked about."""
    asked = request.query.get(_ASKED, "").strip()[:_LONGEST]
    found = await _found(visit, asked) if asked else []
    told = [(known(one), [(event, about(event.event)) for event in one.events]) for one in found]
    return visit.page("item.html", place=PLACE, asked=asked, items=told)


async def _found(visit: Visit, asked: str) -> Sequence[ItemHistory]:
    histories = await visit.sources.history(told_address(asked) or asked)
    directory = await visit.sources.directory()
    return [one for one in histories if _may_see(visit, one, directory)]


def _may_see(visit: Visit, item: ItemHistory, directory: Directory) -> bool:
    asset = visit.records.assets.get(item.asset_id)
    return visit.sees_the_council or (asset is not None and bool(roles_on(asset, visit.person.id, directory)))
