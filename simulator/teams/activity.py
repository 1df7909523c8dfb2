"""The activity feed of Teams: Graph's `sendActivityNotification` to one person.

Source: https://learn.microsoft.com/graph/api/userteamwork-sendactivitynotification and
https://learn.microsoft.com/graph/teams-send-activityfeednotifications
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
from aiohttp import web

from simulator.entra.identity import GRAPH, require
from simulator.entra.registrations import TEAMS_APP_ID
from simulator.refusal import Refused, too_many
from simulator.teams.conversations import CONVERSATIONS, Allowance
from simulator.tenant.state import Tenant

SYSTEM_DEFAULT = "systemDefault"
"""The reserved activity type that needs no entry in the app's manifest; its text is the parameter
`systemDefaultText`.
"""
_LONGEST_TOPIC = 1024
_DEEP_LINK = "https://teams.microsoft.com/l/"
_ENTITY = "https://graph.microsoft.com/v1.0/"


@dataclass(frozen=True, slots=True)
class Notice:
    """One line in somebody's activity feed."""

    at: datetime
    person_id: str
    activity_type: str
    text: str
    preview: str
    link: str


@dataclass
class Feed:
    """Everybody's activity feed, oldest first. `declared` are the activity types of the app's manifest."""

    notices: list[Notice] = field(default_factory=list)
    declared: set[str] = field(default_factory=set)
    _app: Allowance = field(default_factory=lambda: Allowance((5, 1.0)))
    _people: dict[str, Allowance] = field(default_factory=dict)

    def of(self, person_id: str) -> list[Notice]:
        """One person's notices."""
        return [each for each in self.notices if each.person_id == person_id]

    def allow(self, person_id: str) -> bool:
        """5 requests a second for the app, 10 a minute for one recipient."""
        person = self._people.setdefault(person_id, Allowance((10, 60.0)))
        return person.take() and self._app.take()


FEED = web.AppKey("feed", Feed)


class _Topic(msgspec.Struct, rename="camel", kw_only=True):
    source: str
    value: str
    web_url: str | None = None


class _Preview(msgspec.Struct, kw_only=True):
    content: str


class _Parameter(msgspec.Struct, kw_only=True):
    name: str
    value: str


class _Notification(msgspec.Struct, rename="camel", kw_only=True):
    topic: _Topic
    activity_type: str
    preview_text: _Preview | None = None
    template_parameters: list[_Parameter] | None = None
    chain_id: int | None = None
    teams_app_id: str | None = None
    icon_id: str | None = None


def routes(tenant: Tenant) -> Iterable[web.RouteDef]:
    """`sendActivityNotification` for a user."""

    async def send(request: web.Request) -> web.Response:
        require(request, GRAPH, "TeamsActivity.Send", "TeamsActivity.Send.User")
        user = tenant.user(request.match_info["user"])
        try:
            body = msgspec.json.decode(await request.read(), type=_Notification)
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise Refused(400, "BadRequest", str(error)) from error
        feed, conversations = request.app[FEED], request.app[CONVERSATIONS]
        if not feed.allow(user.id):
            raise too_many("Too many activity notifications.", retry_after=1)
        text = _text(body, feed.declared)
        if user.id not in conversations.installed or not user.enabled:
            raise Refused(403, "Forbidden", "Application with the requested app id is not installed for the recipient.")
        if body.teams_app_id not in (None, TEAMS_APP_ID):
            raise Refused(403, "Forbidden", "The Teams app does not belong to the calling application.")
        preview = body.preview_text.content if body.preview_text is not None else ""
        link = body.topic.web_url or body.topic.value
        feed.notices.append(Notice(tenant.clock.now(), user.id, body.activity_type, text, preview, link))
        return web.Response(status=204)

    return [web.post("/graph/v1.0/users/{user}/teamwork/sendActivityNotification", send)]


def _text(body: _Notification, declared: set[str]) -> str:
    topic = body.topic
    parameters = {each.name: each.value for each in body.template_parameters or ()}
    if topic.source not in ("text", "entityUrl"):
        raise Refused(400, "BadRequest", "topic.source must be entityUrl or text.")
    if topic.source == "text" and not (topic.web_url or "").startswith(_DEEP_LINK):
        raise Refused(400, "BadRequest", f"topic.webUrl is needed with a text topic and must begin with {_DEEP_LINK}.")
    if topic.source == "entityUrl" and not topic.value.startswith(_ENTITY):
        raise Refused(400, "BadRequest", f"topic.value must be the address of an entity below {_ENTITY}.")
    if len(topic.value) > _LONGEST_TOPIC:
        raise Refused(400, "BadRequest", "topic.value is too long.")
    if body.activity_type == SYSTEM_DEFAULT:
        if not parameters.get("systemDefaultText"):
            raise Refused(400, "BadRequest", "Template parameter systemDefaultText is missing.")
        return parameters["systemDefaultText"]
    if body.activity_type not in declared:
        raise Refused(400, "BadRequest", f"Activity type {body.activity_type} is not declared in the app's manifest.")
    return " ".join(parameters.values())
