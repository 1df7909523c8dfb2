"""Discovery: every site of the tenant, its libraries, its group's people and its sharing capability.

One bad site never spoils a run. A site that is locked or forbidden says so and keeps what is known of it; one that is no
longer listed is gone only when Microsoft confirms it with a 404. A site's sharing capability is told by SharePoint
administration alone, to the actor: without one it stays unknown.
Sources: https://learn.microsoft.com/graph/api/site-getallsites and
https://learn.microsoft.com/powershell/module/microsoft.online.sharepoint.powershell/get-sposite
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from custos.clock import Clock
from custos.inventory import own_tables
from custos.inventory.concurrency import all_of
from custos.inventory.drive_state import TABLE, DriveStates, SyncState
from custos.inventory.governed_sites import excluded_site, group_of, kind_of
from custos.inventory.group_members import counted, member_rows, read_people
from custos.inventory.lakehouse import Lakehouse
from custos.inventory.libraries import Libraries, Seen
from custos.inventory.schema import OWN, SITES
from custos.m365 import Microsoft365, directory, site_admin, sites
from custos.m365.directory import Group
from custos.m365.errors import Forbidden, Locked, MicrosoftTrouble, NotFound, Throttled
from custos.m365.paging import Listing
from custos.m365.site_admin import SiteSharing
from custos.m365.sites import UNREADABLE, Channel, Site
from custos.storage.account import Account
from custos.storage.lease import Lease, LeaseLost


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveryReport:
    """What discovery found. `to_sync` are the governed libraries whose mirror is not complete.

    `troubles` are sentences about single sites that could not be read; what was known of them is kept. `busy` tells that
    another instance is discovering, and nothing was done: ask again in `retry_after` seconds.
    """

    sites: int = 0
    drives: int = 0
    governed: int = 0
    new: tuple[str, ...] = ()
    to_sync: tuple[str, ...] = ()
    locked: int = 0
    gone: int = 0
    troubles: tuple[str, ...] = ()
    busy: bool = False
    retry_after: int = 0


@dataclass(frozen=True, slots=True)
class _Connections:
    """Which site belongs to which group, and which sites are channels'; only read when administration does not tell.

    Each is whole when nothing stood in its way: then a site that it does not name belongs to no group, and is no channel's.
    """

    groups: Mapping[str, str]
    groups_whole: bool
    channels: frozenset[str]
    channels_whole: bool

    def is_channel(self, site_id: str) -> bool | None:
        """Whether the site is a channel's; None where nobody can tell."""
        return True if site_id in self.channels else False if self.channels_whole else None


async def discover(
    m365: Microsoft365, account: Account, lakehouse: Lakehouse, clock: Clock, named: Sequence[str] | None = None
) -> DiscoveryReport:
    """Read what there is, write the tables `sites`, `drives`, `members` and those of kinds, and register the governed libraries.

    `named` are the addresses of the sites that may be read, where the tenant gave nothing but these; None: all sites are listed.
    Raises a MicrosoftTrouble when the list of sites or of groups cannot be read, or everything is throttled: then nothing is
    written; LeaseLost when this process stood still for so long that another one took over.
    """
    lease = account.lease(TABLE, "discovery")
    if not await lease.take():
        return DiscoveryReport(busy=True, retry_after=lease.busy_seconds)
    async with lease.kept():
        return await _Discovery(m365, account, lakehouse, clock, lease=lease, named=named).run()


