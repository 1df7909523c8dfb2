"""What lies outside the governed sites, so that rules of exclusion have something to exclude.

The root site, a communication site, somebody's OneDrive, a Loop container, the site of a private channel, a locked site.
"""

from __future__ import annotations

import random

from simulator.council.default_lists import DOCUMENTS, furnish
from simulator.council.empty_sites import add_library, grant_site, new_site, place, system_actor
from simulator.council.fill import NOW
from simulator.council.people import People
from simulator.tenant.clock import moment
from simulator.tenant.identifiers import guid
from simulator.tenant.model import Actor, Channel, Drive, Site
from simulator.tenant.state import Tenant


def other_sites(tenant: Tenant, people: People) -> None:
    """The sites that the register does not govern."""
    rng = random.Random(f"{tenant.seed}/others")
    root = new_site(tenant, "", "Wrenbridge City Council", kind="communication")
    intranet = new_site(tenant, "sites/intranet", "Wrenbridge intranet", kind="communication")
    locked = new_site(tenant, "sites/leisure-trust-2019", "Leisure trust transfer 2019", kind="team")
    lead = people.by_role["Head of Information Governance"]
    for site, names in (
        (root, ("Welcome.docx",)),
        (intranet, ("Staff handbook.pdf", "Travel policy.docx", "Brand guide.pptx")),
        (locked, ("Asset transfer.pdf", "TUPE list.xlsx")),
    ):
        site.owners, site.admins = [lead.id], [lead.id]
        site.capability = "disabled"
        grant_site(tenant, site)
        _documents(tenant, site, names, tenant.actor(lead), rng)
        furnish(tenant, site, people)
    locked.lock = "NoAccess"
    _loop(tenant, people)
    _onedrive(tenant, people, rng)
    _channel(tenant, people, rng)


def _documents(tenant: Tenant, site: Site, names: tuple[str, ...], by: Actor, rng: random.Random) -> Drive:
    drive = add_library(tenant, site, "Documents", path=DOCUMENTS)
    for name in names:
        place(drive, drive.root, name, size=rng.randrange(9_000, 900_000), at=NOW - rng.randrange(700) * 86400, by=by)
    return drive


def _loop(tenant: Tenant, people: People) -> None:
    """A container of Loop pages, which getAllSites lists among the sites."""
    path = f"contentstorage/CSP_{guid(tenant.seed, 'container')}"
    site = new_site(tenant, path, "Planning huddle", kind="team")
    owner = people.by_role["Planning Systems Officer"]
    site.owners, site.admins, site.capability = [owner.id], [owner.id], "disabled"
    drive = add_library(tenant, site, "LoopAppData")
    place(drive, drive.root, "Huddle notes.loop", size=18_000, at=NOW - 9 * 86400, by=tenant.actor(owner))


def _onedrive(tenant: Tenant, people: People, rng: random.Random) -> None:
    owner = people.by_role["Planning Systems Officer"]
    path = "personal/" + owner.upn.replace(".", "_").replace("@", "_")
    site = new_site(tenant, path, owner.name, kind="personal", host=tenant.host.replace(".", "-my.", 1))
    site.owners, site.admins, site.capability = [owner.id], [owner.id], "disabled"
    drive = add_library(tenant, site, "OneDrive", path="Documents")
    for name in ("Appraisal notes.docx", "Rota.xlsx", "Scan 0001.pdf"):
        place(drive, drive.root, name, size=rng.randrange(9_000, 90_000), at=NOW - rng.randrange(90) * 86400,
                 by=tenant.actor(owner))  # fmt: skip


def _channel(tenant: Tenant, people: People, rng: random.Random) -> None:
    """Channels of the two teams; "Commercial" is private and has a site of its own."""
    by_path = {path: tenant.sites_by_path[path] for path in ("teams/canalside-delivery", "teams/ext-flood-partners")}
    for path, main in by_path.items():
        group = tenant.groups[main.group_id]
        folder = place(
            main.drives[0], main.drives[0].root, "General", at=main.created, by=system_actor(tenant), is_folder=True
        )
        group.channels.append(
            Channel(_thread(tenant, path, "General"), "General", "standard", main.created, main.id,
                    main.drives[0].id, folder.id, owners=list(group.owners), members=list(group.members))
        )  # fmt: skip
    main = by_path["teams/canalside-delivery"]
    group = tenant.groups[main.group_id]
    site = new_site(tenant, "teams/canalside-delivery-Commercial", "Canalside delivery-Commercial", kind="channel")
    site.parent_group_id, site.channel_type, site.capability = group.id, "private", "disabled"
    lead = people.by_role["Programme Manager"]
    site.owners, site.members, site.admins = [lead.id], list(group.owners), [lead.id]
    grant_site(tenant, site)
    drive = add_library(tenant, site, "Documents", path=DOCUMENTS)
    furnish(tenant, site, people)
    at = moment("2022-03-01T09:00:00Z")
    folder = place(drive, drive.root, "Commercial", at=at, by=tenant.actor(lead), is_folder=True)
    for name in ("Heads of terms.docx", "Final account.xlsx"):
        place(drive, folder, name, size=rng.randrange(20_000, 300_000), at=at + rng.randrange(900) * 86400,
                 by=tenant.actor(lead))  # fmt: skip
    group.channels.append(
        Channel(_thread(tenant, site.path, "Commercial"), "Commercial", "private", at, site.id, drive.id, folder.id,
                owners=[lead.id], members=list(group.owners))
    )  # fmt: skip


def _thread(tenant: Tenant, path: str, name: str) -> str:
    return f"19:{guid(tenant.seed, 'channel', path, name).replace('-', '')}@thread.tacv2"
