"""What people and apps do to files and folders. Every function raises Refused as the service would refuse.

Sources: https://learn.microsoft.com/graph/api/driveitem-put-content, driveitem-update, driveitem-move, driveitem-delete
"""

from __future__ import annotations

import hashlib
import mimetypes
from collections import deque
from collections.abc import Iterator

from simulator.refusal import Refused, bad_request
from simulator.tenant.identifiers import item_ids
from simulator.tenant.model import Actor, Drive, Item, Site, Stamp, Version
from simulator.tenant.preservation import hold_library
from simulator.tenant.state import Tenant, child_named

OFFICE = "application/vnd.openxmlformats-officedocument"
MEDIA = {
    "docx": f"{OFFICE}.wordprocessingml.document",
    "xlsx": f"{OFFICE}.spreadsheetml.sheet",
    "pptx": f"{OFFICE}.presentationml.presentation",
    "msg": "application/vnd.ms-outlook",
    "dwg": "image/vnd.dwg",
    "mp4": "video/mp4",
}
_FORBIDDEN = frozenset('"*:<>?/\\|')


def media_type(name: str) -> str:
    """Media type by the name's extension."""
    extension = name.rpartition(".")[2].lower()
    return MEDIA.get(extension) or mimetypes.guess_type(name)[0] or "application/octet-stream"


def content_seed(*parts: object) -> int:
    """A number that stands for content: equal parts, equal content."""
    return int.from_bytes(hashlib.blake2b("/".join(map(str, parts)).encode(), digest_size=20).digest())


def descendants(item: Item) -> Iterator[Item]:
    """Everything below a folder, parents first."""
    waiting = deque(item.children or ())
    while waiting:
        at = waiting.popleft()
        yield at
        waiting.extend(at.children or ())


def check_open(site: Site, *, writing: bool) -> None:
    """Refuse with 423 what the site's lock forbids, and everything in an archived site."""
    if site.archived:
        raise Refused(423, "notAllowed", "The site is archived.", inner="resourceLocked")
    if site.lock == "NoAccess":
        raise Refused(423, "notAllowed", "Access to this site has been blocked.", inner="resourceLocked")
    if writing and site.lock == "ReadOnly":
        raise Refused(423, "notAllowed", "The site is read-only.", inner="serviceReadOnly")


def check_site(drive: Drive, *, writing: bool) -> None:
    """Refuse with 423 what the lock or the archive of a drive's site forbids."""
    check_open(drive.site, writing=writing)


def check_writable(drive: Drive) -> None:
    """Refuse a change of content in a locked site, or in a library that shows files of a real disk."""
    check_site(drive, writing=True)
    if drive.read_only:
        raise Refused(403, "accessDenied", "The files of this library are read-only.")


def _check_content(item: Item) -> None:
    """Refuse to change what a record label protects, or a file that is checked out."""
    stamp = item.stamp
    if stamp is not None and (stamp.label.kind == "regulatory" or (stamp.label.kind == "record" and stamp.locked)):
        raise Refused(403, "notAllowed", "The item is a locked record.", inner="accessRestricted")
    if item.checked_out:
        raise Refused(423, "resourceLocked", "The file is checked out.", inner="resourceLocked")


def _check_name(folder: Item, name: str) -> None:
    if not name or _FORBIDDEN & set(name) or name != name.strip():
        raise bad_request(f"'{name}' is no valid name.")
    if child_named(folder, name) is not None:
        raise Refused(409, "nameAlreadyExists", "An item with this name already exists.")


def _carry_size(folder: Item | None, by: int) -> None:
    while folder is not None:
        folder.size += by
        folder = folder.parent


def _inherited_stamp(folder: Item, by: Actor, at: int) -> Stamp | None:
    if folder.stamp is not None:
        return Stamp(folder.stamp.label, explicit=False, applied=at, by=by)
    label = folder.drive.default_label
    return None if label is None else Stamp(label, explicit=False, applied=at, by=by)


