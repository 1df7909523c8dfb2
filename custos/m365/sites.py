"""Sites and their document libraries.

One bad site never spoils a run: Locked, Forbidden and NotFound are facts about that site, and none of them means
"deleted".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import msgspec

from custos.m365.entries import UNREAD, Pages, is_quotable_id
from custos.m365.errors import Forbidden, Locked, NotFound
from custos.m365.graph import segment
from custos.m365.paging import Listing, collected, decoded
from custos.m365.timestamps import moment

if TYPE_CHECKING:
    from custos.m365.graph import Graph

UNITS_LIST = 2
UNITS_ONE = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One site as `getAllSites` lists it. `error` is Microsoft's code where the entry holds no data, `UNREADABLE` where
    its data cannot be read, else "". Then nothing but its ids is known of it.

    `collection_id`, the middle part of the id, is the key of administration calls and usage reports.
    """

    site_id: str
    collection_id: str
    name: str
    title: str
    web_url: str
    is_personal: bool
    created: datetime | None
    modified: datetime | None
    error: str = ""

    @property
    def is_container(self) -> bool:
        """A Loop or SharePoint Embedded container: never governed."""
        return "/contentstorage/" in self.web_url.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Drive:
    """One document library. `list_id` is the list behind it, for labels and SharePoint REST; "" when it was not
    told. `is_known` is False where what is told of it cannot be read: then it has an id and nothing else.
    """

    drive_id: str
    site_id: str
    list_id: str = ""
    name: str = ""
    drive_type: str = ""
    web_url: str = ""
    is_known: bool = True

    @property
    def is_hold_library(self) -> bool:
        """The Preservation Hold Library, where nothing may ever be labelled or deleted."""
        path = unquote(urlsplit(self.web_url).path).replace(" ", "").lower()
        return path.endswith("/preservationholdlibrary")


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One channel of a team: `membership` is standard, private, shared or a word yet unknown."""

    channel_id: str
    name: str
    membership: str
    created: datetime | None = None


UNREADABLE = "unreadable"


class _Wrong(msgspec.Struct):
    code: str | None = None


class _Site(msgspec.Struct):
    id: str
    name: str | None = None
    display_name: str | None = msgspec.field(name="displayName", default=None)
    web_url: str | None = msgspec.field(name="webUrl", default=None)
    is_personal: bool | None = msgspec.field(name="isPersonalSite", default=None)
    created: str | None = msgspec.field(name="createdDateTime", default=None)
    modified: str | None = msgspec.field(name="lastModifiedDateTime", default=None)
    error: _Wrong | None = None
    unread: tuple[str, ...] = msgspec.field(name=UNREAD, default=())

    def record(self) -> Site:
        host_collection_web = self.id.split(",")
        error = (self.error.code or "unknown") if self.error is not None else ""
        if not error and (not self.web_url or {"isPersonalSite", "error"} & set(self.unread)):
            error = UNREADABLE
        return Site(
            site_id=self.id,
            collection_id=host_collection_web[1] if len(host_collection_web) == 3 else "",
            name=self.name or "",
            title=self.display_name or self.name or "",
            web_url=self.web_url or "",
            is_personal=bool(self.is_personal),
            created=moment(self.created),
            modified=moment(self.modified),
            error=error,
        )


class _SharePointIds(msgspec.Struct):
    list_id: str | None = msgspec.field(name="listId", default=None)


class _Drive(msgspec.Struct):
    id: str
    name: str | None = None
    web_url: str | None = msgspec.field(name="webUrl", default=None)
    drive_type: str | None = msgspec.field(name="driveType", default=None)
    sharepoint_ids: _SharePointIds | None = msgspec.field(name="sharePointIds", default=None)
    unread: tuple[str, ...] = msgspec.field(name=UNREAD, default=())

    def record(self, site_id: str) -> Drive:
        if not self.name or not self.web_url or self.unread:
            return Drive(drive_id=self.id, site_id=site_id, is_known=False)
        return Drive(
            drive_id=self.id,
            site_id=site_id,
            list_id=(self.sharepoint_ids.list_id or "") if self.sharepoint_ids is not None else "",
            name=self.name,
            drive_type=self.drive_type or "",
            web_url=self.web_url,
        )


class _Archival(msgspec.Struct):
    status: str | None = msgspec.field(name="archiveStatus", default=None)


class _Collection(msgspec.Struct):
    archival: _Archival | None = msgspec.field(name="archivalDetails", default=None)


class _Access(msgspec.Struct):
    id: str
    collection: _Collection | None = msgspec.field(name="siteCollection", default=None)


class _Channel(msgspec.Struct):
    id: str
    display_name: str | None = msgspec.field(name="displayName", default=None)
    membership: str | None = msgspec.field(name="membershipType", default=None)
    created: str | None = msgspec.field(name="createdDateTime", default=None)
    unread: tuple[str, ...] = msgspec.field(name=UNREAD, default=())


class _Folder(msgspec.Struct):
    web_url: str = msgspec.field(name="webUrl")


_sites = Pages(_Site)
_site = msgspec.json.Decoder(_Site)
_drives = Pages(_Drive)
_access = msgspec.json.Decoder(_Access)
_channels = Pages(_Channel, fits=is_quotable_id)
_folder = msgspec.json.Decoder(_Folder)


async def list_sites(graph: Graph) -> Listing[Site]:
    """Every site of the tenant: team, communication, channel and personal sites, locked and archived ones too.

    Costs 2 units a page. A site whose entry holds an error, or cannot be read, is listed with it. Permission:
    Sites.Read.All (application only).
    Source: https://learn.microsoft.com/graph/api/site-getallsites
    """
    found = await collected(graph, "/sites/getAllSites", _sites, units=UNITS_LIST)
    return Listing([one.record() for one in found.values], found.unidentified)


async def named_site(graph: Graph, url: str) -> Site:
    """The site at a web address. Costs 1 unit.

    Raises NotFound, Locked, and Forbidden where an identity with `Sites.Selected` was granted nothing.
    Source: https://learn.microsoft.com/graph/api/site-getbypath
    """
    at = urlsplit(url)
    place = at.path.strip("/")
    raw = await graph.get(f"/sites/{at.netloc}:/{place}" if place else f"/sites/{at.netloc}", units=UNITS_ONE)
    return decoded(_site, raw, "site").record()


async def drives_of(graph: Graph, site_id: str) -> Listing[Drive]:
    """The site's document libraries without its system libraries. Costs 2 units a page.

    Raises Locked on a locked or archived site, Forbidden, NotFound. Permission: Files.Read.All.
    Source: https://learn.microsoft.com/graph/api/drive-list
    """
    found = await collected(
        graph,
        f"/sites/{site_id}/drives",
        _drives,
        units=UNITS_LIST,
        params={"$select": "id,name,driveType,webUrl,sharePointIds"},
    )
    return Listing([one.record(site_id) for one in found.values], found.unidentified)


async def site_access(graph: Graph, site_id: str) -> str:
    """Whether the site can be read: `readable`, `locked` (also archived), `forbidden` or `gone`. Costs 1 unit.

    Source: https://learn.microsoft.com/graph/api/site-get and
    https://learn.microsoft.com/graph/api/resources/sitearchivaldetails
    """
    try:
        raw = await graph.get(f"/sites/{site_id}", units=UNITS_ONE, params={"$select": "id,webUrl,siteCollection"})
    except Locked:
        return "locked"
    except Forbidden:
        return "forbidden"
    except NotFound:
        return "gone"
    found = decoded(_access, raw, "site")
    archived = (
        found.collection is not None and found.collection.archival is not None and found.collection.archival.status
    )
    return "locked" if archived else "readable"


async def group_site(graph: Graph, group_id: str) -> Site:
    """The main site of a Microsoft 365 group. Costs 1 unit. Raises NotFound while it is not provisioned.

    Source: https://learn.microsoft.com/graph/api/site-get
    """
    raw = await graph.get(f"/groups/{group_id}/sites/root", units=UNITS_ONE)
    return decoded(_site, raw, "site of a group").record()


async def channels_of(graph: Graph, team_id: str) -> Listing[Channel]:
    """The channels of a team. Private and shared ones have a site of their own. Costs no units, one request a page.

    Permission: Channel.ReadBasic.All. Source: https://learn.microsoft.com/graph/api/channel-list
    """
    found = await collected(
        graph,
        f"/teams/{team_id}/channels",
        _channels,
        units=0,
        params={"$select": "id,displayName,membershipType,createdDateTime"},
        prefer=("include-unknown-enum-members",),
    )
    channels = [
        Channel(
            channel_id=one.id,
            name=one.display_name or "",
            membership=one.membership or "unknown",
            created=moment(one.created),
        )
        for one in found.values
    ]
    return Listing(channels, found.unidentified)


async def channel_folder_url(graph: Graph, team_id: str, channel_id: str) -> str:
    """The web address of a channel's folder, inside the channel's site. Costs 1 unit.

    Raises NotFound until somebody opens the channel's files. Permission: Files.Read.All.
    Source: https://learn.microsoft.com/graph/api/channel-get-filesfolder
    """
    raw = await graph.get(f"/teams/{team_id}/channels/{segment(channel_id)}/filesFolder", units=UNITS_ONE)
    return decoded(_folder, raw, "folder of a channel").web_url
