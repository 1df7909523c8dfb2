"""The Teams bot's outbound side: open a conversation, send a card, update it.

Source: https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-send-and-receive-messages
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

import httpx
import msgspec

from custos.m365.credentials import BOT_AUDIENCE, Identity
from custos.m365.errors import Malformed, Unavailable, trouble_from
from custos.m365.paging import decoded
from custos.m365.throttle import Throttle
from custos.m365.throttled_services import Service
from custos.m365.tls import tls

ADAPTIVE_CARD = "application/vnd.microsoft.card.adaptive"
"""Bytes of a message in UTF-16, beyond which Teams answers 413."""

type Json = Mapping[str, object]
type Leaving = Callable[[], Awaitable[None]]


class _Resource(msgspec.Struct):
    id: str


_resource = msgspec.json.Decoder(_Resource)
_TIMEOUT = httpx.Timeout(20.0, connect=10.0)


@dataclass
class Bot:
    """The bot as Teams knows it: `app_id` in the tenant `tenant_id`, reached at `service_url` (no trailing slash).

    Every method costs one request and no units, and raises a MicrosoftTrouble: Forbidden with code `MessageWritesBlocked` when
    the person blocked or uninstalled the bot, NotFound when the conversation is gone, Refused with status 413 beyond
    100 KB.
    """

    identity: Identity
    throttle: Throttle
    app_id: str
    tenant_id: str
    service_url: str
    _client: httpx.AsyncClient = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.service_url = self.service_url.rstrip("/")
        self._client = httpx.AsyncClient(verify=tls(), timeout=_TIMEOUT, follow_redirects=False)

    async def open_conversation(self, user_id: str) -> str:
        """The id of the 1:1 conversation with a person (Entra object id). Asking twice gives the same conversation.

        Source: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages
        """
        body = {
            "bot": {"id": f"28:{self.app_id}"},
            "members": [{"id": user_id}],
            "isGroup": False,
            "tenantId": self.tenant_id,
            "channelData": {"tenant": {"id": self.tenant_id}},
        }
        return await self._created("POST", "/v3/conversations", body, idempotent=True)

    async def send_card(self, conversation_id: str, card: Json, *, summary: str, leaving: Leaving | None = None) -> str:
        """Send an Adaptive Card and answer the activity's id. `summary` is what a notification shows.

        Never sent twice by us: raises Unavailable with `maybe_done` when it may have arrived. `leaving` is called just
        before it leaves, when tokens and turns have been waited for; what it raises keeps the card back.
        Source: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages
        """
        path = f"/v3/conversations/{_part(conversation_id)}/activities"
        return await self._created("POST", path, self._message(card, summary), idempotent=False, leaving=leaving)

    async def update_card(self, conversation_id: str, activity_id: str, card: Json, *, summary: str) -> None:
        """Put another card in the place of one that was sent. Source: as `send_card`."""
        path = f"/v3/conversations/{_part(conversation_id)}/activities/{_part(activity_id)}"
        await self._call("PUT", path, self._message(card, summary) | {"id": activity_id}, idempotent=True)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def _message(self, card: Json, summary: str) -> dict[str, object]:
        return {
            "type": "message",
            "summary": summary,
            "attachments": [{"contentType": ADAPTIVE_CARD, "content": card}],
        }

    async def _created(
        self, method: str, path: str, body: Json, *, idempotent: bool, leaving: Leaving | None = None
    ) -> str:
        answer = await self._call(method, path, body, idempotent=idempotent, leaving=leaving)
        return decoded(_resource, answer, f"{method} {path}").id

    async def _call(
        self, method: str, path: str, body: Json, *, idempotent: bool, leaving: Leaving | None = None
    ) -> bytes:
        content = msgspec.json.encode(body)
        return await self.throttle.run(
            lambda: self.identity.renewing(lambda: self._send(method, path, content, leaving)),
            service=Service.BOT,
            idempotent=idempotent,
        )

    async def _send(self, method: str, path: str, content: bytes, leaving: Leaving | None) -> bytes:
        what = f"{method} {path.partition('?')[0]} to Teams"
        token = await self.identity.token(BOT_AUDIENCE)
        headers = {"Authorization": f"Bearer {token.token}", "Content-Type": "application/json"}
        if leaving is not None:
            await leaving()
        try:
            answer = await self._client.request(method, self.service_url + path, content=content, headers=headers)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise Unavailable(f"{what}: not reached ({type(error).__name__}).") from error
        except httpx.TransportError as error:
            raise Unavailable(f"{what}: no answer ({type(error).__name__}).", maybe_done=True) from error
        except httpx.DecodingError as error:
            raise Malformed(f"{what}: the answer cannot be read ({error}).") from error
        if answer.is_success:
            return answer.content
        raise trouble_from(answer.status_code, answer.headers, answer.content, what=what, is_write=True)


def _part(text: str) -> str:
    return quote(text, safe=":@")
