"""The messaging endpoint: from a request that Teams posts to the answer that it shows.

Nothing slow happens here: a press becomes a decision in storage and the card that shows it; whatever is to be sent goes
to the queue `notify`.
Source: https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/work-with-universal-actions-for-adaptive-cards
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from custos.notices.adaptive_cards import CONTENT_TYPE, Element
from custos.notices.answers import SENTENCES, refresh_cards, take, told
from custos.notices.bot_activity import Activity
from custos.notices.bot_auth import BotAuthentication, Forged, KeysUnavailable
from custos.notices.bot_language import understand
from custos.notices.cards import KIND, REASON, Reader, digest_card
from custos.notices.case_store import CaseStore
from custos.notices.contacts import Contacts
from custos.notices.decisions import COUNTS, Accountable, Press, PressResult
from custos.notices.digest import DigestStore, Messages
from custos.telemetry import logger

ACTION = "adaptiveCard/action"
MESSAGE_TYPE = "application/vnd.microsoft.activity.message"
ERROR_TYPE = "application/vnd.microsoft.error"
_LONGEST_FIELD = 200
_OUTDATED = "This card is out of date. Write “what is waiting” to see the question as it stands."

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Response:
    """The HTTP answer: `body` is a JSON object or None. `refused` is why a request was not believed, "" otherwise."""

    status: int
    body: Mapping[str, object] | None = None
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BotEndpoint:
    """Everything that the endpoint needs. `accountable` is asked at every press; `holidays` are those of the registers in force."""

    door: BotAuthentication
    accountable: Accountable
    holidays: Callable[[], Awaitable[frozenset[date]]]
    book: CaseStore
    digests: DigestStore
    people: Contacts
    queue: Messages
    zone: ZoneInfo


async def handle_activity(body: bytes, authorization: str | None, *, endpoint: BotEndpoint, now: datetime) -> Response:
    """Answer one request of Teams. Forged ones get 403 and leave no trace but `refused`.

    503 while Microsoft's keys cannot be had. Raises StorageTrouble: then nothing was taken, and Teams says so.
    """
    try:
        activity = await endpoint.door.admit(body, authorization)
    except Forged as forged:
        return Response(403, None, forged.code)
    except KeysUnavailable:
        _log.error("keys of the bot service cannot be fetched", exc_info=True)
        return Response(503)
    match activity.type:
        case "invoke":
            return await _invoke(activity, endpoint, now)
        case "message":
            await _message(activity, endpoint, now)
        case "conversationUpdate" | "installationUpdate":
            await _installation(activity, endpoint.people)
        case _:
            _log.info("activity without a use", extra={"kind": activity.type[:40]})
    return Response(200)


async def _invoke(activity: Activity, endpoint: BotEndpoint, now: datetime) -> Response:
    if activity.name != ACTION:
        return Response(501)
    press = _press_of_invoke(activity)
    if press is None:
        return Response(200, _error(400, "BadRequest", "This button cannot be understood."))
    verdict = await _take(press, endpoint, now)
    card = await _card(verdict, press.user_id, endpoint, now)
    if card is not None:
        return Response(200, {"statusCode": 200, "type": CONTENT_TYPE, "value": card})
    return Response(200, {"statusCode": 200, "type": MESSAGE_TYPE, "value": told(verdict, again=_OUTDATED)})


async def _message(activity: Activity, endpoint: BotEndpoint, now: datetime) -> None:
    """Words, or the button of a client that knows no Action.Execute."""
    user_id = activity.sender.aad_object_id
    if not user_id:
        return
    press = _press_of_submit(activity)
    if press is not None:
        verdict = await _take(press, endpoint, now)
        if verdict.outcome not in COUNTS:
            await refresh_cards(verdict.case, endpoint.queue, only=user_id)
        return
    await _remember(activity, endpoint.people)
    asked = understand(activity.text)
    more = {"about": asked.about, "nearest": asked.nearest}
    await endpoint.queue.send(
        {"say": asked.wish.value, "user": user_id, **{key: said for key, said in more.items() if said}}
    )


async def _take(press: Press, endpoint: BotEndpoint, now: datetime) -> PressResult:
    return await take(
        press,
        book=endpoint.book,
        accountable=endpoint.accountable,
        queue=endpoint.queue,
        now=now,
        zone=endpoint.zone,
    )


async def _card(verdict: PressResult, user_id: str, endpoint: BotEndpoint, now: datetime) -> Element | None:
    """The person's whole card as it stands after the press; None when this press never belonged to a card of theirs."""
    case = verdict.case
    mine = [card for card in case.cards if card.user_id == user_id] if case else []
    if not mine or verdict.outcome in SENTENCES:
        return None
    stored = await endpoint.digests.get(mine[-1].digest)
    if stored is None:
        return None
    reader = Reader(
        user_id=user_id,
        today=now.astimezone(endpoint.zone).date(),
        zone=endpoint.zone,
        holidays=await endpoint.holidays(),
    )
    cases = await endpoint.book.on_card(stored.digest.cases)
    return digest_card(cases, reader, waiting=stored.digest.waiting).card


def _press_of_invoke(activity: Activity) -> Press | None:
    try:
        value = msgspec.json.decode(activity.value, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    action = value.get("action")
    if not isinstance(action, dict) or not isinstance(action.get("data"), dict):
        return None
    return _press(action["data"], str(action.get("verb", "")), activity)


def _press_of_submit(activity: Activity) -> Press | None:
    try:
        value = msgspec.json.decode(activity.value)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    if not isinstance(value, dict) or "c" not in value:
        return None
    return _press(value, str(value.get("v", "")), activity)


def _press(data: Mapping[str, Any], verb: str, activity: Activity) -> Press | None:
    """What the card carried; None when it is nothing that our cards carry."""
    fields = (data.get("c"), data.get("n"), verb, data.get(f"{REASON}{data.get('c')}", ""), data.get(KIND, ""))
    if not all(isinstance(each, str) and len(each) <= _LONGEST_FIELD for each in fields):
        return None
    case_id, nonce, verb, reason, kind = map(str, fields)
    if not case_id.isalnum():
        return None
    user_id = activity.sender.aad_object_id
    return Press(case_id=case_id, nonce=nonce, verb=verb, reason=reason, user_id=user_id, kind=kind)


async def _installation(activity: Activity, people: Contacts) -> None:
    """The bot came to a person, or went: remember the conversation, or forget it."""
    bot = activity.recipient.id
    gone = activity.action.startswith("remove") or any(member.id == bot for member in activity.members_removed)
    if gone and activity.sender.aad_object_id:
        await people.left(activity.sender.aad_object_id)
    elif not gone:
        await _remember(activity, people)


async def _remember(activity: Activity, people: Contacts) -> None:
    personal = activity.conversation.conversation_type in ("personal", "")
    if activity.sender.aad_object_id and personal and activity.conversation.id:
        await people.met(
            activity.sender.aad_object_id,
            conversation_id=activity.conversation.id,
            service_url=activity.service_url,
        )


def _error(status: int, code: str, message: str) -> Mapping[str, object]:
    return {"statusCode": status, "type": ERROR_TYPE, "value": {"code": code, "message": message}}
