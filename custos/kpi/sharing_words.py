"""How an asset is shared, in words: the page and the bot say the same."""

from __future__ import annotations

from collections.abc import Iterator

from custos.kpi.holdings import ANYONE, ORGANISATION, PEOPLE, Held
from custos.records.model import Asset
from custos.records.registers.assets import POSTURES
from custos.wording import capital, many


def sharing_facts(asset: Asset, held: Held) -> Iterator[tuple[str, str]]:
    """What is allowed, what links and people there are, and what is not known of it."""
    yield "Allowed", capital(POSTURES[asset.posture.value])
    not_allowed = f", {held.exposed:,} of them not allowed here" if held.exposed else ""
    yield "Links that anyone can open", f"{held.links[ANYONE]:,}{not_allowed}"
    yield "Links for everybody in the council", f"{held.links[ORGANISATION]:,}"
    yield "Links for certain people", f"{held.links[PEOPLE]:,}"
    if others := sum(number for scope, number in held.links.items() if scope not in (ANYONE, ORGANISATION, PEOPLE)):
        yield "Links of another kind, or not read", f"{others:,}"
    without = f", {held.without_agreement:,} without an agreement in date" if held.without_agreement else ""
    yield "People from outside", f"{held.outside:,}{without}"
    if held.unread:
        yield (
            "Not counted",
            f"{many(held.unread, 'library was', 'libraries were')} not read to the end: there may be more",
        )
