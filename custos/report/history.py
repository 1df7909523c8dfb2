"""The history of an item, as somebody reads it who has to answer for it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from custos.jobs.history import ItemHistory
from custos.report.events import about
from custos.report.screen import Listing, words
from custos.report.wording import when
from custos.wording import many


def show(items: Sequence[ItemHistory], screen: Console) -> None:
    """Print what is known, item by item."""
    for number, one in enumerate(items):
        if number:
            screen.print()
        for line in known(one):
            screen.print(words(line), soft_wrap=True)
        if not one.events:
            screen.print("Custos did nothing with it and asked nobody about it.")
            continue
        found = Listing(many(len(one.events), "event"), ("no.", "when", "what", "by", "about"), numbers=("no.",))
        for recorded in one.events:
            event = recorded.event
            found.add(f"{recorded.sequence:,}", when(event.at), event.what.value, event.by, about(event))
        screen.print(found)


def known(one: ItemHistory) -> list[str]:
    """What is known of an item, in sentences."""
    named = f"The {one.kind or 'item'} {one.item_id}"
    where = f" lies at {one.url}." if one.url else f" is in {one.library or 'a library that is not known'}."
    lines = [f"{named}{where if one.here else ''}"]
    if not one.here:
        last = one.left[-1] if one.left else None
        seen = f": a sync of {when(last.at)} saw that it was no longer there" if last else ""
        lines[0] += f" is gone{seen}."
        if not one.complete:
            lines.append("Its library was not read to its end, so it may be there all the same.")
        lines.append(
            "Custos deletes no file. Who did is in the audit log of Microsoft Purview, as long as that is kept."
        )
    if one.created:
        lines.append(f"It was made on {when(one.created)}." + (f" Its label is {one.label}." if one.label else ""))
    if one.here and one.label == "":
        lines.append("It has no retention label.")
    lines.append(
        f"Its library belongs to {one.asset_id}." if one.asset_id else "No asset of the register covers its library."
    )
    lines += [f"Until {when(left.at)} it lay at {left.url or 'a place that is not known'}." for left in one.left]
    return lines
