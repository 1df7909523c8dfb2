"""What lies outside the governed sites, so that rules of exclusion have something to exclude.

The root site, a communication site, somebody's OneDrive, a Loop container, the site of a private channel, a locked site.
"""

from __future__ import annotations

import random

from simulator.council.default_lists import DOCUMENTS, furnish
from simulator.council.empty_sites import add_library, grant_site, new_site, place, system_actor
from simulator.council.fill import NOW
from simulator.council.people import People
from simulator.council.shapes import Loop, OneDrive, PrivateChannel, SitesFile
from simulator.tenant.clock import moment
from simulator.tenant.identifiers import guid
from simulator.tenant.model import Actor, Channel, Drive, Site
from simulator.tenant.state import Tenant


def other_sites(tenant: Tenant, file: SitesFile, people: People) -> None:
    """The sites that the register does not govern."""
    rng = random.Random(f"{tenant.seed}/others")
    lead = people.by_role[file.others_owner]
    made = [(other, new_site(tenant, other.path, other.title, kind=other.kind)) for other in file.others]
    for other, site in made:
        site.owners, site.admins = [lead.id], [lead.id]
        site.capability = "disabled"
        grant_site(tenant, site)
        _documents(tenant, site, other.files, tenant.actor(lead), rng)
        furnish(tenant, site)
        site.lock = "NoAccess" if other.locked else "Unlock"
    if file.loop is not None:
        _loop(tenant, file.loop, people)
    if file.onedrive is not None:
        _onedrive(tenant, file.onedrive, people, rng)
    _general_channels(tenant, file)
    if file.private_channel is not None:
        _private_channel(tenant, file.private_channel, people, rng)


def _documents(tenant: Tenant, site: Site, names: tuple[str, ...], by: Actor, rng: random.Random) -> Drive:
    drive = add_library(tenant, site, "Documents", path=DOCUMENTS)
    for name in names:
        place(drive, drive.root, name, size=rng.randrange(9_000, 900_000), at=NOW - rng.randrange(700) * 86400, by=by)
    return drive


def _loop(tenant: Tenant, loop: Loop, people: People) -> None:
    """A container of Loop pages, which getAllSites lists among the sites."""
    path = f"contentstorage/CSP_{guid(tenant.seed, 'container')}"
    site = new_site(tenant, path, loop.title, kind="team")
    owner = people.by_role[loop.owner]
    site.owners, site.admins, site.capability = [owner.id], [owner.id], "disabled"
    drive = add_library(tenant, site, "LoopAppData")
    place(drive, drive.root, loop.file, size=18_000, at=NOW - 9 * 86400, by=tenant.actor(owner))


def _onedrive(tenant: Tenant, drive_of: OneDrive, people: People, rng: random.Random) -> None:
    owner = people.by_role[drive_of.owner]
    path = "personal/" + owner.upn.replace(".", "_").replace("@", "_")
    site = new_site(tenant, path, owner.name, kind="personal", host=tenant.host.replace(".", "-my.", 1))
    site.owners, site.admins, site.capability = [owner.id], [owner.id], "disabled"
    drive = add_library(tenant, site, "OneDrive", path="Documents")
    for name in drive_of.files:
        place(drive, drive.root, name, size=rng.randrange(9_000, 90_000), at=NOW - rng.randrange(90) * 86400,
                 by=tenant.actor(owner))  # fmt: skip


def _general_channels(tenant: Tenant, file: SitesFile) -> None:
    """Every team's channel "General", with its folder in the first library."""
    for main in [tenant.sites_by_path[site.path] for site in file.sites if site.team]:
        group = tenant.groups[main.group_id]
        folder = place(
            main.drives[0], main.drives[0].root, "General", at=main.created, by=system_actor(tenant), is_folder=True
        )
        group.channels.append(
            Channel(_thread(tenant, main.path, "General"), "General", "standard", main.created, main.id,
                    main.drives[0].id, folder.id, owners=list(group.owners), members=list(group.members))
        )  # fmt: skip


def _private_channel(tenant: Tenant, channel: PrivateChannel, people: People, rng: random.Random) -> None:
    """A channel that is private and has a site of its own."""
    group = tenant.groups[tenant.sites_by_path[channel.team].group_id]
    site = new_site(tenant, f"{channel.team}-{channel.name}", f"{channel.title}-{channel.name}", kind="channel")
    site.parent_group_id, site.channel_type, site.capability = group.id, "private", "disabled"
    lead = people.by_role[channel.owner]
    site.owners, site.members, site.admins = [lead.id], list(group.owners), [lead.id]
    grant_site(tenant, site)
    drive = add_library(tenant, site, "Documents", path=DOCUMENTS)
    furnish(tenant, site)
    at = moment(f"{channel.made}T09:00:00Z")
    folder = place(drive, drive.root, channel.name, at=at, by=tenant.actor(lead), is_folder=True)
    for name in channel.files:
        place(drive, folder, name, size=rng.randrange(20_000, 300_000), at=at + rng.randrange(900) * 86400,
                 by=tenant.actor(lead))  # fmt: skip
    group.channels.append(
        Channel(_thread(tenant, site.path, channel.name), channel.name, "private", at, site.id, drive.id, folder.id,
                owners=[lead.id], members=list(group.owners))
    )  # fmt: skip


def _thread(tenant: Tenant, path: str, name: str) -> str:
    return f"19:{guid(tenant.seed, 'channel', path, name).replace('-', '')}@thread.tacv2"
