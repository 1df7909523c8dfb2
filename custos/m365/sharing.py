"""Sharing of items: read permissions in bulk, tighten them, and give access back.

What Microsoft can do decides what is offered: an expiry can be set on Anyone links alone; removing a link removes it
for everyone who used it, and its address never comes back; an inherited permission is removed at the ancestor that owns
it. All writes count against 300 in five minutes per app and tenant. Each write is sent once, and not after `until` (epoch
seconds): look at what stands before you send it again.
Source: https://learn.microsoft.com/graph/api/resources/permission
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from custos.m365.batch import BatchRequest
from custos.m365.errors import MicrosoftTrouble, NotFound
from custos.m365.graph import segment
from custos.m365.permissions import Permission, permission_from, permissions_from

if TYPE_CHECKING:
    from custos.m365.graph import Graph

UNITS = 5
_BATCH = 10  # gentler on SharePoint than 20, and the price is the same


async def read_permissions(
    graph: Graph, items: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], list[Permission] | MicrosoftTrouble]:
    """The permissions of many items, by (drive id, item id): each one's list, or its trouble. An empty list is a known
    none.

    Costs 5 units an item and page. Permission: Files.Read.All.
    Sources: https://learn.microsoft.com/graph/api/driveitem-list-permissions and
    https://learn.microsoft.com/graph/json-batching
    """
    requests = [
        BatchRequest(id=str(number), path=_path(drive, item), units=UNITS) for number, (drive, item) in enumerate(items)
    ]
    answers = await graph.batch(requests, size=_BATCH)
    found: dict[tuple[str, str], list[Permission] | MicrosoftTrouble] = {}
    for number, key in enumerate(items):
        try:
            found[key] = await _all(graph, answers[str(number)].read())
        except MicrosoftTrouble as trouble:
            found[key] = trouble
    return found


async def read_item_permissions(graph: Graph, drive_id: str, item_id: str) -> list[Permission]:
    """The permissions of one item as they are now. Costs 5 units a page. Raises NotFound, Locked, Forbidden.

    Source: https://learn.microsoft.com/graph/api/driveitem-list-permissions
    """
    return await _all(graph, await graph.get(_path(drive_id, item_id), units=UNITS))


async def set_link_expiry(
    graph: Graph, drive_id: str, item_id: str, permission_id: str, when: datetime | None, *, until: float = math.inf
) -> Permission:
    """Let an Anyone link end at `when` (aware), or never with None. Costs 5 units and a sharing write.

    Raises Refused on any other permission, NotFound when it is gone. Permission: Files.ReadWrite.All.
    Source: https://learn.microsoft.com/graph/api/permission-update
    """
    body = msgspec.json.encode({"expirationDateTime": None if when is None else _instant(when)})
    answer = await graph.patch(
        _path(drive_id, item_id, permission_id), body, units=UNITS, sharing_write=True, until=until
    )
    return permission_from(answer.body)


async def remove_permission(
    graph: Graph, drive_id: str, item_id: str, permission_id: str, *, until: float = math.inf
) -> bool:
    """Remove a grant, or a link for everyone who used it. True when it was there, False when it was gone already.

    Costs 5 units and a sharing write. Raises Forbidden on an inherited permission, Locked. Permission:
    Files.ReadWrite.All.
    Source: https://learn.microsoft.com/graph/api/permission-delete
    """
    try:
        await graph.delete(_path(drive_id, item_id, permission_id), units=UNITS, sharing_write=True, until=until)
    except NotFound:
        return False
    return True


async def remove_people(
    graph: Graph,
    drive_id: str,
    item_id: str,
    permission_id: str,
    *,
    emails: Sequence[str] = (),
    user_ids: Sequence[str] = (),
    until: float = math.inf,
) -> Permission:
    """Take named people off a link of scope `users`; the link lives on for the others. Costs 5 units and a sharing
    write.

    Raises Refused on links of another scope. Permission: Files.ReadWrite.All.
    Source: https://learn.microsoft.com/graph/api/permission-revokegrants
    """
    grantees = [{"email": email} for email in emails] + [{"objectId": user_id} for user_id in user_ids]
    answer = await graph.post(
        f"{_path(drive_id, item_id, permission_id)}/revokeGrants",
        msgspec.json.encode({"grantees": grantees}),
        units=UNITS,
        sharing_write=True,
        until=until,
    )
    return permission_from(answer.body)


async def invite(
    graph: Graph,
    drive_id: str,
    item_id: str,
    *,
    emails: Sequence[str],
    roles: Sequence[str],
    message: str = "",
    send_mail: bool = False,
    until: float = math.inf,
) -> list[Permission]:
    """Give people direct access who must sign in. Costs 5 units and a sharing write.

    Source: https://learn.microsoft.com/graph/api/driveitem-invite
    """
    body: Mapping[str, object] = {
        "recipients": [{"email": email} for email in emails],
        "roles": list(roles),
        "requireSignIn": True,
        "sendInvitation": send_mail,
        "message": message[:2_000],
    }
    answer = await graph.post(
        f"/drives/{drive_id}/items/{item_id}/invite",
        msgspec.json.encode(body),
        units=UNITS,
        sharing_write=True,
        until=until,
    )
    return permissions_from(answer.body)[0]


async def _all(graph: Graph, raw: bytes) -> list[Permission]:
    """The permissions of all pages; of an id that comes twice, as it came last."""
    found, link = permissions_from(raw)
    while link:
        more, link = permissions_from(await graph.get_link(link, units=UNITS))
        found.extend(more)
    return list({one.permission_id: one for one in found}.values())


def _path(drive_id: str, item_id: str, permission_id: str = "") -> str:
    end = f"/{segment(permission_id)}" if permission_id else ""
    return f"/drives/{drive_id}/items/{item_id}/permissions{end}"


def _instant(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
