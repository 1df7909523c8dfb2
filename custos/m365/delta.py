"""What changed in a drive: pages of drive items, from the beginning or since a link.

The contract of the feed: follow nextLink until deltaLink appears; the last page may be empty and still hold it; an item
may appear several times in a round, and its last occurrence wins; only current state is told; deleted entries lack
their name; `parentReference.path` is missing, so everything is keyed by id. The Prefer header is not part of the links,
so it goes with every page.
Sources: https://learn.microsoft.com/graph/api/driveitem-delta and
https://learn.microsoft.com/onedrive/developer/rest-api/concepts/scan-guidance
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from custos.m365.entries import UNREAD, Aware, Pages, Whole
from custos.m365.errors import Gone, Malformed
from custos.m365.paging import prefetched

if TYPE_CHECKING:
    from custos.m365.graph import Graph

PREFER = ("hierarchicalsharing", "deltashowsharingchanges", "deltashowremovedasdeleted", "deltatraversepermissiongaps")
FIELDS = (
    "id,name,size,eTag,createdDateTime,lastModifiedDateTime,lastModifiedBy,fileSystemInfo,parentReference,"
    "file,folder,root,package,deleted,shared,sharepointIds"
)
_DIGITS, _LARGEST_NUMBER = 10, 2**31 - 1
UNITS_FULL = 2
UNITS_CHANGES = 1
PAGE = 1_000


class Actor(msgspec.Struct, frozen=True, gc=False):
    """A user, application or device, as far as Graph names it."""

    id: str | None = None
    display_name: str | None = msgspec.field(name="displayName", default=None)


class ActorSet(msgspec.Struct, frozen=True, gc=False):
    """Who did it: a person, or an application (alone or for a person)."""

    user: Actor | None = None
    application: Actor | None = None


class _Times(msgspec.Struct, frozen=True, gc=False):
    created: Aware | None = msgspec.field(name="createdDateTime", default=None)
    modified: Aware | None = msgspec.field(name="lastModifiedDateTime", default=None)


class _Parent(msgspec.Struct, frozen=True, gc=False):
    id: str | None = None


class _Hashes(msgspec.Struct, frozen=True, gc=False):
    quick_xor: str | None = msgspec.field(name="quickXorHash", default=None)


class _File(msgspec.Struct, frozen=True, gc=False):
    hashes: _Hashes | None = None


class _Facet(msgspec.Struct, frozen=True, gc=False):
    """Present or not: that is all it says."""


class _Shared(msgspec.Struct, frozen=True, gc=False):
    scope: str | None = None


class _SharePointIds(msgspec.Struct, frozen=True, gc=False):
    list_item_id: str | None = msgspec.field(name="listItemId", default=None)


_KINDS = ("folder", "root", "package", "deleted")


class DriveItem(msgspec.Struct, frozen=True, gc=False):
    """One drive item with the fields that the inventory keeps. None is what was not told; `size` is in bytes.

    `unread` names what was told in a way that cannot be understood, and what must be told and was not: an item's name
    and folder. Only deleted items have no `name`.
    """

    id: str
    name: str | None = None
    size: Whole | None = None
    etag: str | None = msgspec.field(name="eTag", default=None)
    created: Aware | None = msgspec.field(name="createdDateTime", default=None)
    modified: Aware | None = msgspec.field(name="lastModifiedDateTime", default=None)
    last_modified_by: ActorSet | None = msgspec.field(name="lastModifiedBy", default=None)
    times: _Times | None = msgspec.field(name="fileSystemInfo", default=None)
    parent: _Parent | None = msgspec.field(name="parentReference", default=None)
    file: _File | None = None
    folder: _Facet | None = None
    root: _Facet | None = None
    package: _Facet | None = None
    deleted: _Facet | None = None
    shared: _Shared | None = None
    sharepoint_ids: _SharePointIds | None = msgspec.field(name="sharepointIds", default=None)
    sharing_mark: str | bool | None = msgspec.field(name="@microsoft.graph.sharedChanged", default=None)
    unread: tuple[str, ...] = msgspec.field(name=UNREAD, default=())

    @property
    def is_folder(self) -> bool | None:
        """A folder, the root folder, or a package such as a notebook; None where that cannot be told."""
        if self.folder is not None or self.root is not None or self.package is not None:
            return True
        return None if self.unread and self._is_of_no_kind else False

    @property
    def parent_id(self) -> str | None:
        """The folder's id; "" for the root folder, None where it was not told."""
        if self.root is not None:
            return ""
        return None if self.parent is None else self.parent.id or None

    @property
    def list_item_id(self) -> int | None:
        """The number of the list item behind it: the key for labels."""
        return list_item_number("" if self.sharepoint_ids is None else self.sharepoint_ids.list_item_id)

    @property
    def client_modified(self) -> datetime | None:
        """The client's own time of change (fileSystemInfo), which survives uploads and migrations."""
        return None if self.times is None else self.times.modified

    @property
    def content_hash(self) -> str | None:
        """quickXorHash; "" for folders and where there is none, None where it cannot be read."""
        if self.file is None:
            return None if "file" in self.unread else ""
        return "" if self.file.hashes is None else self.file.hashes.quick_xor or ""

    @property
    def modified_by(self) -> str | None:
        """Entra object id of the person, else the client id of the application, else ""; None where nobody said who."""
        who = self.last_modified_by
        if who is None:
            return None
        return (who.user and who.user.id) or (who.application and who.application.id) or ""

    @property
    def modified_by_kind(self) -> str | None:
        """`person` when a user with an Entra id did it, `app` for applications and system accounts, None when it was not
        told.
        """
        who = self.last_modified_by
        if who is None or (who.user is None and who.application is None):
            return None
        return "person" if who.user is not None and who.user.id else "app"

    @property
    def shared_scope(self) -> str | None:
        """The scope of sharing of its own: anonymous, organization, users; "" when it only inherits or is shared no
        more, None where it cannot be read.

        Read with `hierarchicalsharing`, the facet is on items at the root of a permission hierarchy and on changed
        ones; an empty facet means permissions of its own that share with nobody.
        """
        if self.shared is None:
            return None if "shared" in self.unread else ""
        return self.shared.scope or ""

    @property
    def sharing_changed(self) -> bool:
        """Its sharing changed in this round: its permissions are to be read again."""
        if self.sharing_mark is None and not self.unread:
            return False
        return str(self.sharing_mark).lower() == "true" or "@microsoft.graph.sharedChanged" in self.unread

    @property
    def _is_of_no_kind(self) -> bool:
        return self.file is None or any(name in self.unread for name in _KINDS)


