"""Gives a person (mail address) direct access again. 5 units; Microsoft sends no mail.

Source: https://learn.microsoft.com/graph/api/driveitem-invite
"""

from __future__ import annotations

from custos.m365.sharing import invite
from custos.model.action import Action
from custos.tenant_adapter.connections import Connections
from custos.tenant_adapter.one_by_one import one_by_one
from custos.tenant_adapter.sharing import read

__all__ = ["read", "write"]


async def _send(at: Connections, action: Action, until: float) -> None:
    grant, roles = action.finding.subject, str(action.after["access"]).split(",")
    where = (at.actor, grant.drive_id, grant.item_id)
    await invite(*where, emails=[str(action.after["person"])], roles=[role for role in roles if role], until=until)


write = one_by_one(_send)
