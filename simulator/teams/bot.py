"""The Bot Connector of Teams: what a bot may say to people, and the keys by which it knows that Teams is speaking.

Addresses: `/bot/teams/v3/conversations…` for the bot's calls, `/botframework/v1/.well-known/…` for the metadata of
the tokens that Teams sends with each activity (signed in `simulator.teams.client`).

Sources:
https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-send-and-receive-messages,
https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages,
https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec
from aiohttp import web

from simulator.entra.identity import AUTHORITY, BOT_CONNECTOR, http_refusal
from simulator.entra.registrations import BOT_CLIENT_ID
from simulator.front.hosts import called
from simulator.refusal import Refused
from simulator.teams.client import TEAMS
from simulator.teams.conversations import CONVERSATIONS, Conversation, Message
from simulator.tenant.state import Tenant

MESSAGE_LIMIT_BYTES = 102_400
"""Largest message of a bot, counted in UTF-16. Source: …/bots/how-to/format-your-bot-messages"""
_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_ADAPTIVE_CARD = "application/vnd.microsoft.card.adaptive"


def routes(tenant: Tenant) -> Iterable[web.RouteDef]:
    """The Bot Connector's routes and its OpenID metadata."""
    connector = _Connector(tenant)
    base = "/bot/teams/v3/conversations"
    return [
        web.post(base, connector.create),
        web.post(f"{base}/{{conversation}}/activities", connector.send),
        web.post(f"{base}/{{conversation}}/activities/{{activity}}", connector.send),
        web.put(f"{base}/{{conversation}}/activities/{{activity}}", connector.update),
        web.delete(f"{base}/{{conversation}}/activities/{{activity}}", connector.delete),
        web.get("/botframework/v1/.well-known/openidconfiguration", _metadata),
        web.get("/botframework/v1/.well-known/keys", _keys),
    ]


