"""Sites and their libraries."""

from __future__ import annotations

import msgspec

from simulator.page.data.context import Context
from simulator.tenant.archiving import archive_status
from simulator.tenant.model import Drive, Permission, Site
from simulator.tenant.state import Tenant


class SiteRow(msgspec.Struct, frozen=True, rename="camel"):
    """One site: `capability` is its own setting, `effective` what it comes to beside the tenant's; `archive` is its
    archive status, "" when it is active.
    """

    id: str
    title: str
    url: str
    kind: str
    template: str
    capability: str
    effective: str
    lock: str
    archive: str
    owners: list[str]
    group: str
    is_team: bool
    libraries: int
    items: int


class Sites(msgspec.Struct, frozen=True, rename="camel"):
    """All sites, and the tenant's own sharing capability."""

    capability: str
    sites: list[SiteRow]


class LibraryRow(msgspec.Struct, frozen=True, rename="camel"):
    """One library. `kind` is "" for an ordinary one, else `system`, `hold` or `mounted`."""

    id: str
    name: str
    url: str
    items: int
    size: int
    default_label: str
    kind: str


class Grant(msgspec.Struct, frozen=True, rename="camel"):
    """What a site gives to somebody."""

    to: str
    role: str


class SiteFacts(msgspec.Struct, frozen=True, rename="camel"):
    """One site with its people and libraries."""

    site: SiteRow
    created: int
    modified: int
    admins: list[str]
    members: int
    visitors: int
    channel_type: str
    sensitivity: str
    asset: str
    grants: list[Grant]
    libraries: list[LibraryRow]


async def sites(context: Context) -> Sites:
    """Every site of the tenant, by title."""
    tenant = context.tenant
    rows = [site_row(tenant, each) for each in tenant.sites.values()]
    return Sites(tenant.sharing.capability, sorted(rows, key=lambda row: row.title.casefold()))


async def site(context: Context) -> SiteFacts:
    """The site that the address names. Raises Refused 404."""
    tenant = context.tenant
    found = tenant.site(context.places["site"])
    return SiteFacts(
        site=site_row(tenant, found),
        created=found.created,
        modified=found.modified,
        admins=names(tenant, found.admins),
        members=len(found.members),
        visitors=len(found.visitors),
        channel_type=found.channel_type,
        sensitivity=tenant.sensitivity_labels.get(found.sensitivity, found.sensitivity),
        asset=found.asset,
        grants=[Grant(grantee(each), each.role) for each in found.permissions],
        libraries=[library_row(each) for each in found.drives],
    )


def site_row(tenant: Tenant, site: Site) -> SiteRow:
    """A site in a list."""
    group = tenant.groups.get(site.group_id)
    return SiteRow(
        id=site.collection_id,
        title=site.title,
        url=site.url,
        kind=site.kind,
        template=site.template,
        capability=site.capability,
        effective=tenant.capability(site),
        lock=site.lock,
        archive=archive_status(tenant, site),
        owners=names(tenant, site.owners),
        group=group.name if group else "",
        is_team=bool(group and group.is_team),
        libraries=len(site.drives),
        items=sum(len(drive.items) for drive in site.drives),
    )


def library_row(drive: Drive) -> LibraryRow:
    """A library in a list."""
    kind = "hold" if drive.hold else "system" if drive.system else "mounted" if drive.read_only else ""
    label = drive.default_label.name if drive.default_label else ""
    return LibraryRow(drive.id, drive.name, drive.url, len(drive.items), drive.root.size, label, kind)


def names(tenant: Tenant, user_ids: list[str]) -> list[str]:
    """The people's names, those who left marked so."""
    found = (tenant.users.get(each) for each in user_ids)
    return [f"{user.name} (left)" if not user.enabled else user.name for user in found if user is not None]


def grantee(permission: Permission) -> str:
    """To whom an entry gives access, in words."""
    if permission.grantee is not None:
        return permission.grantee.name
    if permission.link is not None:
        return ", ".join(each.name for each in permission.link.people)
    return permission.invited