def list_item_number(text: str | None) -> int | None:
    """The number of a list item; None where `text` is none that SharePoint could have given."""
    number = int(text) if text and text.isascii() and text.isdecimal() and len(text) <= _DIGITS else 0
    return number if 0 < number <= _LARGEST_NUMBER else None


class DeltaPage(msgspec.Struct, frozen=True):
    """One page. Exactly one of `next_link` and `delta_link` is set; the deltaLink may be kept once all pages are
    stored. `unidentified` entries had no id: nobody knows which items they were about.
    """

    items: list[DriveItem]
    next_link: str
    delta_link: str
    unidentified: int = 0


_pages = Pages(DriveItem)


async def pages(
    graph: Graph, drive_id: str, *, link: str | None = None, full: bool | None = None
) -> AsyncGenerator[DeltaPage]:
    """The pages of one round over a drive, from `link` (a kept nextLink or deltaLink), or from the beginning with None.

    Costs 2 units a page in a full round and 1 in a round of changes. `full` says which it is when `link` is the
    nextLink of a full round that was broken off; without it, a round with a link counts as one of changes. Pages hold
    up to 1,000 items; smaller ones, also nearly empty ones, are normal. The next page is fetched while the caller works
    on this one.

    Raises Gone, with `location` to begin anew at ("" for the beginning), when the link has lapsed: then enumerate fully
    and drop what was not seen. Raises Malformed when a page is not whole: the drive is incomplete then, and nothing
    follows. An entry that is odd costs itself: see `DriveItem.unread` and `DeltaPage.unidentified`.
    Permission: Files.Read.All. Source: https://learn.microsoft.com/graph/api/driveitem-delta
    """
    units = UNITS_FULL if (link is None if full is None else full) else UNITS_CHANGES

    async def begin() -> DeltaPage:
        if link is not None:
            return await follow(link)
        params: dict[str, str | int] = {"$select": FIELDS, "$top": PAGE}
        return page_from(await graph.get(f"/drives/{drive_id}/root/delta", units=units, prefer=PREFER, params=params))

    async def follow(address: str) -> DeltaPage:
        return page_from(await graph.get_link(address, units=units, prefer=PREFER))

    async with aclosing(prefetched(begin, follow)) as coming:
        try:
            async for page in coming:
                yield page
        except Gone as gone:
            if gone.location:
                graph.check_link(gone.location)
            raise


async def latest(graph: Graph, drive_id: str) -> str:
    """The deltaLink of now: what changes from here on, without enumerating. Costs 1 unit.

    Source: https://learn.microsoft.com/graph/api/driveitem-delta
    """
    params: dict[str, str | int] = {"token": "latest", "$select": FIELDS, "$top": PAGE}  # the link keeps them
    raw = await graph.get(f"/drives/{drive_id}/root/delta", units=UNITS_CHANGES, prefer=PREFER, params=params)
    page = page_from(raw)
    if not page.delta_link:
        raise Malformed(f"delta of drive {drive_id}: no deltaLink where one was asked for.")
    return page.delta_link


def page_from(raw: bytes) -> DeltaPage:
    """One page out of its bytes. Raises Malformed when it is not whole. An odd item costs itself: see `DriveItem`."""
    page = _pages.read(raw, "delta")
    if bool(page.next_link) == bool(page.delta_link):
        raise Malformed("delta: a page must have either a nextLink or a deltaLink.")
    items = page.value
    for place, item in enumerate(items):
        if item.deleted is None and not (item.name and item.parent is not None and item.parent.id):
            items[place] = _with_gaps(item)
    return DeltaPage(items, page.next_link or "", page.delta_link or "", page.unidentified)


def _with_gaps(item: DriveItem) -> DriveItem:
    """The item with what it lacks named: all but the root folder must have a name and a folder."""
    gaps = [name for name, told in (("name", item.name), ("parentReference", item.parent_id)) if not told]
    missing = tuple(name for name in gaps if item.root is None and name not in item.unread)
    return msgspec.structs.replace(item, name=item.name or None, unread=item.unread + missing) if missing else item
