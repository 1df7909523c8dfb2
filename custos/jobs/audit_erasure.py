"""Taking somebody's names and words out of the audit, as the law may ask, so that everything else still proves what it proved.

What stands in an event is a salted hash of the value; the value lies beside it. That a value was taken out is an event of its own, which
is written first: killed anywhere, the same command finishes it. Other tables are not touched: cases, incidents and mails are erased by
their own retention.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from custos.audit.chain import Chain
from custos.audit.events import Event, What
from custos.clock import Clock
from custos.records.rights import Person


@dataclass(frozen=True, slots=True)
class Erasable:
    """An event of which some values hold a text. `told`: an event says already that they are erased."""

    sequence: int
    names: frozenset[str]
    told: bool


async def find(audit: Chain, text: str) -> list[Erasable]:
    """Every event in whose values a text stands, in any case of letters. Reads the whole chain once."""
    wanted, found, told = text.casefold(), dict[int, frozenset[str]](), set[int]()
    async for link in audit.links():
        values = json.loads(link.values or "{}")
        names = frozenset(name for name, (_, value) in values.items() if wanted in str(value).casefold())
        if names:
            found[link.number] = names
        body = json.loads(link.event)
        if body["what"] == What.AUDIT_ERASED:
            told.add(body["details"]["erased"])
    return [Erasable(number, names, number in told) for number, names in found.items()]


async def erase(clock: Clock, audit: Chain, found: list[Erasable], *, by: Person, why: str) -> None:
    """Say of each event that it is erased, and take the values out."""
    now = clock.now()
    events = [
        Event(
            what=What.AUDIT_ERASED,
            at=now,
            by=by.upn,
            by_id=by.id,
            details={"erased": one.sequence, "values": len(one.names), "why": why},
        )
        for one in found
        if not one.told
    ]
    if events:
        await audit.append(events)
    for one in found:
        await audit.erase(one.sequence, one.names)
