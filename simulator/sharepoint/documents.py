"""Files and folders as SharePoint REST tells them.

Source: https://learn.microsoft.com/sharepoint/dev/sp-add-ins/working-with-folders-and-files-with-rest
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote

from simulator.odata import Guid, Moment
from simulator.refusal import Refused, not_found
from simulator.sharepoint import items, people
from simulator.sharepoint.node import Collection, Given, Operation, Outcome, Resource, text
from simulator.sharepoint.scope import RequestScope
from simulator.tenant.model import Drive, Item, Site

_NO_FILE = "-2130575338, Microsoft.SharePoint.SPException"


def at_path(site: Site, path: str) -> Item:
    """The file, folder or library root at a server-relative path, or one relative to the site. Raises Refused 404."""
    # A client whose base address carries the simulated tenant's own prefix puts it before the path.
    wanted = unquote(path).partition("/sharepoint/")[2] or path
    wanted = wanted.strip("/").lower()
    below = f"{site.path.lower()}/"
    if site.path and not wanted.startswith(below):
        wanted = below + wanted
    for drive in site.drives:
        prefix = f"{site.path}/{drive.path}".strip("/").lower()
        if wanted == prefix or wanted.startswith(f"{prefix}/"):
            return _below(drive.root, wanted[len(prefix) :])
    raise _no_file(path)


def _below(item: Item, path: str) -> Item:
    for name in filter(None, path.split("/")):
        found = next((each for each in item.children or () if each.name.lower() == name), None)
        if found is None:
            raise _no_file(path)
        item = found
    return item


def by_unique_id(site: Site, unique_id: str) -> Item:
    """The file or folder with a unique id. Raises Refused 404."""
    wanted = unique_id.strip("{}").lower()
    for drive in site.drives:
        for item in drive.items.values():
            if item.unique_id == wanted:
                return item
    raise _no_file(unique_id)


def _no_file(what: str) -> Refused:
    return Refused(404, "-2147024894, System.IO.FileNotFoundException", f"File Not Found: {what}")


def server_path(item: Item) -> str:
    """The path of a file or folder from the server's root."""
    drive = item.drive
    return "/" + "/".join(filter(None, (drive.site.path, drive.path, item.path)))


def operations(scope: RequestScope, site: Site) -> dict[str, Operation]:
    """How a web finds files and folders."""

    def file_at(given: Given) -> Outcome:
        return file(scope, _a_file(at_path(site, _path(given))))

    def folder_at(given: Given) -> Outcome:
        return folder(scope, _a_folder(at_path(site, _path(given))))

    def by_id(make: Callable[[RequestScope, Item], Resource]) -> Operation:
        return Operation(lambda given: make(scope, by_unique_id(site, text(given, "uniqueid"))), ("uniqueId",))

    return {
        "getfilebyserverrelativepath": Operation(file_at, ("decodedUrl",)),
        "getfilebyserverrelativeurl": Operation(file_at, ("decodedUrl",)),
        "getfilebyurl": Operation(file_at, ("decodedUrl",)),
        "getfilebyid": by_id(lambda its, item: file(its, _a_file(item))),
        "getfolderbyserverrelativepath": Operation(folder_at, ("decodedUrl",)),
        "getfolderbyserverrelativeurl": Operation(folder_at, ("decodedUrl",)),
        "getfolderbyid": by_id(lambda its, item: folder(its, _a_folder(item))),
    }


def _path(given: Given) -> str:
    return text(given, "decodedurl") or text(given, "serverrelativeurl") or text(given, "fileurl")


def _a_file(item: Item) -> Item:
    if item.is_folder:
        raise Refused(404, _NO_FILE, f"The file {server_path(item)} does not exist.")
    return item


def _a_folder(item: Item) -> Item:
    if not item.is_folder:
        raise not_found("The folder")
    return item


def file(scope: RequestScope, item: Item) -> Resource:
    """SP.File."""
    drive, path = item.drive, f"Web/GetFileByServerRelativePath(decodedurl='{server_path(item)}')"
    tag = f"{{{item.unique_id.upper()}}},{item.version}"
    return Resource(
        type="SP.File",
        path=path,
        etag=f'"{tag}"',
        fields={
            "CheckInComment": "",
            "CheckOutType": 0 if item.checked_out else 2,
            "ContentTag": f"{tag},1",
            "CustomizedPageStatus": 0,
            "ETag": f'"{tag}"',
            "Exists": True,
            "IrmEnabled": False,
            "Length": str(item.size),
            "Level": 255 if item.checked_out else 1,
            "LinkingUri": None,
            "LinkingUrl": "",
            "MajorVersion": item.version,
            "MinorVersion": 0,
            "Name": item.name,
            "ServerRelativeUrl": server_path(item),
            "TimeCreated": Moment(item.created),
            "TimeLastModified": Moment(item.modified),
            "Title": None,
            "UIVersion": 512 * item.version,
            "UIVersionLabel": f"{item.version}.0",
            "UniqueId": Guid(item.unique_id),
        },
        more={
            "ListId": lambda: Guid(drive.list_id),
            "SiteId": lambda: Guid(drive.site.collection_id),
            "WebId": lambda: Guid(drive.site.web_id),
            "VroomDriveID": lambda: drive.id,
            "VroomItemID": lambda: item.id,
        },
        links={
            "Author": lambda: people.author(scope, drive.site, item.created_by),
            "ListItemAllFields": lambda: items.item(scope, item),
            "ModifiedBy": lambda: people.author(scope, drive.site, item.modified_by),
        },
    )


def folder(scope: RequestScope, item: Item) -> Resource:
    """SP.Folder."""
    drive, path = item.drive, f"Web/GetFolderByServerRelativePath(decodedurl='{server_path(item)}')"
    is_root = item.parent is None

    def files() -> list[Resource]:
        return [file(scope, each) for each in item.folder() if not each.is_folder]

    def folders() -> list[Resource]:
        return [folder(scope, each) for each in item.folder() if each.is_folder]

    def above() -> Resource | None:
        return None if item.parent is None else folder(scope, item.parent)

    return Resource(
        type="SP.Folder",
        path=path,
        fields={
            "Exists": True,
            "IsWOPIEnabled": False,
            "ItemCount": len(item.folder()),
            "Name": drive.path if is_root else item.name,
            "ProgID": None,
            "ServerRelativeUrl": server_path(item),
            "TimeCreated": Moment(item.created),
            "TimeLastModified": Moment(item.modified),
            "UniqueId": Guid(item.unique_id),
            "WelcomePage": "",
        },
        links={
            "Files": lambda: Collection(type="SP.File", path=f"{path}/Files", members=files),
            "Folders": lambda: Collection(type="SP.Folder", path=f"{path}/Folders", members=folders),
            "ListItemAllFields": lambda: None if is_root else items.item(scope, item),
            "ParentFolder": above,
        },
    )


def root_folder(scope: RequestScope, drive: Drive) -> Resource:
    """The folder of a library."""
    return folder(scope, drive.root)
