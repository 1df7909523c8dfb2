"""Teams' side of the conversation with a bot: activities that people cause, signed and posted to the bot's messaging
endpoint.

Each request carries a token as Microsoft signs it, and every way of forging one that a bot must refuse can be asked
for by name.

Sources: https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication,
https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/work-with-universal-actions-for-adaptive-cards
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import aiohttp
import jwt
import msgspec
from aiohttp import web

from simulator.entra.identity import BOT_CONNECTOR, TENANT_ID
from simulator.entra.registrations import BOT_CLIENT_ID
from simulator.entra.signing import SigningKey, signing_key
from simulator.tenant.clock import TenantClock, instant
from simulator.tenant.model import User

ANSWER_SECONDS = 15.0
"""How long Teams waits for a bot before it tells the person that something went wrong."""


class Forgery(StrEnum):
    """Ways in which a request to the bot can be false. `replay` repeats the last true one, byte for byte."""

    WRONG_AUDIENCE = "wrong_audience"
    WRONG_ISSUER = "wrong_issuer"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    UNKNOWN_KEY = "unknown_key"  # a key id that is not published
    FOREIGN_KEY = "foreign_key"  # a published key id, signed with another key
    ALGORITHM_NONE = "algorithm_none"
    ALGORITHM_HS256 = "algorithm_hs256"  # the public key used as a shared secret
    NO_ENDORSEMENT = "no_endorsement"  # a published key that is not endorsed for msteams
    WRONG_SERVICE_URL = "wrong_service_url"  # the claim differs from the activity
    OTHER_TENANT = "other_tenant"
    NO_TOKEN = "no_token"
    ALTERED_TOKEN = "altered_token"
    MALFORMED = "malformed"  # a true token, and a body that is no JSON
    OVERSIZED = "oversized"  # a true token, and a body of 300 KB
    REPLAY = "replay"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bot answered; `status` 0: nothing came in time. `body` is None unless it was JSON."""

    status: int
    body: Any = None
    text: str = ""

    @property
    def seen(self) -> str:
        """What Teams shows the person beneath the card; "" when all is well."""
        if self.status == 0:
            return "Unable to reach app. Please try again."
        if not 200 <= self.status < 300:
            return "Something went wrong. Please try again."
        return ""


