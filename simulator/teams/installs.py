"""Teams apps: the organisation's catalogue, installing the bot for a person, and the chat that comes of it.

Sources: https://learn.microsoft.com/graph/api/userteamwork-post-installedapps and
https://learn.microsoft.com/microsoftteams/platform/graph-api/proactive-bots-and-messages/graph-proactive-bots-and-messages
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from typing import Any

import msgspec
from aiohttp import web

from simulator.entra.identity import GRAPH, require
from simulator.entra.registrations import BOT_CLIENT_ID, TEAMS_APP_ID
from simulator.graph import options
from simulator.refusal import Refused
from simulator.teams.client import TEAMS, Teams
from simulator.teams.conversations import CONVERSATIONS, Conversations
from simulator.tenant.clock import instant
from simulator.tenant.model import User
from simulator.tenant.state import Tenant

EXTERNAL_ID = BOT_CLIENT_ID
"""The id in the app's manifest, which differs from the id that the catalogue gives it."""
_SELF = ("TeamsAppInstallation.ReadWriteSelfForUser.All", "TeamsAppInstallation.ReadWriteForUser.All")
_CATALOGUE_FILTER = re.compile(r"(?:externalId|id) eq '([^']*)'")
_FILTER = re.compile(r"(?:teamsApp/id|teamsApp/externalId) eq '([^']*)'")


def routes(tenant: Tenant) -> Iterable[web.RouteDef]:
    """The catalogue and the installations of users."""
    desk = _Desk(tenant)
    base = "/graph/v1.0/users/{user}/teamwork/installedApps"
    return [
        web.get("/graph/v1.0/appCatalogs/teamsApps", desk.catalogue),
        web.get(base, desk.list),
        web.post(base, desk.install),
        web.get(f"{base}/{{installation}}", desk.get),
        web.delete(f"{base}/{{installation}}", desk.remove),
        web.get(f"{base}/{{installation}}/chat", desk.chat),
    ]


def installation_id(user_id: str) -> str:
    """Id of the bot's installation for a user."""
    return base64.b64encode(f"{user_id}##{TEAMS_APP_ID}".encode()).decode()


def install(conversations: Conversations, teams: Teams, user: User) -> str:
    """Install the bot for a user, and let the bot know. Raises Refused as Teams refuses."""
    if user.id in conversations.installed:
        raise Refused(409, "Conflict", "The app is already installed for the user.")
    if not user.enabled or user.guest or user.id in conversations.forbidden:
        raise Refused(403, "Forbidden", "The app is blocked for the user by an app permission policy.")
    conversations.installed[user.id] = installation_id(user.id)
    conversations.blocked.discard(user.id)
    teams.tell_of_install(user, conversations.id_for(user.id), added=True)
    return conversations.installed[user.id]


def uninstall(conversations: Conversations, teams: Teams, user: User) -> None:
    """Take the bot away from a user, and let the bot know."""
    if conversations.installed.pop(user.id, None) is not None:
        teams.tell_of_install(user, conversations.id_for(user.id), added=False)


class _Desk:
    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    async def catalogue(self, request: web.Request) -> web.Response:
        require(request, GRAPH, "AppCatalog.Read.All", "AppCatalog.ReadWrite.All")
        wanted = _filtered(request, _CATALOGUE_FILTER, "$filter", "$select", "$expand")
        found = [_teams_app()] if wanted in ("", EXTERNAL_ID, TEAMS_APP_ID) else []
        return web.json_response({"value": found})

    async def list(self, request: web.Request) -> web.Response:
        require(request, GRAPH, *_SELF)
        user = self._tenant.user(request.match_info["user"])
        hit = _filtered(request, _FILTER, "$filter", "$expand") in ("", TEAMS_APP_ID, EXTERNAL_ID)
        has = user.id in request.app[CONVERSATIONS].installed
        return web.json_response({"value": [self._installation(request, user)] if hit and has else []})

    async def install(self, request: web.Request) -> web.Response:
        require(request, GRAPH, *_SELF)
        user = self._tenant.user(request.match_info["user"])
        try:
            body = msgspec.json.decode(await request.read(), type=dict[str, Any])
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise Refused(400, "BadRequest", "The body is no JSON object.") from error
        bound = str(body.get("teamsApp@odata.bind", ""))
        if not bound.rstrip("/").endswith(f"/appCatalogs/teamsApps/{TEAMS_APP_ID}"):
            raise Refused(403, "Forbidden", "The app may install itself alone; teamsApp@odata.bind must name it.")
        request.app[TEAMS].reached_at(request)
        made = install(request.app[CONVERSATIONS], request.app[TEAMS], user)
        location = f"https://graph.microsoft.com/v1.0/users/{user.id}/teamwork/installedApps/{made}"
        return web.Response(status=201, headers={"Location": location})

    async def get(self, request: web.Request) -> web.Response:
        require(request, GRAPH, *_SELF)
        return web.json_response(self._installation(request, self._installed(request)))

    async def remove(self, request: web.Request) -> web.Response:
        require(request, GRAPH, *_SELF)
        uninstall(request.app[CONVERSATIONS], request.app[TEAMS], self._installed(request))
        return web.Response(status=204)

    async def chat(self, request: web.Request) -> web.Response:
        require(request, GRAPH, *_SELF)
        user = self._installed(request)
        now = instant(self._tenant.clock.seconds())
        return web.json_response(
            {
                "id": request.app[CONVERSATIONS].id_for(user.id),
                "topic": None,
                "createdDateTime": now,
                "lastUpdatedDateTime": now,
                "chatType": "oneOnOne",
                "tenantId": self._tenant.id,
            }
        )

    def _installed(self, request: web.Request) -> User:
        user = self._tenant.user(request.match_info["user"])
        known = request.app[CONVERSATIONS].installed.get(user.id)
        if known is None or known != request.match_info["installation"]:
            raise Refused(404, "NotFound", "The app is not installed for the user.")
        return user

    def _installation(self, request: web.Request, user: User) -> dict[str, Any]:
        found: dict[str, Any] = {"id": request.app[CONVERSATIONS].installed[user.id]}
        if "teamsApp" in request.query.get("$expand", ""):
            found["teamsApp"] = _teams_app()
        return found


def _filtered(request: web.Request, pattern: re.Pattern[str], *allowed: str) -> str:
    """The id that `$filter` asks for; "" without one. Raises Refused 400 for options and filters that are not taken."""
    options.check(options.normal(request.query), frozenset(allowed))
    text = request.query.get("$filter")
    if text is None:
        return ""
    matched = pattern.fullmatch(text.strip())
    if matched is None:
        raise Refused(400, "BadRequest", f"The filter is not supported: {text}")
    return matched[1]


def _teams_app() -> dict[str, Any]:
    return {
        "id": TEAMS_APP_ID,
        "externalId": EXTERNAL_ID,
        "displayName": "Custos",
        "distributionMethod": "organization",
    }
