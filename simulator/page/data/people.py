"""Users, guests, leavers, groups, and teams with their channels."""

from __future__ import annotations

from typing import Literal

import msgspec

from simulator.page.data.context import Context
from simulator.page.data.sites import names
from simulator.teams.conversations import CONVERSATIONS
from simulator.tenant.model import User

PAGE = 100
Kind = Literal["employee", "guest", "leaver"]


class PersonRow(msgspec.Struct, frozen=True, rename="camel"):
    """Somebody in the directory. `bot`: has Custos installed in Teams; `chat`: has a chat with it."""

    id: str
    name: str
    upn: str
    mail: str
    job_title: str
    department: str
    kind: Kind
    manager: str
    bot: bool
    chat: bool


class People(msgspec.Struct, frozen=True, rename="camel"):
    """A page of the directory: `counts` by kind, of which `kind` ("" for all) and `query` were asked for."""

    counts: dict[str, int]
    kind: str
    query: str
    total: int
    first: int
    people: list[PersonRow]


class ChannelRow(msgspec.Struct, frozen=True, rename="camel"):
    """A channel; private and shared ones have a site of their own."""

    name: str
    membership: str
    site_id: str
    members: int


class GroupRow(msgspec.Struct, frozen=True, rename="camel"):
    """A group, which may be a team. `site_id` is that of its site collection, "" without one."""

    id: str
    name: str
    mail: str
    kind: str
    visibility: str
    owners: list[str]
    members: int
    guests: int
    site_id: str
    channels: list[ChannelRow]


class Groups(msgspec.Struct, frozen=True, rename="camel"):
    """Every group, teams first."""

    groups: list[GroupRow]


def kind_of(user: User) -> Kind:
    """What somebody is to the organisation."""
    return "guest" if user.guest else "employee" if user.enabled else "leaver"


async def people(context: Context) -> People:
    """Those in the directory of the kind and with the words that the query names, by name."""
    tenant, chats = context.tenant, context.app[CONVERSATIONS]
    wanted, query = context.query.get("kind", ""), context.query.get("q", "").strip()
    counts: dict[str, int] = {"employee": 0, "guest": 0, "leaver": 0}
    found: list[User] = []
    for user in tenant.users.values():
        kind = kind_of(user)
        counts[kind] += 1
        text = f"{user.name} {user.upn} {user.mail} {user.job_title} {user.department}".casefold()
        if wanted in ("", kind) and all(word in text for word in query.casefold().split()):
            found.append(user)
    found.sort(key=lambda user: user.name.casefold())
    first = context.number("first", 0)
    talking = {each.person_id for each in chats.everyone()}
    rows = [
        PersonRow(
            id=user.id,
            name=user.name,
            upn=user.upn,
            mail=user.mail,
            job_title=user.job_title,
            department=user.department,
            kind=kind_of(user),
            manager="".join(names(tenant, [user.manager_id])),
            bot=user.id in chats.installed,
            chat=user.id in talking,
        )
        for user in found[first : first + PAGE]
    ]
    return People(counts, wanted, query, len(found), first, rows)


async def groups(context: Context) -> Groups:
    """Every group of the tenant."""
    tenant = context.tenant

    def collection(site_id: str) -> str:
        site = tenant.sites.get(site_id)
        return site.collection_id if site else ""

    rows = [
        GroupRow(
            id=group.id,
            name=group.name,
            mail=group.mail,
            kind="team" if group.is_team else "group" if group.unified else "security",
            visibility=group.visibility,
            owners=names(tenant, group.owners),
            members=len(group.members),
            guests=sum(1 for each in group.members if each in tenant.users and tenant.users[each].guest),
            site_id=collection(group.site_id),
            channels=[
                ChannelRow(each.name, each.membership, collection(each.site_id), len(each.members))
                for each in group.channels
            ],
        )
        for group in tenant.groups.values()
    ]
    order = {"team": 0, "group": 1, "security": 2}
    return Groups(sorted(rows, key=lambda row: (order[row.kind], row.name.casefold())))