class _Connector:
    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    async def create(self, request: web.Request) -> web.Response:
        """Open a one-to-one conversation: 201 the first time, 200 after, always with the same id."""
        _require_bot(request)
        body = await _body(request)
        tenant_id = body.get("tenantId") or _in(body, "channelData", "tenant", "id")
        if tenant_id != request.app[AUTHORITY].tenant_id:
            raise _error(
                400, "BadArgument", "The tenant of the conversation is missing or not one that the bot serves."
            )
        if body.get("isGroup"):
            raise _error(400, "BadArgument", "Bots cannot create group chats.")
        members = body.get("members")
        if not isinstance(members, list) or len(members) != 1 or not isinstance(members[0], dict):
            raise _error(400, "BadSyntax", "Exactly one member is needed for a one-to-one conversation.")
        person_id = self._person(str(members[0].get("id", "")))
        conversations = request.app[CONVERSATIONS]
        if not conversations.allow(f"new:{person_id}"):
            raise _error(429, "TooManyRequests", "The bot's request rate is exceeded.")
        if person_id not in conversations.installed:
            raise _error(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
        if person_id in conversations.blocked:
            raise _error(403, "MessageWritesBlocked", "The user has blocked the bot.")
        conversation, made = conversations.open(person_id)
        answer: dict[str, Any] = {"id": conversation.id}
        if isinstance(body.get("activity"), dict):
            answer["activityId"] = self._post(request, conversation, body["activity"]).id
        return web.json_response(answer, status=201 if made else 200)

    async def send(self, request: web.Request) -> web.Response:
        """Post a message: 201 with its id."""
        conversation = self._conversation(request)
        return web.json_response({"id": self._post(request, conversation, await _body(request)).id}, status=201)

    async def update(self, request: web.Request) -> web.Response:
        """Replace a message of the bot's own: 200 with its id."""
        conversation = self._conversation(request)
        message = _message(request, conversation)
        message.activity = _checked(await _body(request))
        message.edits += 1
        message.note = ""
        return web.json_response({"id": message.id})

    async def delete(self, request: web.Request) -> web.Response:
        """Take a message of the bot's own back: 200."""
        _message(request, self._conversation(request)).deleted = True
        return web.Response(status=200)

    def _conversation(self, request: web.Request) -> Conversation:
        _require_bot(request)
        conversations = request.app[CONVERSATIONS]
        conversation = conversations.find(request.match_info["conversation"])
        if conversation is None:
            raise _error(404, "ConversationNotFound", "Conversation not found.")
        if not conversations.allow(conversation.id):
            raise _error(429, "TooManyRequests", "The bot's request rate is exceeded.")
        user = self._tenant.users.get(conversation.person_id)
        if conversation.person_id in conversations.blocked or user is None or not user.enabled:
            raise _error(403, "MessageWritesBlocked", "The user has blocked the bot.")
        if conversation.person_id not in conversations.installed:
            raise _error(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
        return conversation

    def _post(self, request: web.Request, conversation: Conversation, activity: dict[str, Any]) -> Message:
        conversations = request.app[CONVERSATIONS]
        message = Message(conversations.next_id(), "bot", self._tenant.clock.now(), _checked(activity))
        conversation.messages.append(message)
        return message

    def _person(self, member: str) -> str:
        """The user id behind a member id: an Entra object id or Teams' `29:` id, never a UPN."""
        object_id = member.removeprefix("29:")
        user = self._tenant.users.get(object_id.lower()) if _GUID.fullmatch(object_id) else None
        if user is None:
            raise _error(400, "BadArgument", "Failed to decrypt pairwise id: the member is unknown.")
        if not user.enabled:
            raise _error(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
        return user.id


def _require_bot(request: web.Request) -> None:
    try:
        caller = request.app[AUTHORITY].check(request.headers.get("Authorization"), BOT_CONNECTOR)
    except Refused as refusal:
        raise http_refusal(refusal, BOT_CONNECTOR) from refusal
    if caller.client_id != BOT_CLIENT_ID:
        raise _error(403, "BotNotRegistered", "The app is not registered as a bot for this channel.")


def _message(request: web.Request, conversation: Conversation) -> Message:
    message = conversation.message(request.match_info["activity"])
    if message is None:
        raise _error(404, "ActivityNotFoundInConversation", "The activity was not found in the conversation.")
    if message.sender != "bot":
        raise _error(403, "BadArgument", "A bot can change its own messages alone.")
    return message


async def _body(request: web.Request) -> dict[str, Any]:
    raw = await request.read()
    try:
        body = msgspec.json.decode(raw)
    except msgspec.DecodeError as error:
        raise _error(400, "BadSyntax", "The request body is not valid JSON.") from error
    if not isinstance(body, dict):
        raise _error(400, "BadSyntax", "The request body must be a JSON object.")
    if len(raw.decode().encode("utf-16-le")) > MESSAGE_LIMIT_BYTES:
        raise _error(413, "MessageSizeTooBig", "Message size too large.")
    return body


def _checked(activity: dict[str, Any]) -> dict[str, Any]:
    kind = activity.get("type")
    if kind not in ("message", "typing"):
        raise _error(400, "BadArgument", f"Unknown activity type {kind!r}.")
    attachments = activity.get("attachments") or []
    if not isinstance(attachments, list) or not all(isinstance(each, dict) for each in attachments):
        raise _error(400, "BadSyntax", "attachments must be a list of objects.")
    for attachment in attachments:
        content = attachment.get("content")
        if attachment.get("contentType") == _ADAPTIVE_CARD and not (
            isinstance(content, dict)
            and content.get("type") == "AdaptiveCard"
            and isinstance(content.get("version"), str)
        ):
            raise _error(400, "BadArgument", "Bad format of attachment: an Adaptive Card needs its type and version.")
    if kind == "message" and not attachments and not str(activity.get("text") or "").strip():
        raise _error(400, "BadArgument", "Activity resulted into multiple skype activities: the message is empty.")
    return activity


def _error(status: int, code: str, message: str) -> web.HTTPException:
    kinds: dict[int, type[web.HTTPException]] = {
        400: web.HTTPBadRequest,
        403: web.HTTPForbidden,
        404: web.HTTPNotFound,
        429: web.HTTPTooManyRequests,
    }
    text = msgspec.json.encode({"error": {"code": code, "message": message}}).decode()
    if status == 413:
        return web.HTTPRequestEntityTooLarge(
            MESSAGE_LIMIT_BYTES, MESSAGE_LIMIT_BYTES + 1, text=text, content_type="application/json"
        )
    return kinds[status](text=text, content_type="application/json")


def _in(body: dict[str, Any], *path: str) -> Any:
    value: Any = body
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


async def _metadata(request: web.Request) -> web.Response:
    keys = called(request, "/botframework/v1/.well-known/keys")
    return web.json_response(
        {
            "issuer": BOT_CONNECTOR,
            "authorization_endpoint": "https://invalid.botframework.com",
            "jwks_uri": keys,
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        }
    )


async def _keys(request: web.Request) -> web.Response:
    return web.json_response({"keys": request.app[TEAMS].published_keys()})