def _new(tenant: Tenant, folder: Item, name: str, *, by: Actor, size: int, is_folder: bool) -> Item:
    drive = folder.drive
    check_writable(drive)
    if drive.site.lock == "NoAdditions":
        raise Refused(423, "notAllowed", "Additions to this site have been blocked.", inner="resourceLocked")
    _check_name(folder, name)
    at, number = tenant.now(), len(drive.order)
    item_id, unique_id = item_ids(drive.id, 1, start=number)[0]
    item = Item(
        id=item_id, unique_id=unique_id, list_item_id=number, drive=drive, parent=folder, name=name, size=size,
        media="" if is_folder else media_type(name), content=content_seed(drive.id, number, at),
        created=at, modified=at, client_created=at, client_modified=at, created_by=by, modified_by=by,
        version=0, children=[] if is_folder else None,
    )  # fmt: skip
    drive.order.append(item)
    drive.items[item.id] = item
    folder.folder().append(item)
    return item


def upload(
    tenant: Tenant, folder: Item, name: str, *, size: int, by: Actor, client_modified: int | None = None
) -> Item:
    """A new file in a folder; the folder's or library's default label falls on it.

    `client_modified` is what the uploader says of the file's age (fileSystemInfo).
    """
    item = _new(tenant, folder, name, by=by, size=size, is_folder=False)
    if client_modified is not None:
        item.client_modified = client_modified
        item.client_created = min(item.client_created, client_modified)
    item.stamp = _inherited_stamp(folder, by, item.created)
    _carry_size(folder, size)
    tenant.changed(item)
    return item


def create_folder(tenant: Tenant, folder: Item, name: str, *, by: Actor) -> Item:
    """A new folder in a folder."""
    item = _new(tenant, folder, name, by=by, size=0, is_folder=True)
    tenant.changed(item)
    return item


def edit(tenant: Tenant, item: Item, *, by: Actor, size: int | None = None) -> Item:
    """New content for a file. The first change of one that a label retains leaves a copy of it as it was."""
    check_writable(item.drive)
    if item.is_folder:
        raise bad_request("A folder has no content.")
    _check_content(item)
    if _is_retained(item) and item.stamp is not None and item.modified <= item.stamp.applied:
        _preserve(tenant, item)
    item.drive.history.setdefault(item.id, []).append(Version(item.modified, item.modified_by, item.size))
    if size is not None:
        _carry_size(item.parent, size - item.size)
        item.size = size
    item.modified = item.client_modified = tenant.now()
    item.modified_by = by
    item.content = content_seed(item.drive.id, item.list_item_id, item.version, item.modified)
    tenant.changed(item)
    return item


def touch(tenant: Tenant, item: Item, *, by: Actor) -> Item:
    """A change of properties without new content, as apps and system jobs make it: the server's time moves."""
    check_site(item.drive, writing=True)
    item.modified = tenant.now()
    item.modified_by = by
    tenant.changed(item)
    return item


def rename(tenant: Tenant, item: Item, name: str, *, by: Actor) -> Item:
    """A new name."""
    check_writable(item.drive)
    if item.parent is None:
        raise Refused(403, "notAllowed", "The root folder cannot be renamed.")
    _check_content(item)
    same = child_named(item.parent, name)
    if same is not item:
        _check_name(item.parent, name)
    item.name = name
    item.modified, item.modified_by = tenant.now(), by
    tenant.changed(item)
    return item


def move(tenant: Tenant, item: Item, folder: Item, *, by: Actor) -> Item:
    """Into another folder. Within a drive the item keeps its id; across drives it is another item, which is returned.

    A label travels along; links and grants do not leave the drive.
    """
    check_writable(item.drive)
    check_writable(folder.drive)
    if item.parent is None or any(each is item for each in _with_ancestors(folder)):
        raise bad_request("A folder cannot be moved into itself.")
    _check_content(item)
    _check_name(folder, item.name)
    if folder.drive is item.drive:
        _carry_size(item.parent, -item.size)
        item.parent.folder().remove(item)
        item.parent = folder
        folder.folder().append(item)
        _carry_size(folder, item.size)
        item.modified, item.modified_by = tenant.now(), by
        tenant.changed(item)
        return item
    moved = _copy(tenant, item, folder, by=by)
    _remove(tenant, item)
    return moved


