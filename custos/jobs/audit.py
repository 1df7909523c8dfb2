"""What the audit says of a run, or of something in SharePoint. What there is not is told as unknown, never as nothing that happened."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import polars as pl

from custos.audit.chain import Recorded
from custos.engine.facts import Facts
from custos.engine.locate import Locator
from custos.errors import BadInput, Mark, Problem
from custos.jobs.facts import facts_at_rest
from custos.jobs.policies import in_force
from custos.records.address import Address
from custos.untrusted import plain

if TYPE_CHECKING:
    from custos.bootstrap import Custos


async def events_about(app: Custos, *, run: str = "", item: Address | str = "") -> list[Recorded]:
    """The events of a run and of an item, a library or a site, by its address or its id; all of them for "". Oldest first.

    Raises BadInput when there is no such run, or nobody knows of such an item.
    """
    wanted = await _id_at(app, item) if isinstance(item, Address) else item
    found = [recorded async for recorded in app.audit.read(run=run, item=wanted)]
    if not found and run:
        await app.runs.get(run)
    if not found and wanted and not isinstance(item, Address) and not await _is_known(app, wanted):
        what = f'Neither the audit nor the mirror knows of the item "{plain(wanted, 80)}".'
        raise _problem(what, "Give its address, or its id as `custos find --json` prints it.")
    return found


async def _id_at(app: Custos, address: Address) -> str:
    """The id of what stands at an address."""
    facts = await _mirror(app)
    located = await asyncio.to_thread(Locator(facts).find, address)
    if located.kind is None:
        raise _problem(
            f"The mirror has nothing at {address.text}.",
            "Check the address; of what is gone, give the id that the audit has.",
        )
    return located.item_id or located.drive_id or located.site_id


async def _is_known(app: Custos, wanted: str) -> bool:
    """Whether the mirror has an item, a library or a site of an id, or of a part of a subject's key."""
    facts, parts = await _mirror(app), wanted.split("|")

    def look() -> bool:
        columns = ((facts.bare_items, "item_id"), (facts.drives, "drive_id"), (facts.sites, "site_id"))
        return any(frame.filter(pl.col(name).is_in(parts)).head(1).collect().height for frame, name in columns)

    return await asyncio.to_thread(look)


async def _mirror(app: Custos) -> Facts:
    return await facts_at_rest(app, (await in_force(app)).bundle)


def _problem(what: str, remedy: str) -> BadInput:
    return BadInput([Problem(Mark("audit"), what, remedy, code="item")])
