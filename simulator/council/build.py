"""Puts a council together out of its files: people, groups, sites, libraries, what lies in them, and the planted facts."""

from __future__ import annotations

import random

from simulator.council import planted_facts
from simulator.council.data import read_council
from simulator.council.default_lists import furnish
from simulator.council.empty_sites import add_library, grant_site, new_site
from simulator.council.fill import Filler, class_label
from simulator.council.labels import label_definitions
from simulator.council.people import People, hire, run_the_platform
from simulator.council.sensitivity import label_containers
from simulator.council.shapes import CouncilData, SiteSpec
from simulator.council.ungoverned_sites import other_sites
from simulator.councils import SAMPLE, folder_of
from simulator.entra.identity import TENANT_ID
from simulator.tenant.identifiers import guid
from simulator.tenant.model import Group, Site
from simulator.tenant.state import Tenant

_MEMBERS = 24


def build_council(
    council: str = SAMPLE, *, seed: int = 1, scale: float | None = None, licences: int = 8000, host: str = ""
) -> Tenant:
    """The tenant of a council: one of `simulator/councils`, or of a directory like them. Raises BadInput when its files are wrong.

    The same seed and scale make the same tenant, to the last id. `host` is what its SharePoint calls itself, if not as its files
    say. At `scale` 1.0 it has the sizes that they say; the planted facts hold at any scale.
    """
    data = read_council(folder_of(council))
    about = data.council
    tenant = Tenant(
        id=TENANT_ID, seed=seed, scale=about.scale if scale is None else scale, licences=licences,
        host=host or about.host, domain=about.domain,
        council=about.name, short_name=about.short_name, mailbox=about.accounts.mailbox,
        service_accounts=frozenset({f"{about.accounts.migration}@{about.domain}"}),
    )  # fmt: skip
    tenant.labels = label_definitions(seed, about.labels)
    people = hire(tenant, about, data.people, random.Random(seed))
    custodian = people.by_role[data.sites.hold_libraries_by]
    for spec in data.sites.sites:
        site = add_site(tenant, people, spec)
        _fill(data, tenant, people, spec, site)
        furnish(tenant, site, spec, custodian=custodian)
    other_sites(tenant, data.sites, people)
    planted_facts.plant(tenant, data, people)
    label_containers(tenant, about.sensitivity)
    run_the_platform(tenant, about)
    return tenant


def _fill(data: CouncilData, tenant: Tenant, people: People, spec: SiteSpec, site: Site) -> None:
    staff = [tenant.actor(user) for user in people.staff[spec.department][:_MEMBERS]]
    leads = [tenant.actor(tenant.users[user_id]) for user_id in site.owners]
    for library in spec.libraries:
        path = library.path or library.name
        drive = add_library(tenant, site, library.name, path=path)
        if library.default:
            drive.default_label = class_label(tenant, library)
        stale = data.facts.stale_library
        dates = None
        if stale is not None and stale.library == f"{spec.path}/{path}":
            dates = planted_facts.stale_dates(stale)
        Filler(data, tenant, drive, library, people=people, staff=staff + leads).fill(dates)


def add_site(tenant: Tenant, people: People, spec: SiteSpec) -> Site:
    """A site out of its description, with its group, members and site groups."""
    site = new_site(tenant, spec.path, spec.title, kind=spec.kind)
    site.capability = spec.capability
    site.asset = spec.asset
    site.owners = [people.by_role[role].id for role in spec.owners]
    site.members = [user.id for user in people.staff[spec.department][:_MEMBERS]]
    site.admins = list(site.owners)
    if spec.kind == "group":
        name = spec.path.rpartition("/")[2]
        group = Group(
            guid(tenant.seed, "group", name), spec.title, f"{name}@{tenant.domain}", site.created,
            is_team=spec.team, visibility="Public" if spec.public else "Private",
            owners=list(site.owners), members=[*site.owners, *site.members], site_id=site.id,
        )  # fmt: skip
        tenant.groups[group.id] = group
        site.group_id = group.id
    grant_site(tenant, site)
    return site