def _with_ancestors(item: Item) -> Iterator[Item]:
    at: Item | None = item
    while at is not None:
        yield at
        at = at.parent


def _copy(tenant: Tenant, item: Item, folder: Item, *, by: Actor) -> Item:
    copy = _new(tenant, folder, item.name, by=by, size=0 if item.is_folder else item.size, is_folder=item.is_folder)
    copy.created, copy.created_by = item.created, item.created_by
    copy.client_created, copy.client_modified = item.client_created, item.client_modified
    copy.stamp, copy.content = item.stamp, item.content
    _carry_size(folder, copy.size)
    tenant.changed(copy)
    for child in item.children or ():
        _copy(tenant, child, copy, by=by)
    return copy


def delete(tenant: Tenant, item: Item, *, silently: bool = False) -> None:
    """Remove a file, or a folder with everything below it.

    A file that a label retains is copied to the site's Preservation Hold Library, unless the tenant forbids to delete
    labelled files. Refused with 403 for records, locked or not, for a folder that holds retained files, and for what is
    in the Preservation Hold Library. `silently` deletes as a retention job does when the period has ended: nothing
    forbids it, nothing is kept, and no tombstone appears in delta (open fault,
    https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/2847).
    Source: https://learn.microsoft.com/purview/retention-policies-sharepoint
    """
    check_writable(item.drive)
    if item.parent is None:
        raise Refused(403, "notAllowed", "The root folder cannot be deleted.")
    if not silently:
        _check_deletions(tenant, item)
        if _is_retained(item):
            _preserve(tenant, item)
    _remove(tenant, item, silently=silently)


def _check_deletions(tenant: Tenant, item: Item) -> None:
    if item.drive.hold:
        raise Refused(403, "accessDenied", "What is on hold cannot be deleted.", inner="accessRestricted")
    for each in (item, *descendants(item)):
        _check_deletion(tenant, each)
        if each is not item and _is_retained(each):
            raise Refused(403, "notAllowed", "The folder holds files that are retained.", inner="accessRestricted")


def _check_deletion(tenant: Tenant, item: Item) -> None:
    if item.stamp is not None and item.stamp.label.is_record:
        raise Refused(403, "notAllowed", "A record cannot be deleted.", inner="accessRestricted")
    if item.checked_out:
        raise Refused(423, "resourceLocked", "The file is checked out.", inner="resourceLocked")
    records, personal = tenant.records, item.drive.site.personal
    may = records.labelled_can_be_deleted_onedrive if personal else records.labelled_can_be_deleted
    if _is_retained(item) and not may:
        raise Refused(403, "notAllowed", "A labelled file cannot be deleted here.", inner="accessRestricted")


def _is_retained(item: Item) -> bool:
    return not item.is_folder and item.stamp is not None and item.stamp.label.kind != "delete"


def _preserve(tenant: Tenant, item: Item) -> None:
    """Keep a copy of a file as it is now; a copy that is there already does."""
    hold = hold_library(tenant, item.drive.site)
    stem, dot, extension = item.name.rpartition(".")
    name = f"{stem or extension}_{item.unique_id.upper()}{dot}{extension if stem else ''}"
    if child_named(hold.root, name) is None:
        kept = _new(tenant, hold.root, name, by=item.modified_by, size=item.size, is_folder=False)
        kept.stamp, kept.content = item.stamp, item.content
        tenant.changed(kept)


def _remove(tenant: Tenant, item: Item, *, silently: bool = False) -> None:
    drive = item.drive
    doomed = [item, *descendants(item)]
    assert item.parent is not None
    item.parent.folder().remove(item)
    _carry_size(item.parent, -item.size)
    for each in doomed:
        each.gone = True
        drive.order[each.list_item_id] = None
        drive.items.pop(each.id, None)
    if not silently:
        tenant.log(doomed[:1] if tenant.quirks.folder_tombstones_only else doomed)
