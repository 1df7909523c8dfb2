"""Empty sites and libraries."""

from __future__ import annotations

from typing import Literal

from simulator.tenant.clock import START, moment
from simulator.tenant.files import content_seed, media_type
from simulator.tenant.identifiers import drive_id, guid, item_ids, site_id
from simulator.tenant.model import Actor, Drive, Item, ListTemplate, Permission, PlainList, Principal, Site
from simulator.tenant.sharing import grant_id, group_principal
from simulator.tenant.state import Tenant

SiteKind = Literal["team", "communication", "group", "channel", "personal"]
_STARTED = moment("2021-02-08T09:00:00Z")
_GROUPS: tuple[tuple[str, str, Literal["owner", "read", "write"]], ...] = (
    ("3", "Owners", "owner"),
    ("4", "Visitors", "read"),
    ("5", "Members", "write"),
)


def system_actor(tenant: Tenant) -> Actor:
    """SharePoint itself, as author."""
    return Actor(guid(tenant.seed, "app", "system"), "SharePoint App", application=True)


def new_site(tenant: Tenant, path: str, title: str, *, kind: SiteKind, host: str = "") -> Site:
    """An empty site."""
    collection, web = guid(tenant.seed, "site", path), guid(tenant.seed, "web", path)
    host = host or tenant.host
    url = f"https://{host}/{path}".rstrip("/")
    made = Site(
        site_id(host, collection, web), collection, web, path, path.rpartition("/")[2], title, url,
        kind, _STARTED, int(START.timestamp()) - 86400,
    )  # fmt: skip
    return tenant.add_site(made)


def grant_site(tenant: Tenant, site: Site) -> None:
    """The site's own entries: its three groups, and its Microsoft 365 group."""
    creator = system_actor(tenant)
    for number, kind, role in _GROUPS:
        name = f"{site.title} {kind}"
        principal = Principal("site_group", number, name, name)
        site.permissions.append(Permission(grant_id(name), role, site.created, creator, grantee=principal))
    if site.group_id:
        members = group_principal(tenant.groups[site.group_id])
        site.permissions.append(Permission(grant_id(members.login), "write", site.created, creator, grantee=members))


def add_library(
    tenant: Tenant,
    site: Site,
    name: str,
    *,
    path: str = "",
    system: bool = False,
    hold: bool = False,
    pages: bool = False,
    at: int = 0,
) -> Drive:
    """An empty library with its root folder, made with its site or at some moment."""
    path, at = path or name, at or site.created
    list_id = guid(tenant.seed, "list", site.path, path)
    drive = Drive(
        drive_id(site.collection_id, site.web_id, list_id), list_id, site, name, path, at,
        system=system, hold=hold, pages=pages,
    )  # fmt: skip
    owner = system_actor(tenant)
    item_id, unique_id = item_ids(drive.id, 1)[0]
    root = Item(
        id=item_id, unique_id=unique_id, list_item_id=0, drive=drive, parent=None, name="root", size=0, media="",
        content=0, created=at, modified=at, client_created=at, client_modified=at, created_by=owner, modified_by=owner, children=[],
    )  # fmt: skip
    drive.order.append(root)
    drive.items[root.id] = root
    return tenant.add_drive(drive)


def add_list(
    tenant: Tenant, site: Site, name: str, *, template: ListTemplate = "genericList", at: int = 0
) -> PlainList:
    """An empty list that is no library."""
    path = f"Lists/{name}"
    made = PlainList(guid(tenant.seed, "list", site.path, path), site, name, path, template, at or site.created)
    site.lists.append(made)
    return made


def place(
    drive: Drive,
    parent: Item,
    name: str,
    *,
    at: int,
    by: Actor,
    size: int = 0,
    is_folder: bool = False,
    identity: tuple[str, str] | None = None,
) -> Item:
    """Put a file or folder into a library before the tenant runs: no change is logged, nobody is told.

    `identity` is (drive item id, unique id) of the next number in the list, if the caller made many at once.
    """
    number = len(drive.order)
    item_id, unique_id = identity or item_ids(drive.id, 1, start=number)[0]
    item = Item(
        id=item_id, unique_id=unique_id, list_item_id=number, drive=drive, parent=parent, name=name, size=size,
        media="" if is_folder else media_type(name), content=0 if is_folder else content_seed(drive.id, number),
        created=at, modified=at, client_created=at, client_modified=at, created_by=by, modified_by=by,
        children=[] if is_folder else None,
    )  # fmt: skip
    drive.order.append(item)
    drive.items[item.id] = item
    parent.folder().append(item)
    above: Item | None = parent
    while size and above is not None:
        above.size += size
        above = above.parent
    return item
