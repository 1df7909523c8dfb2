"""Wrenbridge's directory: holders of posts, other staff, and the outside people."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from simulator.council.empty_sites import system_actor
from simulator.council.roles import LEFT, POSTS, STAFF_FIRST, STAFF_LAST
from simulator.tenant.clock import moment
from simulator.tenant.identifiers import guid
from simulator.tenant.model import Actor, User
from simulator.tenant.state import Tenant

STAFF_PER_DEPARTMENT = 36
MIGRATION_ACCOUNT = "svc.migration"
PLATFORM_ACCOUNT = "platform.engineer"
PRIVILEGED_ROLE_ADMINISTRATOR = "Privileged Role Administrator"
_JOBS = ("Officer", "Senior Officer", "Business Support Officer", "Team Manager", "Practitioner", "Apprentice")
_GIVEN = ("Alex", "Bea", "Chris", "Dana", "Eva", "Finn", "Gita", "Hal", "Ines", "Jon", "Kit", "Lena", "Mo", "Nell")
_FAMILY = ("Ash", "Brook", "Croft", "Dale", "Eaves", "Field", "Glen", "Heath", "Isle", "Keld", "Leigh", "Moss")


@dataclass(slots=True)
class People:
    """The directory while the council is being built: by post and by department, and the actors that are no people."""

    migration: Actor
    flow: Actor
    system: Actor
    by_role: dict[str, User] = field(default_factory=dict)
    staff: dict[str, list[User]] = field(default_factory=dict)


def hire(tenant: Tenant, rng: random.Random) -> People:
    """Fill the directory with colleagues."""
    name = f"{MIGRATION_ACCOUNT}@{tenant.domain}"
    service = User(guid(tenant.seed, "user", name), name, "SharePoint Migration", name, created=1_600_000_000)
    flow = Actor(guid(tenant.seed, "app", "flow"), "Document Flow (Power Automate)", application=True)
    people = People(tenant.actor(tenant.add_user(service)), flow, system_actor(tenant))
    for post in POSTS:
        upn = f"{post.account}@{tenant.domain}"
        user = User(
            guid(tenant.seed, "user", upn), upn, post.holder, upn, post.role, post.department,
            enabled=post.role != LEFT, created=moment("2019-04-01T08:00:00Z"),
        )  # fmt: skip
        people.by_role[post.role] = tenant.add_user(user)
        people.staff.setdefault(post.department, [])
    for post in POSTS:
        if post.manager:
            people.by_role[post.role].manager_id = people.by_role[post.manager].id
    for department in people.staff:
        _hire_staff(tenant, people, department, rng)
    return people


def _hire_staff(tenant: Tenant, people: People, department: str, rng: random.Random) -> None:
    leads = [user for user in people.by_role.values() if user.department == department]
    while len(people.staff[department]) < STAFF_PER_DEPARTMENT:
        first, last = rng.choice(STAFF_FIRST), rng.choice(STAFF_LAST)
        upn = f"{first}.{last}@{tenant.domain}".lower()
        if upn in tenant.users_by_upn:
            upn = f"{first}.{last}{len(tenant.users)}@{tenant.domain}".lower()
        user = User(
            guid(tenant.seed, "user", upn), upn, f"{first} {last}", upn, rng.choice(_JOBS), department,
            enabled=rng.random() > 0.06, manager_id=rng.choice(leads).id,
            created=moment("2019-04-01T08:00:00Z") + rng.randrange(6 * 365) * 86400,
        )  # fmt: skip
        people.staff[department].append(tenant.add_user(user))


def run_the_platform(tenant: Tenant) -> None:
    """The account of whoever runs Microsoft 365 for the council. Hired last, so that nobody else's numbers change."""
    upn = f"{PLATFORM_ACCOUNT}@{tenant.domain}"
    created = moment("2019-04-01T08:00:00Z")
    user = User(
        guid(tenant.seed, "user", upn), upn, "Ravi Menon", upn, "Platform Engineer", "Corporate", created=created
    )
    tenant.directory_roles[tenant.add_user(user).id] = frozenset({PRIVILEGED_ROLE_ADMINISTRATOR})


def outsiders(tenant: Tenant, domain: str, count: int, rng: random.Random) -> list[User]:
    """Guests of one outside organisation, each another person."""
    found: list[User] = []
    while len(found) < count:
        first, last = rng.choice(_GIVEN), rng.choice(_FAMILY)
        mail = f"{first}.{last}@{domain}".lower()
        upn = f"{mail.replace('@', '_')}#EXT#@{tenant.domain}"
        if upn.lower() in tenant.users_by_upn:
            mail = f"{first}.{last}{len(tenant.users)}@{domain}".lower()
            upn = f"{mail.replace('@', '_')}#EXT#@{tenant.domain}"
        created = moment("2022-01-10T09:00:00Z") + rng.randrange(4 * 365) * 86400
        guest = User(guid(tenant.seed, "guest", mail), upn, f"{first} {last}", mail, guest=True, created=created)
        found.append(tenant.add_user(guest))
    return found
