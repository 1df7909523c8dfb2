"""The Teams app in a person's Teams: without it the bot has nobody to talk to.

Source:
https://learn.microsoft.com/microsoftteams/platform/graph-api/proactive-bots-and-messages/graph-proactive-bots-and-messages
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from custos.m365.errors import Conflict
from custos.m365.graph import segment
from custos.m365.paging import Collection, collected, decoded

if TYPE_CHECKING:
    from custos.m365.graph import Graph


class _Installation(msgspec.Struct):
    id: str


class _Chat(msgspec.Struct):
    id: str


_installations = msgspec.json.Decoder(Collection[_Installation])
_chat = msgspec.json.Decoder(_Chat)


async def installation_of(graph: Graph, user_id: str, teams_app_id: str) -> str:
    """The id of the installation of the app for a person, "" when it is not installed. One request, no units.

    Permission: TeamsAppInstallation.ReadWriteSelfForUser.All.
    Source: https://learn.microsoft.com/graph/api/userteamwork-list-installedapps
    """
    params: dict[str, str | int] = {"$expand": "teamsApp", "$filter": f"teamsApp/id eq '{teams_app_id}'"}
    path = f"/users/{segment(user_id)}/teamwork/installedApps"
    found = await collected(graph, path, _installations, units=0, params=params)
    return found[0].id if found else ""


async def install(graph: Graph, user_id: str, teams_app_id: str) -> None:
    """Install the app for a person; harmless when it is installed. One request, no units.

    Raises Forbidden where an app policy blocks it, NotFound for an unknown person.
    Source: https://learn.microsoft.com/graph/api/userteamwork-post-installedapps
    """
    bind = f"https://graph.microsoft.com/v1.0/appCatalogs/teamsApps/{teams_app_id}"
    body = msgspec.json.encode({"teamsApp@odata.bind": bind})
    try:
        await graph.post(f"/users/{segment(user_id)}/teamwork/installedApps", body, units=0, idempotent=True)
    except Conflict:
        return


async def conversation_of(graph: Graph, user_id: str, installation_id: str) -> str:
    """The id of the chat between a person and the bot. One request, no units.

    Source: https://learn.microsoft.com/graph/api/userscopeteamsappinstallation-get-chat
    """
    path = f"/users/{segment(user_id)}/teamwork/installedApps/{segment(installation_id)}/chat"
    return decoded(_chat, await graph.get(path, units=0), "chat of an installation").id
