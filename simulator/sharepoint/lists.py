"""Lists of a web: its document libraries.

Source: https://learn.microsoft.com/sharepoint/dev/sp-add-ins/working-with-lists-and-list-items-with-rest
"""

from __future__ import annotations

import re
from functools import cache

from simulator.odata import Complex, Guid, Moment
from simulator.refusal import Refused
from simulator.sharepoint import documents, items, people
from simulator.sharepoint.node import Collection, Operation, Resource, text
from simulator.sharepoint.scope import Scope
from simulator.tenant.model import Drive, Site

_NO_GUID = "00000000-0000-0000-0000-000000000000"
_LIBRARY = 101
_HOLD = 1310  # as scripts of the field have it; Microsoft does not document it


def lists(scope: Scope, site: Site) -> Collection:
    """`lists` of a web, hidden ones too."""
    return Collection(
        type="SP.List",
        path="Web/Lists",
        members=lambda: [library(scope, drive) for drive in site.drives],
        find=lambda key: library(scope, _the(site, "list_id", key)),
        operations={
            "getbytitle": Operation(lambda given: library(scope, _the(site, "name", text(given, "title"))), ("title",)),
            "getbyid": Operation(lambda given: library(scope, _the(site, "list_id", text(given, "id"))), ("id",)),
        },
    )


def at_path(scope: Scope, site: Site, path: str) -> Resource:
    """The list at a server-relative path. Raises Refused 404."""
    # The library for Python puts the path of its own base address first, and may take the title for the path.
    wanted = path.rpartition("//")[2].removeprefix("/sharepoint").strip("/").lower()
    for drive in site.drives:
        own = {f"{site.path}/{each}".strip("/").lower() for each in (drive.path, drive.name)}
        if wanted in own:
            return library(scope, drive)
    raise _no_list()


def _the(site: Site, attribute: str, key: str) -> Drive:
    for drive in site.drives:
        if str(getattr(drive, attribute)).lower() == key.strip("{}").lower():
            return drive
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


def library(scope: Scope, drive: Drive) -> Resource:
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
            "BaseTemplate": _HOLD if drive.hold else _LIBRARY,
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
            "Hidden": drive.system or drive.hold,
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
