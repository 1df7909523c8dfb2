"""Links and grants as they stand now, for every action on one: read together, whatever is to be done to them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from custos.m365 import errors, sharing
from custos.m365.permissions import NAMELESS, Permission
from custos.m365.principals import Grantee
from custos.m365.timestamps import moment
from custos.model.action import Action
from custos.model.action_kind import ActionKind
from custos.model.live import Failure, Live, Reading
from custos.model.subject import Kind
from custos.tenant_adapter.connections import Connections
from custos.tenant_adapter.items import Item, Place, place, read_items
from custos.tenant_adapter.troubles import unread

_UNREADABLE = Failure(code="malformed", detail="What Microsoft says of its sharing cannot be understood.", passing=True)


async def read(at: Connections, actions: Sequence[Action]) -> dict[str, Reading]:
    """Each link or grant, by `Action.key`. 6 units an item."""
    places = list(dict.fromkeys(place(action.finding.subject) for action in actions))
    items, permissions = await asyncio.gather(read_items(at, places), _permissions(at, places))
    return {
        action.key: _reading(action, items[where], permissions[where])
        for action in actions
        for where in [place(action.finding.subject)]
    }


async def _permissions(
    at: Connections, places: Sequence[Place]
) -> Mapping[Place, list[Permission] | errors.MicrosoftTrouble]:
    try:
        return await sharing.read_permissions(at.observer, places)
    except errors.MicrosoftTrouble as trouble:
        return dict.fromkeys(places, trouble)


def _reading(
    action: Action, item: Item | errors.MicrosoftTrouble, permissions: list[Permission] | errors.MicrosoftTrouble
) -> Reading:
    for part in (item, permissions):
        if isinstance(part, errors.MicrosoftTrouble):
            return unread(part)
    assert isinstance(item, Item)
    assert isinstance(permissions, list)
    if action.kind is ActionKind.RESTORE_GRANT:
        return _access_of(str(action.after["person"]), item, permissions)
    subject = action.finding.subject
    permission = next((one for one in permissions if one.permission_id == subject.permission_id), None)
    if permission is None:
        nameless = any(one.permission_id.startswith(NAMELESS) for one in permissions)
        return _UNREADABLE if nameless else Live(found=False)
    if not permission.is_known:
        return _UNREADABLE
    if subject.kind is Kind.LINK:
        values = {"link": permission.scope, "expires": permission.expires}
        if permission.has_expiry is None:
            del values["expires"]
        return _live(item, permission, values)
    person = str(action.before.get("person") or "")
    if person and not _names(permission.grantees, person):
        return Live(found=False)
    given = {"access": ",".join(permission.roles), "person": person, "through": permission.kind}
    return _live(item, permission, given)


def _access_of(person: str, item: Item, permissions: Sequence[Permission]) -> Reading:
    """What a person may do with the item by a grant of its own."""
    if not all(one.is_known for one in permissions):
        return _UNREADABLE
    own = [one for one in permissions if one.kind != "link" and not one.inherited and _names(one.grantees, person)]
    access = ",".join(own[0].roles) if own else ""
    return _live(item, None, {"access": access, "person": person})


def _live(item: Item, permission: Permission | None, values: Mapping[str, str | datetime | None]) -> Live:
    return Live(
        found=True,
        values=values,
        path=item.path,
        created=item.lived_from,
        modified=moment(item.modified),
        is_folder=item.file is None,
        inherited=permission.inherited if permission else None,
    )


def _names(grantees: Iterable[Grantee], person: str) -> bool:
    """Whether a person (mail, login name or object id) is among them."""
    wanted = person.casefold()
    return any(wanted in (one.email.casefold(), one.login.casefold(), one.user_id.casefold()) for one in grantees)
