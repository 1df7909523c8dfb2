"""Puts Wrenbridge together: people, groups, sites, libraries, what lies in them, and the planted facts."""

from __future__ import annotations

import random

from simulator.council import planted_facts
from simulator.council.default_lists import furnish
from simulator.council.empty_sites import add_library, grant_site, new_site
from simulator.council.estate import SITES, SiteSpec
from simulator.council.fill import Filler, class_label
from simulator.council.labels import label_definitions
from simulator.council.people import People, hire, run_the_platform
from simulator.council.sensitivity import label_containers
from simulator.council.ungoverned_sites import other_sites
from simulator.entra.identity import TENANT_ID
from simulator.tenant.identifiers import guid
from simulator.tenant.model import Group, Site
from simulator.tenant.state import HOST, Tenant


def build_council(*, seed: int = 1, scale: float = 0.01, licences: int = 8000, host: str = HOST) -> Tenant:
    """The tenant of Wrenbridge City Council. The same seed and scale make the same tenant, to the last id.

    `host` is what its SharePoint calls itself. `scale` 1.0 is 602,400 items in the governed sites; the planted facts hold at any scale.
    """
    tenant = Tenant(id=TENANT_ID, seed=seed, scale=scale, licences=licences, host=host)
    tenant.labels = label_definitions(seed)
    people = hire(tenant, random.Random(seed))
    for spec in SITES:
        site = add_site(tenant, people, spec)
        staff = [tenant.actor(user) for user in people.staff[spec.department][:24]]
        leads = [tenant.actor(tenant.users[user_id]) for user_id in site.owners]
        for library in spec.libraries:
            drive = add_library(tenant, site, library.name, path=library.path or library.name)
            if library.default:
                drive.default_label = class_label(tenant, library)
            dates = planted_facts.advice_dates if library.name == planted_facts.STALE_LIBRARY else None
            Filler(tenant, drive, library, people, staff + leads).fill(dates)
        furnish(tenant, site, people)
    other_sites(tenant, people)
    planted_facts.plant(tenant, people)
    label_containers(tenant)
    run_the_platform(tenant)
    return tenant


def add_site(tenant: Tenant, people: People, spec: SiteSpec) -> Site:
    """A site out of its description, with its group, members and site groups."""
    site = new_site(tenant, spec.path, spec.title, kind=spec.kind)
    site.capability = spec.capability
    site.asset = spec.asset
    site.owners = [people.by_role[role].id for role in spec.owners]
    site.members = [user.id for user in people.staff[spec.department][:24]]
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
