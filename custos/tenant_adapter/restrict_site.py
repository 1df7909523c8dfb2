"""Sets a site's sharing capability: disabled, existing_guests, new_guests or anyone. 2 units by our count, read or written.

Source: https://learn.microsoft.com/powershell/module/microsoft.online.sharepoint.powershell/set-sposite
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from custos.m365 import errors, site_admin
from custos.model.action import Action
from custos.model.live import Failure, Live, Reading
from custos.model.subject import Subject
from custos.tenant_adapter.connections import Connections
from custos.tenant_adapter.one_by_one import one_by_one
from custos.tenant_adapter.troubles import unread


async def read(at: Connections, actions: Sequence[Action]) -> dict[str, Reading]:
    """Each site's sharing level, by `Action.key`."""
    readings = await asyncio.gather(*(_site(at, action.finding.subject) for action in actions))
    return {action.key: reading for action, reading in zip(actions, readings, strict=True)}


async def _site(at: Connections, site: Subject) -> Reading:
    if at.m365.sharepoint is None:
        return Failure(code="forbidden", detail="Only the actor may read a site's sharing, and none is set.")
    try:
        told = await site_admin.read_sharing(at.m365.sharepoint, site.url)
    except errors.MicrosoftTrouble as trouble:
        return unread(trouble)
    return Live(found=True, values={"sharing": told.capability}, path=())


async def _send(at: Connections, action: Action, until: float) -> None:
    url, sharing = action.finding.subject.url, str(action.after["sharing"])
    await site_admin.set_sharing_capability(at.sharepoint, url, sharing, until=until)


write = one_by_one(_send)
