"""What a Graph notification may do: mark a library dirty and queue its sync. It authenticates by a shared secret only.

Refused here means: answered 202 and counted as noise. An error would only make Graph send it again and slow down the
endpoint; 503 is kept for what could not be stored, because then Graph is to send it again.
Source: https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
"""

from __future__ import annotations

import asyncio
import hmac
from typing import TYPE_CHECKING

import msgspec

from custos.inventory.subscriptions import Known
from custos.jobs.refused_requests import Door
from custos.storage.account import Account
from custos.storage.queues import SYNC

if TYPE_CHECKING:
    from custos.bootstrap import Custos

LARGEST_BODY = 256 * 1024
_LONGEST_TOKEN = 4_096
_ACCEPTED = 202


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
        app.refused_requests.refused(Door.NOTIFICATION, "too large")
        return 413
    try:
        notifications = _decode(body).value
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        app.refused_requests.refused(Door.NOTIFICATION, "not a collection of notifications")
        return 400
    ours = await app.subscriptions.among({one.subscription_id for one in notifications})
    unknown = {one.subscription_id for one in notifications} - ours.keys()
    if unknown:
        app.refused_requests.refused(Door.NOTIFICATION, "unknown subscription", len(unknown))
    genuine = [one for one in notifications if one.subscription_id in ours and _is_genuine(app, one, ours)]
    if not genuine:
        return _ACCEPTED
    again = {one.subscription_id for one in genuine if one.lifecycle_event}
    await asyncio.gather(
        app.change_notifications.take(
            {ours[one.subscription_id].drive_id for one in genuine} - {ours[one].drive_id for one in again}
        ),
        *(_reauthorise(app.account, ours[one]) for one in again),
    )
    await app.refused_requests.overheard()
    return _ACCEPTED


def _is_genuine(app: Custos, told: _Notification, ours: dict[str, Known]) -> bool:
    if not hmac.compare_digest(told.client_state.encode(), ours[told.subscription_id].client_state.encode()):
        app.refused_requests.refused(Door.NOTIFICATION, "wrong secret")
        return False
    if told.tenant_id not in ("", app.settings.tenant_id):
        app.refused_requests.refused(Door.NOTIFICATION, "another tenant")
        return False
    return True


async def _reauthorise(account: Account, known: Known) -> None:
    """Graph asks for it: its message is a reading of the library too, for that is what its last notification asked for."""
    await account.queue(SYNC).send({"drive": known.drive_id, "reauthorise": known.subscription_id})
