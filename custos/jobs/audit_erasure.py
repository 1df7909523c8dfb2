"""Taking somebody's names and words out of the audit, as the law may ask, so that everything else still proves what it proved.

What stands in an event is a salted hash of the value; the value lies beside it. That a value was taken out is an event of its own, which
is written first: killed anywhere, the same command finishes it. Other tables are not touched: cases, incidents and mails are erased by
their own retention.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from custos.audit.chain import Chain
from custos.audit.events import Event, What
from custos.audit.verify_audit import opened
from custos.clock import Clock
from custos.records.rights import Person

_KEYS = ("subject", "action")
"""Values that are ids joined by bars, after a word for what they are of."""
_NAMES = "details.names"


@dataclass(frozen=True, slots=True)
class Erasable:
    """An event of which some values hold a text. `told`: an event says already that just these are erased."""

    sequence: int
    names: frozenset[str]
    told: bool


async def find(audit: Chain, text: str) -> list[Erasable]:
    """Every event in whose values a text stands as a word or words, in any case of letters. Reads the whole chain once.

    Raises Broken at a row that holds no event.
    """
    wanted, found, told = text.casefold(), dict[int, frozenset[str]](), set[tuple[int, str]]()
    words = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)")

    def holds(name: str, value: str) -> bool:
        if name in _KEYS:
            return wanted in value.casefold().split("|")[1:]
        return words.search(value.casefold()) is not None

    async for link in audit.links():
        body, values, _ = opened(link.event, link.values)
        names = frozenset(name for name, value in values.items() if holds(name, str(value)))
        if names:
            found[link.number] = names
        if body["what"] == What.AUDIT_ERASED:
            told.add((body["details"]["erased"], values.get(_NAMES, "")))
    return [Erasable(number, names, (number, _listed(names)) in told) for number, names in found.items()]


async def erase(clock: Clock, audit: Chain, found: list[Erasable], *, by: Person, why: str) -> None:
    """Say of each event that it is erased, and take the values out."""
    now = clock.now()
    events = [
        Event(
            what=What.AUDIT_ERASED,
            at=now,
            by=by.upn,
            by_id=by.id,
            details={"erased": one.sequence, "names": _listed(one.names), "why": why},
        )
        for one in found
        if not one.told
    ]
    if events:
        await audit.append(events)
    for one in found:
        await audit.erase(one.sequence, one.names)


def _listed(names: frozenset[str]) -> str:
    return " ".join(sorted(names))