class _Discovery:
    """One run."""

    def __init__(
        self,
        m365: Microsoft365,
        account: Account,
        lakehouse: Lakehouse,
        clock: Clock,
        *,
        lease: Lease,
        named: Sequence[str] | None,
    ) -> None:
        self.m365 = m365
        self.graph = m365.observer
        self.account = account
        self.lakehouse = lakehouse
        self.now = clock.now()
        self.lease = lease
        self.named = named
        self.troubles: list[str] = []

    async def run(self) -> DiscoveryReport:
        found = await self._listed()
        listed = found.values
        told = await directory.groups(self.graph)
        groups = {group.group_id: group for group in told.values}
        self._count(found.unidentified, "in the list of sites")
        self._count(told.unidentified, "in the list of groups")
        names = ("sites", "drives", "members", *OWN)
        before = {name: await asyncio.to_thread(self.lakehouse.read, name) for name in names}
        seen = await all_of([self._see(site) for site in listed])
        connections = await self._connections(listed, told)
        rows = _kept([self._site_row(one, groups, connections, told) for one in seen], before["sites"])
        people = await read_people(self.graph, {*rows["group_id"].drop_nulls(), *groups} - {""}, self.now)
        self._count(sum(one.unidentified for one in people.values() if one is not None), "among the members of groups")
        sites_now = counted(await self._with_vanished(rows, before["sites"]), people)
        drives_now = await Libraries(self.graph, self.now).rows(seen, before["drives"], sites_now)
        members_now = member_rows(people, before["members"], frozenset(groups))
        own = {name: await own_tables.rows(name, self.graph, sites_now, before[name], self.now) for name in OWN}
        self.troubles += [said for read in own.values() for said in read.troubles]
        now = {"sites": sites_now, "drives": drives_now, "members": members_now}
        for table, frame in (now | {name: read.rows for name, read in own.items()}).items():
            if not await self.lease.renew():
                raise LeaseLost("another instance took the discovery over")
            await asyncio.to_thread(self.lakehouse.replace, table, frame)
        return await self._registered(seen, sites_now, drives_now)

    async def _listed(self) -> Listing[Site]:
        if self.named is None:
            return await sites.list_sites(self.graph)
        found = await all_of([self._named(url) for url in self.named])
        return Listing([site for site in found if site is not None], 0)

    async def _named(self, url: str) -> Site | None:
        """A site of the registers, None where nothing can be learnt of it now: what was known of it stays."""
        try:
            return await sites.named_site(self.graph, url)
        except Forbidden:
            self.troubles.append(f"{url}: nobody granted it to Custos (`custos grant --sites`)")
        except NotFound:
            self.troubles.append(f"{url}: the registers name it, and there is no such site")
        except Locked:
            self.troubles.append(f"{url}: it is locked or archived")
        except Throttled:
            raise
        except MicrosoftTrouble as error:
            self.troubles.append(f"{url}: {error}")
        return None

    def _count(self, unidentified: int, where: str) -> None:
        if unidentified:
            self.troubles.append(f"{unidentified} without an id {where}: it is not known what they are about")

    async def _see(self, site: Site) -> Seen:
        if excluded_site(site):
            return Seen(site, "readable", None, ())
        properties, trouble = await self._properties(site)
        try:
            if site.error:
                said = f"site {site.site_id}: its entry in the list of sites cannot be read"
                access = await sites.site_access(self.graph, site.site_id)
                return Seen(site, access, properties, None, said if site.error == UNREADABLE else trouble)
            drives = await sites.drives_of(self.graph, site.site_id)
            odd = drives.unidentified + sum(not drive.is_known for drive in drives.values)
            said = f"{site.web_url}: {odd} in the list of its libraries cannot be read" if odd else trouble
            return Seen(site, "readable", properties, drives.values, said, is_whole=not drives.unidentified)
        except Locked:
            return Seen(site, "locked", properties, None, trouble)
        except Forbidden:
            return Seen(site, "forbidden", properties, None, trouble)
        except NotFound:
            return Seen(site, await self._access(site.site_id), properties, None, trouble)
        except Throttled:
            raise
        except MicrosoftTrouble as error:
            return Seen(site, None, properties, None, f"{site.web_url}: {error}")

    async def _properties(self, site: Site) -> tuple[SiteSharing | None, str]:
        if self.m365.sharepoint is None or not site.web_url:
            return None, ""
        try:
            return await site_admin.read_sharing(self.m365.sharepoint, site.web_url), ""
        except Throttled:
            raise
        except MicrosoftTrouble as error:
            return None, f"{site.web_url}: its sharing could not be read: {error}"

    async def _access(self, site_id: str) -> str | None:
        try:
            return await sites.site_access(self.graph, site_id)
        except Throttled:
            raise
        except MicrosoftTrouble:
            return None  # unknown: what was known before is kept

    async def _connections(self, listed: Sequence[Site], told: Listing[Group]) -> _Connections:
        """Group ► site and channel ► site, at a request for each group: only when administration does not tell."""
        if self.m365.sharepoint is not None:
            return _Connections({}, groups_whole=False, channels=frozenset(), channels_whole=True)
        groups = told.values
        found = await all_of([self._group_site(group) for group in groups])
        urls = await all_of([self._channel_urls(group) for group in groups if group.is_team is not False])
        channels = {_site_at(url, listed) for part in urls for url in part if url}
        by_site = {site: group.group_id for group, site in zip(groups, found, strict=True) if site}
        whole = not told.unidentified and self.named is None  # of a site that was not granted nobody tells whose it is
        return _Connections(
            by_site,
            groups_whole=whole and None not in found,
            channels=frozenset(channels),
            channels_whole=whole and not any(None in part for part in urls),
        )

    async def _group_site(self, group: Group) -> str | None:
        """The id of the group's site, "" where there is none to see, None where it could not be read."""
        try:
            return (await sites.group_site(self.graph, group.group_id)).site_id
        except (NotFound, Locked, Forbidden):
            return ""
        except Throttled:
            raise
        except MicrosoftTrouble as error:
            self.troubles.append(f"group {group.name}: its site could not be read: {error}")
            return None

    async def _channel_urls(self, team: Group) -> list[str | None]:
        """Addresses inside the sites of a team's channels; None for what could not be read."""
        try:
            channels = await sites.channels_of(self.graph, team.group_id)
        except (NotFound, Locked, Forbidden):
            return []
        except Throttled:
            raise
        except MicrosoftTrouble as error:
            self.troubles.append(f"team {team.name}: its channels could not be read: {error}")
            return [None]
        apart = [channel for channel in channels.values if channel.membership != "standard"]
        return [*[await self._channel_url(team, channel) for channel in apart], *[None] * channels.unidentified]

    async def _channel_url(self, team: Group, channel: Channel) -> str | None:
        try:
            return await sites.channel_folder_url(self.graph, team.group_id, channel.channel_id)
        except (NotFound, Locked, Forbidden):
            return ""
        except Throttled:
            raise
        except MicrosoftTrouble as error:
            self.troubles.append(f"team {team.name}: the channel {channel.name} could not be read: {error}")
            return None

    def _site_row(
        self, seen: Seen, groups: Mapping[str, Group], connections: _Connections, told: Listing[Group]
    ) -> dict[str, object]:
        """A row of `schema.SITES`; null is what could not be read now."""
        site, properties = seen.site, seen.properties
        group_id = group_of(site, properties, connections.groups, is_whole=connections.groups_whole)
        group = groups.get(group_id or "")
        none_told = group_id is None or (group is None and group_id != "" and told.unidentified > 0)
        visibility = None if none_told else "" if group is None else group.visibility or None
        return {
            "site_id": site.site_id,
            "collection_id": site.collection_id,
            "web_url": site.web_url or None,
            "former_urls": None,
            "title": site.title or None,
            "kind": kind_of(site, properties, group_id, group, is_channel=connections.is_channel(site.site_id)),
            "group_id": group_id,
            "is_team": None if none_told else group is not None and group.is_team,
            "visibility": visibility,
            "created": site.created,
            "access": seen.access,
            "excluded": excluded_site(site),
            "sharing_capability": properties.capability if properties is not None else None,
            "properties_read_at": self.now if properties is not None else None,
            "seen_at": self.now,
        }

    async def _with_vanished(self, rows: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
        """The rows with those that are no longer listed: gone only when Microsoft confirms it."""
        missing = before.join(rows, on="site_id", how="anti")
        buried = missing.filter(pl.col("access").eq_missing("gone"))
        vanished = missing.filter(pl.col("access").ne_missing("gone"))
        told = await all_of([self._access(site_id) for site_id in vanished["site_id"]])
        access = pl.coalesce(pl.Series("told", told, dtype=pl.String), "access")
        return pl.concat([rows, vanished.with_columns(access=access), buried])

    async def _registered(
        self, seen: Sequence[Seen], sites_now: pl.DataFrame, drives_now: pl.DataFrame
    ) -> DiscoveryReport:
        """Register the governed libraries, forget the rows of the others, and report."""
        states = DriveStates.of(self.account)
        known = {state.drive_id: state async for state in states.all()}
        governed = drives_now.filter("governed")
        waiting = []
        for drive_id, site_id, list_id, name in governed.select("drive_id", "site_id", "list_id", "name").iter_rows():
            state = await states.register(
                drive_id, site_id=site_id, list_id=list_id, name=name, known=known.get(drive_id)
            )
            if state.state is not SyncState.COMPLETE:
                waiting.append(drive_id)
        for drive_id in known.keys() - set(governed["drive_id"]):
            await states.forget(drive_id)
        return DiscoveryReport(
            sites=len(seen),
            drives=drives_now.height,
            governed=governed.height,
            new=tuple(drive_id for drive_id in waiting if drive_id not in known),
            to_sync=tuple(waiting),
            locked=int((sites_now["access"] == "locked").sum()),
            gone=int((sites_now["access"] == "gone").sum()),
            troubles=(*self.troubles, *(one.trouble for one in seen if one.trouble)),
        )


def _site_at(url: str, listed: Sequence[Site]) -> str:
    """The id of the site in which an address lies: the one with the longest address, for all begin with the root's."""
    above = [site for site in listed if url.startswith(f"{site.web_url}/")]
    return max(above, key=lambda site: len(site.web_url)).site_id if above else ""


def _kept(rows: Sequence[Mapping[str, object]], before: pl.DataFrame) -> pl.DataFrame:
    """The sites, with what could not be read now taken from what was known before; a former address is remembered."""
    now = pl.DataFrame(list(rows), schema=SITES, orient="row")
    both = now.join(before, on="site_id", how="left", suffix="_before", maintain_order="left")
    former = pl.col("former_urls_before").fill_null([])
    is_renamed = pl.col("web_url") != pl.col("web_url_before")
    both = both.with_columns(
        former_urls=pl.when(is_renamed).then(former.list.concat(pl.col("web_url_before"))).otherwise(former)
    )
    return both.select(
        pl.col(name) if name == "site_id" else pl.coalesce(name, f"{name}_before").alias(name) for name in SITES
    )
