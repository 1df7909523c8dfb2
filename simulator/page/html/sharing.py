"""Who has what on an item, and the button that takes it back."""

from __future__ import annotations

from simulator.page import words
from simulator.page.data.items import Entry, ItemFacts
from simulator.page.html.components import brief, chip, empty, quiet, stack, table
from simulator.page.html.forms import button, form
from simulator.page.markup import Child, element

_KINDS = {
    "anonymous": ("Anyone with the link", "bad"),
    "organization": ("The organisation, with the link", "warn"),
    "users": ("Named people, with the link", "plain"),
    "invitation": ("Invitation, not yet taken up", "plain"),
}


def entries(view: ItemFacts, here: str) -> Child:
    """Every entry that applies, its own first."""
    if not view.entries:
        return empty("Nobody but the site's administrators.")
    rows = [
        (
            _who(each),
            brief(words.ROLES[each.role]),
            _end(each),
            quiet(f"from {each.inherited_from}") if each.inherited_from else _take_back(view, each, here),
        )
        for each in view.entries
    ]
    return table("Who has access", ("Who", "May", "Until", "Whose"), rows)


def _who(each: Entry) -> Child:
    given = quiet(f"given {words.day(each.created)} by {each.by}")
    if each.kind not in _KINDS:
        return stack(element("span", each.to), given)
    address = element("code", each.url) if each.url else None
    return stack(chip(*_KINDS[each.kind]), quiet(each.to) if each.to else None, address, given)


def _end(each: Entry) -> Child:
    until = brief(words.day(each.expires) or "No end")
    return stack(until, chip("Opens nothing now", "good")) if each.dead else until


def _take_back(view: ItemFacts, each: Entry, here: str) -> Child:
    what = _KINDS[each.kind][0] if each.kind in _KINDS else each.to
    return form(
        button("Take back", aria_label=f"Take back: {what}"),
        verb="unshare",
        back=here,
        label=f"Take back: {what}",
        drive=view.item.drive_id,
        item=view.item.id,
        permission=each.id,
    )
