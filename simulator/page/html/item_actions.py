"""What an admin can do to a file or folder from its page: the deeds of `POST /sim/act`, as forms."""

from __future__ import annotations

from simulator.page.data.items import ItemFacts
from simulator.page.html.components import fold, quiet
from simulator.page.html.forms import button, choice, field, form, tick
from simulator.page.markup import Child, Element, element


def acts(view: ItemFacts, here: str) -> Element:
    """The forms that fit: a folder takes uploads, a file new content; a library is not shared, renamed or deleted."""
    place = {"back": here, "drive": view.item.drive_id, "item": view.item.id}
    folder = [_upload(place)] if view.item.folder else [_edit(view, place)]
    forms = folder if view.root else [_anyone(view, place), _share(place), *folder, *_changes(view, place)]
    people = element("datalist", *(element("option", value=name) for name in view.colleagues), id="colleagues")
    heading = element("h2", "Act", id="acts-heading")
    return element("aside", heading, *forms, people, id="acts", aria_labelledby="acts-heading")


def _by() -> Element:
    return field("By", "by", placeholder="somebody who works here", list="colleagues")


def _anyone(view: ItemFacts, place: dict[str, str]) -> Element:
    return form(
        button(f"Share this {'folder' if view.item.folder else 'file'} with anyone", tone="main"),
        quiet("A link that opens without signing in. Then watch what Custos does about it."),
        verb="share",
        label="Share with anyone",
        **{"with": "anyone"},
        **place,
    )


def _share(place: dict[str, str]) -> Element:
    fields: tuple[Child, ...] = (
        field("With", "with", required=True, placeholder="anyone, organization, or a mail address"),
        field("Ends, in UTC (Anyone links)", "expires", type="datetime-local"),
        tick("Let them change it, too", "edit"),
        tick("For a person: by a link", "as_link"),
        _by(),
        button("Share"),
    )
    return fold("Share in another way", form(*fields, verb="share", label="Share in another way", **place))


def _upload(place: dict[str, str]) -> Element:
    fields: tuple[Child, ...] = (
        field("Name", "name", required=True),
        field("Bytes", "size", type="number", min="0", value="20000"),
        field("Its own date, in UTC", "modified", type="datetime-local"),
        _by(),
        button("Upload"),
    )
    return fold("Upload a file here", form(*fields, verb="upload", label="Upload a file here", **place))


def _edit(view: ItemFacts, place: dict[str, str]) -> Element:
    octets = field("Bytes", "size", type="number", min="0", value=str(view.item.size))
    return fold("Edit", form(octets, _by(), button("Save a new version"), verb="edit", label="Edit", **place))


def _changes(view: ItemFacts, place: dict[str, str]) -> list[Element]:
    labels = choice("Label", "label", [("", "None: take it away"), *((name, name) for name in view.labels)])
    admin = tick("As a site collection administrator", "as_admin")
    name = field("New name", "name", required=True, value=view.item.name)
    into = field("Into", "to", required=True, placeholder="path or address of a folder or library")
    silently = tick("Silently, as a retention job may: delta never tells of it", "silently")
    above = view.trail[-1].id if view.trail else "root"
    label = form(labels, admin, _by(), button("Set"), verb="label", label="Set a retention label", **place)
    delete = form(silently, button("Delete", tone="bad"), verb="delete", label="Delete", above=above, **place)
    return [
        fold("Set a retention label", label),
        fold("Rename", form(name, _by(), button("Rename"), verb="rename", label="Rename", **place)),
        fold("Move", form(into, _by(), button("Move"), verb="move", label="Move", **place)),
        fold("Delete", delete),
    ]
