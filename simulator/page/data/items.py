"""Folders, files, their labels and who has what on them. A folder is shown a page at a time."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from simulator.page.data.context import Context
from simulator.page.data.sites import LibraryRow, SiteRow, grantee, library_row, site_row
from simulator.tenant import sharing
from simulator.tenant.model import Item, Permission
from simulator.tenant.state import Tenant

PAGE = 100
_CHANGES = 12
_LOOKED_THROUGH = 5_000  # entries of a drive's log, from its end


class Step(msgspec.Struct, frozen=True, rename="camel"):
    """A folder on the way from the library to an item."""

    id: str
    name: str


class ItemRow(msgspec.Struct, frozen=True, rename="camel"):
    """A file or folder in a list. `scope` is the widest of its own sharing entries, "" without any."""

    drive_id: str
    id: str
    name: str
    folder: bool
    size: int
    children: int
    modified: int
    modified_by: str
    label: str
    explicit: bool
    locked: bool
    scope: str
    entries: int


class Entry(msgspec.Struct, frozen=True, rename="camel"):
    """One sharing entry that applies to an item. `kind` is `anonymous`, `organization`, `users`, `grant` or
    `invitation`; `inherited_from` names the folder or site that owns it, "" for the item's own. `dead`: it opens
    nothing now.
    """

    id: str
    kind: str
    role: str
    to: str
    url: str
    expires: int
    created: int
    by: str
    inherited_from: str
    dead: bool


class ChangeRow(msgspec.Struct, frozen=True, rename="camel"):
    """One entry of a library's log. `kind` is `content`, `sharing` or `deleted`."""

    at: int
    kind: str
    by: str
    drive_id: str
    item_id: str
    name: str
    library: str


class Children(msgspec.Struct, frozen=True, rename="camel"):
    """A page of a folder: folders first, by name. `first` is the place of the first row, from 0."""

    total: int
    first: int
    rows: list[ItemRow]


class ItemFacts(msgspec.Struct, frozen=True, rename="camel"):
    """A file, or a folder with a page of what is in it."""

    site: SiteRow
    library: LibraryRow
    trail: list[Step]
    item: ItemRow
    root: bool
    url: str
    created: int
    created_by: str
    client_modified: int
    version: int
    list_item_id: int
    checked_out: bool
    inherits: bool
    label_by: str
    labelled: int
    label_kind: str
    entries: list[Entry]
    changes: list[ChangeRow]
    children: Children | None
    labels: list[str]
    colleagues: list[str]


async def item(context: Context) -> ItemFacts:
    """The file or folder that the address names. Raises Refused 404."""
    tenant = context.tenant
    found = tenant.item(context.places["drive"], context.places["item"])
    drive, stamp = found.drive, found.stamp
    site = drive.site
    people = (tenant.users.get(each) for each in dict.fromkeys([*site.owners, *site.members]))
    return ItemFacts(
        site=site_row(tenant, site),
        library=library_row(drive),
        trail=[Step(each.id, each.name) for each in reversed(list(_above(found)))],
        item=row(found),
        root=found.parent is None,
        url=f"{drive.url}/{found.path}".rstrip("/"),
        created=found.created,
        created_by=found.created_by.name,
        client_modified=found.client_modified,
        version=found.version,
        list_item_id=found.list_item_id,
        checked_out=found.checked_out,
        inherits=found.inherits,
        label_by=stamp.by.name if stamp else "",
        labelled=stamp.applied if stamp else 0,
        label_kind=stamp.label.kind if stamp else "",
        entries=list(entries(tenant, found)),
        changes=list(_changes_of(found)),
        children=children(found, context.number("first", 0)) if found.is_folder else None,
        labels=sorted(tenant.labels),
        colleagues=[user.name for user in people if user is not None and user.enabled],
    )


def _above(found: Item) -> Iterator[Item]:
    at = found.parent
    while at is not None and at.parent is not None:
        yield at
        at = at.parent


def children(folder: Item, first: int) -> Children:
    """The page of a folder that begins at `first`."""
    everything = sorted(folder.folder(), key=lambda each: (not each.is_folder, each.name.casefold()))
    return Children(len(everything), first, [row(each) for each in everything[first : first + PAGE]])


def row(found: Item) -> ItemRow:
    """A file or folder in a list."""
    stamp = found.stamp
    return ItemRow(
        drive_id=found.drive.id,
        id=found.id if found.parent is not None else "root",
        name=found.name if found.parent is not None else found.drive.name,
        folder=found.is_folder,
        size=found.size,
        children=len(found.children or ()),
        modified=found.modified,
        modified_by=found.modified_by.name,
        label=stamp.label.name if stamp else "",
        explicit=bool(stamp and stamp.explicit),
        locked=bool(stamp and stamp.locked),
        scope=sharing.scope_of(found),
        entries=len(found.own or ()),
    )


def entries(tenant: Tenant, found: Item) -> Iterator[Entry]:
    """Every sharing entry that applies to an item, its own first."""
    owners: dict[int, str] = {id(each): found.drive.site.title for each in found.drive.site.permissions}
    at: Item | None = found.parent
    while at is not None:
        owners.update((id(each), at.name if at.parent is not None else at.drive.name) for each in at.own or ())
        at = at.parent
    for permission, inherited in sharing.entries(found):
        yield Entry(
            id=permission.id,
            kind=_kind(permission),
            role=permission.role,
            to=grantee(permission),
            url=permission.link.url if permission.link else "",
            expires=permission.expires,
            created=permission.created,
            by=permission.by.name,
            inherited_from=owners.get(id(permission), "") if inherited else "",
            dead=sharing.is_dead(tenant, found, permission),
        )


def _kind(permission: Permission) -> str:
    if permission.link is not None:
        return permission.link.scope
    return "grant" if permission.grantee is not None else "invitation"


def _changes_of(found: Item) -> Iterator[ChangeRow]:
    log, told = found.drive.log, 0
    for place in range(len(log) - 1, max(-1, len(log) - 1 - _LOOKED_THROUGH), -1):
        if log[place].item is found and told < _CHANGES:
            told += 1
            yield change_row(log[place].item, log[place].at, sharing_changed=log[place].sharing)


def change_row(changed: Item, at: int, *, sharing_changed: bool) -> ChangeRow:
    """An entry of a log as the pages tell it. Who changed the sharing is not in the log."""
    kind = "deleted" if changed.gone else "sharing" if sharing_changed else "content"
    drive = changed.drive
    name = changed.name if changed.parent is not None else drive.name
    return ChangeRow(
        at=at,
        kind=kind,
        by=changed.modified_by.name if kind == "content" else "",
        drive_id=drive.id,
        item_id="" if changed.gone else changed.id if changed.parent is not None else "root",
        name=name,
        library=f"{drive.site.title} · {drive.name}",
    )
