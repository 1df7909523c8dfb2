"""Lets a link that anyone can open end at a moment; None takes its end away. 5 units.

Source: https://learn.microsoft.com/graph/api/permission-update
"""

from __future__ import annotations

from custos.m365.sharing import set_link_expiry
from custos.model.action import Action
from custos.tenant_adapter.connections import Connections
from custos.tenant_adapter.one_by_one import one_by_one
from custos.tenant_adapter.sharing import read

__all__ = ["read", "write"]


async def _send(at: Connections, action: Action, until: float) -> None:
    link, expires = action.finding.subject, action.after["expires"]
    assert not isinstance(expires, (str, int, float))
    await set_link_expiry(at.actor, link.drive_id, link.item_id, link.permission_id, expires, until=until)


write = one_by_one(_send)
