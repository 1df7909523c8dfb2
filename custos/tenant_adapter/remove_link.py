"""Removes a link for everybody who used it. One that is gone already is no trouble. 5 units.

Source: https://learn.microsoft.com/graph/api/permission-delete
"""

from __future__ import annotations

from custos.m365.sharing import remove_permission
from custos.model.action import Action
from custos.tenant_adapter.connections import Connections
from custos.tenant_adapter.one_by_one import one_by_one
from custos.tenant_adapter.sharing import read

__all__ = ["read", "write"]


async def _send(at: Connections, action: Action, until: float) -> None:
    link = action.finding.subject
    await remove_permission(at.actor, link.drive_id, link.item_id, link.permission_id, until=until)


write = one_by_one(_send)
