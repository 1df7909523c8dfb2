"""Lists of a web: its document libraries, and the lists that are none.

Source: https://learn.microsoft.com/sharepoint/dev/sp-add-ins/working-with-lists-and-list-items-with-rest
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from simulator.odata import Complex, Guid, Moment
from simulator.refusal import Refused
from simulator.sharepoint import documents, items, people
from simulator.sharepoint.node import Collection, Operation, Resource, text
from simulator.sharepoint.scope import RequestScope
from simulator.tenant.model import Drive, PlainList, Site

_NO_GUID = "00000000-0000-0000-0000-000000000000"
_LIBRARY, _PAGES = 101, 119
_TEMPLATES = {"genericList": 100, "events": 106, "tasks": 107}
_HOLD = 1310  # as scripts of the field have it; Microsoft does not document it


def lists(scope: RequestScope, site: Site) -> Collection:
    """`lists` of a web, hidden ones too."""
    return Collection(
        type="SP.List",
        path="Web/Lists",
        members=lambda: [*(library(scope, each) for each in site.drives), *(plain(each) for each in site.lists)],
        find=lambda key: _by_id(scope, site, key),
        operations={
            "getbytitle": Operation(lambda given: _by_title(scope, site, text(given, "title")), ("title",)),
            "getbyid": Operation(lambda given: _by_id(scope, site, text(given, "id")), ("id",)),
        },
    )


def at_path(scope: RequestScope, site: Site, path: str) -> Resource:
    """The list at a server-relative path. Raises Refused 404."""
    # The library for Python puts the path of its own base address first, and may take the title for the path.
    wanted = path.rpartition("//")[2].removeprefix("/sharepoint").strip("/").lower()
    for drive in site.drives:
        own = {f"{site.path}/{each}".strip("/").lower() for each in (drive.path, drive.name)}
        if wanted in own:
            return library(scope, drive)
    for each in site.lists:
        if wanted == f"{site.path}/{each.path}".strip("/").lower():
            return plain(each)
    raise _no_list()


def _by_id(scope: RequestScope, site: Site, key: str) -> Resource:
    wanted = key.strip("{}").lower()
    return _first(scope, site, lambda each: (each.list_id if isinstance(each, Drive) else each.id).lower() == wanted)


def _by_title(scope: RequestScope, site: Site, title: str) -> Resource:
    return _first(scope, site, lambda each: each.name.lower() == title.lower())


def _first(scope: RequestScope, site: Site, fits: Callable[[Drive | PlainList], bool]) -> Resource:
    every: list[Drive | PlainList] = [*site.drives, *site.lists]
    for each in every:
        if fits(each):
            return library(scope, each) if isinstance(each, Drive) else plain(each)
    raise _no_list()


def _no_list() -> Refused:
    code = "-2130575322, System.ArgumentException"
    return Refused(404, code, "List does not exist. It may have been deleted by another user.")


def entity_name(drive: Drive) -> str:
    """A library's name as part of its items' type."""
    return _entity_name(drive.path)


@cache
def _entity_name(path: str) -> str:
    return re.sub(r"\W", lambda found: f"_x{ord(found[0]):04x}_", path)


def plain(found: PlainList) -> Resource:
    """SP.List of a list that is no library, and its rows. What else SharePoint tells of one is not here."""
    path, entity = f"Web/Lists(guid'{found.id}')", f"{_entity_name(found.path.rpartition('/')[2])}List"
    return Resource(
        type="SP.List",
        path=path,
        fields={
            "BaseTemplate": _TEMPLATES[found.template],
            "BaseType": 0,
            "Created": Moment(found.created),
            "EnableAttachments": True,
            "EntityTypeName": entity,
            "Hidden": False,
            "Id": Guid(found.id),
            "IsCatalog": False,
            "ItemCount": len(found.rows),
            "LastItemModifiedDate": Moment(found.modified),
            "LastItemUserModifiedDate": Moment(found.modified),
            "ListItemEntityTypeFullName": f"SP.Data.{entity}Item",
            "ParentWebUrl": f"/{found.site.path}",
            "Title": found.name,
        },
        links={"Items": lambda: _rows(found, path, entity)},
    )


def _rows(found: PlainList, path: str, entity: str) -> Collection:
    rows = [
        Resource(
            type=f"SP.Data.{entity}Item",
            path=f"{path}/Items({number})",
            columns=True,
            fields={
                "FileSystemObjectType": 0,
                "Id": number,
                "Title": row.title,
                "ID": number,
                "Created": Moment(row.created),
                "Modified": Moment(row.modified),
            },
        )
        for number, row in enumerate(found.rows, start=1)
    ]
    return Collection(type="SP.ListItem", path=f"{path}/Items", members=lambda: rows)


def library(scope: RequestScope, drive: Drive) -> Resource:
    """SP.List of a document library."""
    site, path = drive.site, f"Web/Lists(guid'{drive.list_id}')"
    rows = [each for each in drive.order[1:] if each is not None]
    last = max((each.modified for each in rows), default=drive.created)
    by_people = max((each.modified for each in rows if not each.modified_by.application), default=drive.created)
    return Resource(
        type="SP.List",
        path=path,
        etag=f'"{drive.sequence}"',
        fields={
            "AllowContentTypes": True,
            "BaseTemplate": _HOLD if drive.hold else _PAGES if drive.pages else _LIBRARY,
            "BaseType": 1,
            "ContentTypesEnabled": False,
            "CrawlNonDefaultViews": False,
            "Created": Moment(drive.created),
            "Description": "",
            "Direction": "none",
            "DocumentTemplateUrl": None,
            "DraftVersionVisibility": 0,
            "EnableAttachments": False,
            "EnableFolderCreation": True,
            "EnableMinorVersions": False,
            "EnableModeration": False,
            "EnableVersioning": True,
            "EntityTypeName": entity_name(drive),
            "ForceCheckout": False,
            "HasExternalDataSource": False,
            "Hidden": drive.is_hidden or drive.hold,
            "Id": Guid(drive.list_id),
            "IrmEnabled": False,
            "IsApplicationList": False,
            "IsCatalog": False,
            "IsPrivate": False,
            "ItemCount": len(rows),
            "LastItemDeletedDate": Moment(drive.created),
            "LastItemModifiedDate": Moment(last),
            "LastItemUserModifiedDate": Moment(by_people),
            "ListExperienceOptions": 0,
            "ListItemEntityTypeFullName": f"SP.Data.{entity_name(drive)}Item",
            "MajorVersionLimit": 500,
            "NoCrawl": drive.hold,
            "ParentWebPath": Complex("SP.ResourcePath", {"DecodedUrl": f"/{site.path}"}),
            "ParentWebUrl": f"/{site.path}",
            "TemplateFeatureId": Guid(_NO_GUID),
            "Title": drive.name,
        },
        more={"HasUniqueRoleAssignments": lambda: people.is_unique(drive.root)},
        links={
            "Items": lambda: items.items(scope, drive, f"{path}/Items"),
            "RoleAssignments": lambda: people.role_assignments(scope, drive.root, f"{path}/RoleAssignments"),
            "RootFolder": lambda: documents.root_folder(scope, drive),
        },
        operations={
            "getitems": Operation(lambda given: items.by_caml(scope, drive, given), ("query",)),
            "getitembyid": Operation(
                lambda given: items.item(scope, items.numbered(drive, text(given, "itemid"))), ("itemId",)
            ),
            "getitembystringid": Operation(
                lambda given: items.item(scope, items.numbered(drive, text(given, "itemid"))), ("itemId",)
            ),
        },
    )
