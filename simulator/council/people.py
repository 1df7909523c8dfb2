"""A council's directory: holders of posts, other staff, and the outside people."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from simulator.council.empty_sites import system_actor
from simulator.council.shapes import CouncilFile, PeopleFile, Post
from simulator.tenant.clock import moment
from simulator.tenant.identifiers import guid
from simulator.tenant.model import Actor, User
from simulator.tenant.state import Tenant

PRIVILEGED_ROLE_ADMINISTRATOR, SHAREPOINT_ADMINISTRATOR = "Privileged Role Administrator", "SharePoint Administrator"
_BEGAN = "2019-04-01T08:00:00Z"
_DROPPED = frozenset({"of", "and", "the", "for"})


@dataclass(slots=True)
class People:
    """The directory while the council is being built: by post and by department, and the actors that are no people."""

    migration: Actor
    flow: Actor
    system: Actor
    by_role: dict[str, User] = field(default_factory=dict)
    staff: dict[str, list[User]] = field(default_factory=dict)


def hire(tenant: Tenant, council: CouncilFile, file: PeopleFile, rng: random.Random) -> People:
    """Fill the directory with colleagues."""
    name = f"{council.accounts.migration}@{tenant.domain}"
    service = User(guid(tenant.seed, "user", name), name, "SharePoint Migration", name, created=1_600_000_000)
    flow = Actor(guid(tenant.seed, "app", "flow"), "Document Flow (Power Automate)", application=True)
    people = People(tenant.actor(tenant.add_user(service)), flow, system_actor(tenant))
    for post in file.posts:
        upn = f"{_account_of(post, file.post_accounts)}@{tenant.domain}"
        user = User(
            guid(tenant.seed, "user", upn), upn, post.holder, upn, post.post, post.department,
            enabled=not post.left, created=moment(_BEGAN),
        )  # fmt: skip
        people.by_role[post.post] = tenant.add_user(user)
        people.staff.setdefault(post.department, [])
    for post in file.posts:
        if post.manager:
            people.by_role[post.post].manager_id = people.by_role[post.manager].id
    for department, staff in people.staff.items():
        while len(staff) < council.departments[department]:
            staff.append(tenant.add_user(_colleague(tenant, people, file, department, rng)))
    return people


def _account_of(post: Post, form: str) -> str:
    """The account of whoever holds a post, before the @."""
    words = post.post.lower().replace("'", "").replace(",", "").split()
    first, _, last = post.holder.lower().partition(" ")
    named = ".".join(word for word in words if word not in _DROPPED)
    return post.account or form.format(post=named, first=first, last=last.replace(" ", ""), initial=first[:1])


def _colleague(tenant: Tenant, people: People, file: PeopleFile, department: str, rng: random.Random) -> User:
    leads = [user for user in people.by_role.values() if user.department == department]
    first, last = rng.choice(file.first_names), rng.choice(file.last_names)
    account = file.staff_accounts.format(first=first, last=last, initial=first[:1])
    upn = f"{account}@{tenant.domain}".lower()
    if upn in tenant.users_by_upn:
        upn = f"{account}{len(tenant.users)}@{tenant.domain}".lower()
    return User(
        guid(tenant.seed, "user", upn), upn, f"{first} {last}", upn, rng.choice(file.jobs), department,
        enabled=rng.random() > 0.06, manager_id=rng.choice(leads).id,
        created=moment(_BEGAN) + rng.randrange(6 * 365) * 86400,
    )  # fmt: skip


def run_the_platform(tenant: Tenant, council: CouncilFile) -> None:
    """The account of whoever runs Microsoft 365 for the council. Hired last, so that nobody else's numbers change."""
    who = council.accounts.platform
    upn = f"{who.account}@{tenant.domain}"
    user = User(guid(tenant.seed, "user", upn), upn, who.holder, upn, who.title, who.department, created=moment(_BEGAN))
    tenant.directory_roles[tenant.add_user(user).id] = frozenset(
        {PRIVILEGED_ROLE_ADMINISTRATOR, SHAREPOINT_ADMINISTRATOR}
    )


def outsiders(tenant: Tenant, file: PeopleFile, domain: str, count: int, rng: random.Random) -> list[User]:
    """Guests of one outside organisation, each another person."""
    found: list[User] = []
    while len(found) < count:
        first, last = rng.choice(file.guest_first_names), rng.choice(file.guest_last_names)
        mail = f"{first}.{last}@{domain}".lower()
        upn = f"{mail.replace('@', '_')}#EXT#@{tenant.domain}"
        if upn.lower() in tenant.users_by_upn:
            mail = f"{first}.{last}{len(tenant.users)}@{domain}".lower()
            upn = f"{mail.replace('@', '_')}#EXT#@{tenant.domain}"
        created = moment("2022-01-10T09:00:00Z") + rng.randrange(4 * 365) * 86400
        guest = User(guid(tenant.seed, "guest", mail), upn, f"{first} {last}", mail, guest=True, created=created)
        found.append(tenant.add_user(guest))
    return found
