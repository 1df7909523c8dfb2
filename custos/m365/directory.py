"""People and groups in Entra: who owns, who belongs, who has left.

None of this costs SharePoint units; Entra and Teams count requests of their own.
Source: https://learn.microsoft.com/graph/api/resources/user
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from custos.m365.batch import BatchRequest
from custos.m365.entries import UNREAD, Pages, entry_from
from custos.m365.errors import Malformed, NotFound
from custos.m365.graph import segment
from custos.m365.paging import Listing, collected
from custos.m365.timestamps import moment

if TYPE_CHECKING:
    from custos.m365.graph import Graph

_USER_FIELDS = "id,displayName,mail,userPrincipalName,userType,accountEnabled"
_GROUP_FIELDS = "id,displayName,mail,visibility,createdDateTime,groupTypes,resourceProvisioningOptions"
_PAGE = 999
_REACHED_BY = ("mail eq '{0}'", "proxyAddresses/any(p:p eq 'smtp:{0}')", "otherMails/any(p:p eq '{0}')")


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """One account. `enabled` and `is_guest` are None where Entra did not say; a leaver's account is disabled or gone."""

    user_id: str
    upn: str
    mail: str
    name: str
    is_guest: bool | None
    enabled: bool | None

    @property
    def domain(self) -> str:
        """The domain of the person's own address (a guest's is that of the home organisation), lower case."""
        return (self.mail or self.upn).rpartition("@")[2].lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One Microsoft 365 group. `visibility` is public, private or "" when it was not told; `is_team` is None where that
    cannot be read.
    """

    group_id: str
    name: str
    mail: str
    visibility: str
    created: datetime | None
    is_team: bool | None


class _User(msgspec.Struct, gc=False):
    id: str
    upn: str | None = msgspec.field(name="userPrincipalName", default=None)
    mail: str | None = None
    name: str | None = msgspec.field(name="displayName", default=None)
    kind: str | None = msgspec.field(name="userType", default=None)
    enabled: bool | None = msgspec.field(name="accountEnabled", default=None)
    unread: tuple[str, ...] = msgspec.field(name=UNREAD, default=())

    def record(self) -> User:
        upn = self.upn or ""
        is_guest: bool | None = (self.kind or "").lower() == "guest" or "#ext#" in upn.lower()
        if not is_guest and {"userType", "userPrincipalName"} & set(self.unread):
            is_guest = None
        return User(
            user_id=self.id,
            upn=upn,
            mail=self.mail or "",
            name=self.name or "",
            is_guest=is_guest,
            enabled=self.enabled,
        )


class _Group(msgspec.Struct, gc=False):
    id: str
    name: str | None = msgspec.field(name="displayName", default=None)
    mail: str | None = None
    visibility: str | None = None
    created: str | None = msgspec.field(name="createdDateTime", default=None)
    provisioning: list[str] | None = msgspec.field(name="resourceProvisioningOptions", default=None)
    unread: tuple[str, ...] = msgspec.field(name=UNREAD, default=())

    def record(self) -> Group:
        return Group(
            group_id=self.id,
            name=self.name or "",
            mail=self.mail or "",
            visibility=(self.visibility or "").lower(),
            created=moment(self.created),
            is_team=None if "resourceProvisioningOptions" in self.unread else "Team" in (self.provisioning or ()),
        )


_users = Pages(_User)
_groups = Pages(_Group)


async def users_by_upn(graph: Graph, upns: Sequence[str]) -> dict[str, User | Malformed | None]:
    """The accounts of `upns` (user principal names or object ids), by the text that was asked for; None for no such
    account, Malformed for one of which Entra's answer cannot be understood: it is there, and no more is known.

    One request for each in batches of 20. Raises the trouble of the first that is neither an answer nor a 404: half a
    directory is no directory. Permission: User.Read.All. Source: https://learn.microsoft.com/graph/api/user-get
    """
    asked = list(dict.fromkeys(upns))
    requests = [
        BatchRequest(id=str(number), path=f"/users/{segment(upn)}?$select={_USER_FIELDS}", units=0)
        for number, upn in enumerate(asked)
    ]
    answers = await graph.batch(requests)
    found: dict[str, User | Malformed | None] = {}
    for number, upn in enumerate(asked):
        try:
            found[upn] = _user(answers[str(number)].read())
        except NotFound:
            found[upn] = None
        except Malformed as odd:
            found[upn] = odd
    return found


async def find_people(graph: Graph, names: Sequence[str]) -> dict[str, User | None]:
    """The one account behind each name, however it is written: another case, spaces around it, a dot at its end, an address of the
    initial domain or another alias, a tag behind a plus. None when there is no such account,
    more than one, or one that cannot be understood.

    One request for each, and up to six more for those that are no user principal name. Permission: User.Read.All.
    Sources: https://learn.microsoft.com/graph/api/user-list (mail, proxyAddresses, otherMails) and
    https://learn.microsoft.com/exchange/recipients-in-exchange-online/plus-addressing-in-exchange-online
    """
    spelled = {name: _plain(name) for name in names}
    by_upn = await users_by_upn(graph, [plain for plain in spelled.values() if plain])
    left = [plain for plain, found in by_upn.items() if found is None and "@" in plain]
    by_mail = await _by_mail(graph, list(dict.fromkeys(other for plain in left for other in (plain, _untagged(plain)))))
    mailed = {plain: by_mail[plain] or by_mail[_untagged(plain)] for plain in left}
    told = {**by_upn, **mailed}
    return {name: found if isinstance(found := told.get(plain), User) else None for name, plain in spelled.items()}


async def people_called(graph: Graph, names: Sequence[str]) -> dict[str, tuple[User, ...]]:
    """The colleagues who can sign in and are called so, in order of their sign-in names; () where there is none.

    One request for each in batches of 20, of whose answer the first page is read. Permission: User.Read.All.
    Source: https://learn.microsoft.com/graph/api/user-list
    """
    asked = list(dict.fromkeys(names))
    requests = [
        BatchRequest(
            id=str(number),
            path=f"/users?$filter={quote(f"displayName eq '{name.replace(chr(39), chr(39) * 2)}'")}&$select={_USER_FIELDS}",
            units=0,
        )
        for number, name in enumerate(asked)
    ]
    answers = await graph.batch(requests) if requests else {}
    found: dict[str, tuple[User, ...]] = {}
    for number, name in enumerate(asked):
        people = [one.record() for one in _users.read(answers[str(number)].read(), "users").value]
        here = [user for user in people if user.enabled and user.is_guest is False]
        found[name] = tuple(sorted(here, key=lambda user: user.upn))
    return found


async def _by_mail(graph: Graph, addresses: Sequence[str]) -> dict[str, User | None]:
    """The one account that each address reaches, None for no or several accounts."""
    requests = [
        BatchRequest(
            id=f"{number}/{place}",
            path=f"/users?$filter={quote(condition.format(address.replace(chr(39), chr(39) * 2)))}&$select={_USER_FIELDS}",
            units=0,
        )
        for number, address in enumerate(addresses)
        for place, condition in enumerate(_REACHED_BY)
    ]
    answers = await graph.batch(requests) if requests else {}
    found: dict[str, User | None] = {}
    for number, address in enumerate(addresses):
        pages = [_users.read(answers[f"{number}/{place}"].read(), "users") for place in range(len(_REACHED_BY))]
        reached = {one.id: one.record() for page in pages for one in page.value}
        surely = len(reached) == 1 and not any(page.unidentified for page in pages)
        found[address] = next(iter(reached.values())) if surely else None
    return found


def _plain(name: str) -> str:
    """A sign-in name or address without the accidents of writing it."""
    return "".join(name.split()).rstrip(".").casefold()


def _untagged(address: str) -> str:
    """An address without the tag behind a plus."""
    local, _, domain = address.partition("@")
    return f"{local.partition('+')[0]}@{domain}"


async def guests(graph: Graph) -> Listing[User]:
    """Every guest of the tenant: the index by which people on permissions are told apart. One request a page of 999.

    Permission: User.Read.All. Source: https://learn.microsoft.com/graph/api/user-list
    """
    params: dict[str, str | int] = {"$filter": "userType eq 'Guest'", "$select": _USER_FIELDS, "$top": _PAGE}
    return _records(await collected(graph, "/users", _users, units=0, params=params))


async def owners(graph: Graph, group_id: str) -> Listing[User]:
    """The owners of a group, disabled ones too. Raises NotFound when the group is gone.

    Permission: GroupMember.Read.All and User.Read.All. Source: https://learn.microsoft.com/graph/api/group-list-owners
    """
    return await _people(graph, f"/groups/{group_id}/owners/microsoft.graph.user")


async def members(graph: Graph, group_id: str) -> Listing[User]:
    """The direct members of a group who are people, guests too. Raises NotFound when the group is gone.

    Permission: GroupMember.Read.All and User.Read.All. Source: https://learn.microsoft.com/graph/api/group-list-members
    """
    return await _people(graph, f"/groups/{group_id}/members/microsoft.graph.user")


async def groups(graph: Graph) -> Listing[Group]:
    """Every Microsoft 365 group. One request a page of 999. Permission: Group.Read.All.

    Source: https://learn.microsoft.com/graph/api/group-list
    """
    return await _group_list(graph, "groupTypes/any(c:c eq 'Unified')")


async def _people(graph: Graph, path: str) -> Listing[User]:
    params: dict[str, str | int] = {"$select": _USER_FIELDS, "$top": _PAGE}
    return _records(await collected(graph, path, _users, units=0, params=params))


async def _group_list(graph: Graph, condition: str) -> Listing[Group]:
    params: dict[str, str | int] = {"$filter": condition, "$select": _GROUP_FIELDS, "$top": _PAGE}
    found = await collected(graph, "/groups", _groups, units=0, params=params)
    return Listing([one.record() for one in found.values], found.unidentified)


def _records(found: Listing[_User]) -> Listing[User]:
    read: Callable[[_User], User] = _User.record
    return Listing([read(one) for one in found.values], found.unidentified)


def _user(raw: bytes) -> User:
    found = entry_from(_User, raw)
    if found is None:
        raise Malformed("user: the answer has no id.")
    return found.record()
