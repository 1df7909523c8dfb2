"""Removes a direct grant; or, through a link, takes the person off it. Gone already is no trouble. 5 units.

Sources: https://learn.microsoft.com/graph/api/permission-delete and https://learn.microsoft.com/graph/api/permission-revokegrants
"""

from __future__ import annotations

from custos.m365.sharing import remove_people, remove_permission
from custos.model.action import Action
from custos.tenant_adapter.connections import Connections
from custos.tenant_adapter.one_by_one import one_by_one
from custos.tenant_adapter.sharing import read

__all__ = ["read", "write"]


async def _send(at: Connections, action: Action, until: float) -> None:
    grant, person = action.finding.subject, str(action.before.get("person") or "")
    where = (at.actor, grant.drive_id, grant.item_id, grant.permission_id)
    if action.before["through"] != "link":
        await remove_permission(*where, until=until)
    elif grant.user_id:
        await remove_people(*where, user_ids=[grant.user_id], until=until)
    else:
        await remove_people(*where, emails=[person], until=until)


write = one_by_one(_send)
