"""Takes a guest out of a team's group, and puts them back. Entra counts requests, no resource units.

Sources: https://learn.microsoft.com/graph/api/group-delete-members, https://learn.microsoft.com/graph/api/group-post-members and
https://learn.microsoft.com/graph/api/group-list-members
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec

from custos.m365 import errors
from custos.m365.directory import members, users_by_upn
from custos.model.action import Action
from custos.model.live import Live, Reading
from custos.tenant_adapter.connections import Connections
from custos.tenant_adapter.one_by_one import one_by_one
from custos.tenant_adapter.troubles import failure_of, unread


async def read(at: Connections, actions: Sequence[Action]) -> dict[str, Reading]:
    """Whether each is a member of the group, by `Action.key`; who has no account any more is not there."""
    groups = list(dict.fromkeys(action.finding.subject.group_id for action in actions))
    listed = dict(zip(groups, await asyncio.gather(*(_members(at, group) for group in groups)), strict=True))
    outside = {
        action.finding.subject.user_id
        for action in actions
        if isinstance(found := listed[action.finding.subject.group_id], frozenset)
        and action.finding.subject.user_id not in found
    }
    try:
        accounts = await users_by_upn(at.observer, sorted(outside)) if outside else {}
    except errors.MicrosoftTrouble as trouble:
        return {action.key: failure_of(trouble) for action in actions}
    readings: dict[str, Reading] = {}
    for action in actions:
        guest, found = action.finding.subject.user_id, listed[action.finding.subject.group_id]
        if isinstance(found, errors.MicrosoftTrouble):
            readings[action.key] = unread(found)
        else:
            there = guest in found or accounts[guest] is not None
            values = {"member": "yes" if guest in found else "no"}
            readings[action.key] = Live(found=there, values=values if there else {}, path=())
    return readings


async def _members(at: Connections, group: str) -> frozenset[str] | errors.MicrosoftTrouble:
    try:
        listing = await members(at.observer, group)
    except errors.MicrosoftTrouble as trouble:
        return trouble
    if listing.unidentified:
        return errors.Malformed(f"group {group}: a member without an id.")
    return frozenset(one.user_id for one in listing.values)


async def _send(at: Connections, action: Action, until: float) -> None:
    guest, group = action.finding.subject.user_id, action.finding.subject.group_id
    if action.after["member"] == "no":
        await at.actor.delete(f"/groups/{group}/members/{guest}/$ref", units=0, until=until)
        return
    body = msgspec.json.encode({"@odata.id": at.actor.public(f"/directoryObjects/{guest}")})
    await at.actor.post(f"/groups/{group}/members/$ref", body, units=0, until=until)


write = one_by_one(_send)