@dataclass
class Teams:
    """Sends activities to the bot. `endpoint` is the address of `/api/messages`; empty until somebody registers it."""

    clock: TenantClock
    tenant_id: str = TENANT_ID
    endpoint: str = ""
    service_url: str = ""
    _last: tuple[bytes, dict[str, str]] | None = field(default=None, repr=False)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set, repr=False)

    def reached_at(self, request: web.Request) -> None:
        """Remember the address by which this tenant is called: activities name it as their `serviceUrl`."""
        self.service_url = f"{request.scheme}://{request.host}/bot/teams/"

    @property
    def key(self) -> SigningKey:
        """Microsoft's key for Teams."""
        return signing_key("teams")

    @property
    def _other_channel_key(self) -> SigningKey:
        """Microsoft's key for channels other than Teams."""
        return signing_key("channels")

    @property
    def _stranger(self) -> SigningKey:
        """A key that is not Microsoft's."""
        return signing_key("stranger")

    def published_keys(self) -> list[dict[str, Any]]:
        """The keys document: one key endorsed for Teams, one for other channels alone."""
        return [
            self.key.jwk(endorsements=["msteams", "skype", "webchat"]),
            self._other_channel_key.jwk(endorsements=["webchat", "directline"]),
        ]

    async def deliver(self, activity: Mapping[str, Any], forgery: Forgery | None = None) -> Answer:
        """Post an activity to the bot, true or forged. Raises ValueError while no endpoint is registered."""
        if not self.endpoint:
            raise ValueError("No messaging endpoint is registered: POST /sim/messaging-endpoint first.")
        if forgery is Forgery.REPLAY:
            if self._last is None:
                raise ValueError("Nothing was delivered yet that could be replayed.")
            content, headers = self._last
        else:
            content = _written(self._told(activity, forgery), forgery)
            headers = {"Content-Type": "application/json; charset=utf-8"} | self._authorization(forgery)
            if forgery is None:
                self._last = (content, headers)
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS)) as session,
                session.post(self.endpoint, data=content, headers=headers) as response,
            ):
                text = await response.text()
                return Answer(response.status, _json(text), text)
        except (aiohttp.ClientError, TimeoutError):
            return Answer(0)

    def activity(self, person: User, conversation_id: str, kind: str, **more: Any) -> dict[str, Any]:
        """An activity of `kind` by `person`, with everything that Teams says of the two."""
        now = instant(self.clock.seconds())
        return {
            "type": kind,
            "id": f"f:{uuid.uuid4()}",
            "timestamp": now,
            "localTimestamp": now,
            "localTimezone": "Europe/London",
            "channelId": "msteams",
            "serviceUrl": self.service_url,
            "from": {"id": f"29:{person.id}", "name": person.name, "aadObjectId": person.id},
            "conversation": {"conversationType": "personal", "tenantId": self.tenant_id, "id": conversation_id},
            "recipient": {"id": f"28:{BOT_CLIENT_ID}", "name": "Custos"},
            "entities": [
                {
                    "locale": "en-GB",
                    "country": "GB",
                    "platform": "Web",
                    "timezone": "Europe/London",
                    "type": "clientInfo",
                }
            ],
            "channelData": {"tenant": {"id": self.tenant_id}},
            "locale": "en-GB",
        } | more

    def tell_of_install(self, person: User, conversation_id: str, *, added: bool) -> None:
        """Let the bot know, in the background, that a person got it or lost it; nothing while no endpoint is
        registered.
        """
        if self.endpoint:
            task = asyncio.create_task(self._install_activities(person, conversation_id, added=added))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Stop telling."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _install_activities(self, person: User, conversation_id: str, *, added: bool) -> None:
        bot = [{"id": f"28:{BOT_CLIENT_ID}", "name": "Custos"}]
        told = {"membersAdded": bot} if added else {"membersRemoved": bot}
        await self.deliver(self.activity(person, conversation_id, "conversationUpdate", **told))
        action = "add" if added else "remove"
        await self.deliver(self.activity(person, conversation_id, "installationUpdate", action=action))

    def _told(self, activity: Mapping[str, Any], forgery: Forgery | None) -> dict[str, Any]:
        told = dict(activity)
        if forgery is Forgery.OTHER_TENANT:
            other = str(uuid.uuid4())
            told["conversation"] = {**told["conversation"], "tenantId": other}
            told["channelData"] = {**told["channelData"], "tenant": {"id": other}}
        return told

    def _authorization(self, forgery: Forgery | None) -> dict[str, str]:
        if forgery is Forgery.NO_TOKEN:
            return {}
        now = int(time.time())
        claims: dict[str, Any] = {
            "serviceurl": self.service_url,
            "nbf": now,
            "exp": now + 3600,
            "iss": BOT_CONNECTOR,
            "aud": BOT_CLIENT_ID,
        }
        claims |= _false_claims(forgery, now)
        token = self._signed(claims, forgery)
        if forgery is Forgery.ALTERED_TOKEN:
            head, _, signature = token.split(".")
            body = jwt.encode(claims | {"exp": now + 86_400}, "x" * 32, algorithm="HS256").split(".")[1]
            token = f"{head}.{body}.{signature}"
        return {"Authorization": f"Bearer {token}"}

    def _signed(self, claims: Mapping[str, Any], forgery: Forgery | None) -> str:
        match forgery:
            case Forgery.ALGORITHM_NONE:
                return jwt.encode(dict(claims), "", algorithm="none", headers={"kid": self.key.kid})
            case Forgery.ALGORITHM_HS256:
                return jwt.encode(dict(claims), self.key.jwk()["n"], algorithm="HS256", headers={"kid": self.key.kid})
            case Forgery.UNKNOWN_KEY:
                return self._stranger.sign(claims)
            case Forgery.FOREIGN_KEY:
                return self._stranger.sign(claims, kid=self.key.kid)
            case Forgery.NO_ENDORSEMENT:
                return self._other_channel_key.sign(claims)
            case _:
                return self.key.sign(claims)


def _written(activity: Mapping[str, Any], forgery: Forgery | None) -> bytes:
    content = msgspec.json.encode(activity)
    match forgery:
        case Forgery.MALFORMED:
            return content[: len(content) // 2]
        case Forgery.OVERSIZED:
            return content + b" " * 300_000
        case _:
            return content


def _false_claims(forgery: Forgery | None, now: int) -> dict[str, Any]:
    match forgery:
        case Forgery.WRONG_AUDIENCE:
            return {"aud": str(uuid.uuid4())}
        case Forgery.WRONG_ISSUER:
            return {"iss": "https://sts.windows.net/elsewhere/"}
        case Forgery.EXPIRED:
            return {"nbf": now - 7200, "exp": now - 3600}
        case Forgery.NOT_YET_VALID:
            return {"nbf": now + 3600, "exp": now + 7200}
        case Forgery.WRONG_SERVICE_URL:
            return {"serviceurl": "https://smba.example.net/teams/"}
        case _:
            return {}


TEAMS = web.AppKey("teams", Teams)


def _json(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return None
