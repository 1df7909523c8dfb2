"""Libraries, folders and files."""

from __future__ import annotations

from simulator.page import words
from simulator.page.data.items import PAGE, ChangeRow, Children, ItemFacts, ItemRow
from simulator.page.data.search import Found
from simulator.page.html.components import (
    Drawing,
    brief,
    chip,
    empty,
    facts,
    item_address,
    link,
    pager,
    quiet,
    section,
    site_address,
    stack,
    table,
)
from simulator.page.html.item_actions import acts
from simulator.page.html.sharing import entries
from simulator.page.markup import Element, element

_CHANGES = {"content": "changed", "sharing": "sharing changed", "deleted": "deleted"}
_TONES = {"anonymous": "bad", "organization": "warn", "users": "plain"}


def item(view: ItemFacts) -> Drawing:
    """A library, a folder or a file."""
    row = view.item
    here = item_address(row.drive_id, row.id)
    trail = [("Sites", "/sim/sites"), (view.site.title, site_address(view.site.id))]
    if not view.root:
        trail.append((view.library.name, item_address(row.drive_id)))
    trail += [(step.name, item_address(row.drive_id, step.id)) for step in view.trail]
    note = "" if view.inherits else "Does not inherit from what is above it."
    shown = element(
        "div",
        _content(view.children) if view.children else None,
        section("Who has access", entries(view, here), name="sharing", live=True, note=note),
        _about(view),
        section("Lately", changed(view.changes, named=False), name="changes", live=True),
        class_="column",
    )
    split = element("div", shown, acts(view, here), class_="split")
    return Drawing(row.name, "sites", [split], trail=trail, lead=_glance(view))


def found(view: Found) -> Drawing:
    """What a search found."""
    rows = [
        (stack(_name(hit.item), quiet(hit.path)), _label(hit.item), _scope(hit.item), words.day(hit.item.modified))
        for hit in view.hits
    ]
    note = ""
    if not view.query:
        told = empty("Write words that stand in the path, or paste a web address.")
    elif not rows:
        told = empty(f"Nothing has “{view.query}” in its path.")
    else:
        told = table("What was found", ("Name", "Label", "Shared", "Changed"), rows)
        note = f"The first {len(rows)}; write more words to see fewer." if view.more else words.count(len(rows), "hit")
    heading = f"“{view.query}”" if view.query else "All libraries"
    return Drawing("Search", "sites", [section(heading, told, name="found", note=note)])


def changed(rows: list[ChangeRow], *, named: bool = True) -> Element:
    """What happened last, newest first; `named` says to which item."""
    if not rows:
        return empty("Nothing has changed here since the tenant started.")
    return element("ol", *(_change(each, named=named) for each in rows), class_="events")


def _change(each: ChangeRow, *, named: bool) -> Element:
    what = link(each.name, item_address(each.drive_id, each.item_id)) if each.item_id else each.name
    did = f"{_CHANGES[each.kind]} by {each.by}" if each.by else _CHANGES[each.kind]
    return element(
        "li",
        element("time", words.moment(each.at)),
        element("span", what, f" {did}") if named else element("span", did),
        quiet(each.library) if named else None,
    )


def _glance(view: ItemFacts) -> Element:
    row = view.item
    held = words.count(row.children, "item") if row.folder else words.size(row.size)
    told = (
        chip(row.label, "label") if row.label else None,
        chip(words.SCOPES[row.scope], _TONES[row.scope]) if row.scope else None,
        element("span", held),
        element("span", f"changed {words.day(row.modified)} by {row.modified_by}"),
    )
    return element("p", *told, id="glance", class_="glance", data_live=True)


def _content(children: Children) -> Element:
    rows = [
        (
            _name(each),
            _label(each),
            _scope(each),
            stack(brief(words.day(each.modified)), quiet(each.modified_by)),
            words.count(each.children, "item") if each.folder else words.size(each.size),
        )
        for each in children.rows
    ]
    headings = ("Name", "Label", "Shared", "Changed", "Size")
    told = table("Content", headings, rows, numbers=(4,)) if rows else empty("Nothing lies in here.")
    return section("Content", told, pager(children.first, PAGE, children.total, {}), name="content", live=True)


def _about(view: ItemFacts) -> Element:
    row, root = view.item, view.root
    bears = facts(
        (
            ("Retention label", None if root else _label(row)),
            ("Label set", f"by {view.label_by}, {words.day(view.labelled)}" if row.label else ""),
            ("Checked out", chip("Checked out", "warn") if view.checked_out else None),
            ("Default label", (view.library.default_label or quiet("None")) if root else None),
            ("Items in the library", words.number(view.library.items) if root else ""),
            ("Size", words.size(row.size)),
            ("Changed", f"{words.moment(row.modified)} by {row.modified_by}"),
            ("By its own date", words.moment(view.client_modified)),
            ("Created", f"{words.moment(view.created)} by {view.created_by}"),
            ("Version", "" if row.folder else str(view.version)),
            ("Address", view.url),
            ("List item", "" if root else str(view.list_item_id)),
            ("Id", row.id),
        )
    )
    return section("About", bears, name="about", live=True)


def _name(row: ItemRow) -> Element:
    return link(row.name, item_address(row.drive_id, row.id), class_="folder" if row.folder else "file")


def _label(row: ItemRow) -> Element:
    if not row.label:
        return quiet("None")
    how = "set on the item" if row.explicit else "inherited"
    return stack(chip(row.label, "label"), quiet(f"{how}, locked record" if row.locked else how))


def _scope(row: ItemRow) -> Element:
    if not row.scope:
        return quiet("As above it")
    return stack(chip(words.SCOPES[row.scope], _TONES[row.scope]), quiet(words.count(row.entries, "entry", "entries")))
