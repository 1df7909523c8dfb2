"""What a Graph notification may do: mark a library dirty and queue its sync. It authenticates by a shared secret only.

Refused here means: answered 202 and counted. An error would only make Graph send it again and slow down the endpoint;
503 is kept for what could not be stored, because then Graph shall send it again.
Source: https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
"""

from __future__ import annotations

import asyncio
import hmac
from typing import TYPE_CHECKING

import msgspec

from custos.errors import StorageTrouble
from custos.inventory.dirty import clear_dirty, mark_dirty
from custos.jobs import incidents
from custos.jobs.incidents import Incident
from custos.storage.queues import SYNC

if TYPE_CHECKING:
    from custos.bootstrap import Custos

LARGEST_BODY = 256 * 1024
_LONGEST_TOKEN = 4_096
_ACCEPTED = 202
_AT_ONCE = 16


class _Notification(msgspec.Struct, rename="camel"):
    subscription_id: str
    client_state: str = ""
    tenant_id: str = ""
    lifecycle_event: str = ""


class _Collection(msgspec.Struct):
    value: list[_Notification]


_decode = msgspec.json.Decoder(_Collection).decode


def handshake(token: str) -> tuple[int, str]:
    """The answer to Graph's validation of the endpoint: the token as it is, and nothing else. It authenticates nobody."""
    return (200, token) if len(token) <= _LONGEST_TOKEN else (400, "")


async def receive(app: Custos, body: bytes) -> int:
    """Check a collection of notifications and queue what they hint at. Returns the HTTP status.

    Raises StorageTrouble when something could not be queued: nothing of it may be acknowledged then.
    """
    if len(body) > LARGEST_BODY:
        await incidents.note(app, Incident.FORGED, "notification", f"{len(body)} bytes is more than Graph ever sends.")
        return 413
    try:
        notifications = _decode(body).value
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        await incidents.note(app, Incident.FORGED, "notification", f"Not a collection of notifications: {error}")
        return 400
    by_subscription: dict[str, list[_Notification]] = {}
    for notification in notifications:
        by_subscription.setdefault(notification.subscription_id, []).append(notification)
    room = asyncio.Semaphore(_AT_ONCE)

    async def one(subscription_id: str, group: list[_Notification]) -> None:
        async with room:
            await _hint(app, subscription_id, group)

    results = await asyncio.gather(*(one(*pair) for pair in by_subscription.items()), return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return _ACCEPTED


async def _hint(app: Custos, subscription_id: str, notifications: list[_Notification]) -> None:
    known = await app.subscriptions.known(subscription_id)
    genuine = [
        notification
        for notification in notifications
        if known is not None
        and notification.tenant_id in ("", app.settings.tenant_id)
        and hmac.compare_digest(notification.client_state.encode(), known.client_state.encode())
    ]
    if known is None or not genuine:
        await incidents.note(app, Incident.FORGED, "notification", "Its subscription or its clientState is not ours.")
        return
    reauthorise = any(notification.lifecycle_event for notification in genuine)
    if not await mark_dirty(app.account, app.clock, known.drive_id) and not reauthorise:
        return
    try:
        message = {"drive": known.drive_id, **({"reauthorise": subscription_id} if reauthorise else {})}
        await app.account.queue(SYNC).send(message)
    except StorageTrouble:
        await clear_dirty(app.account, known.drive_id)
        raise
