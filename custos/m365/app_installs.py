"""The Teams app in a person's Teams: without it the bot has nobody to talk to.

Source:
https://learn.microsoft.com/microsoftteams/platform/graph-api/proactive-bots-and-messages/graph-proactive-bots-and-messages
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from custos.m365.errors import Conflict
from custos.m365.graph import segment

if TYPE_CHECKING:
    from custos.m365.graph import Graph


async def install(graph: Graph, user_id: str, teams_app_id: str) -> None:
    """Install the app for a person; harmless when it is installed. One request, no units.

    Raises Forbidden where an app policy blocks it, NotFound for an unknown person.
    Source: https://learn.microsoft.com/graph/api/userteamwork-post-installedapps
    """
    bind = graph.public(f"/appCatalogs/teamsApps/{segment(teams_app_id)}")
    body = msgspec.json.encode({"teamsApp@odata.bind": bind})
    try:
        await graph.post(f"/users/{segment(user_id)}/teamwork/installedApps", body, units=0, idempotent=True)
    except Conflict:
        return
