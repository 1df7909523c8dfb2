"""Graph subscriptions: the hints that something changed in a drive.

Source: https://learn.microsoft.com/graph/api/resources/subscription
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from custos.m365.entries import UNREAD, Pages, entry_from
from custos.m365.errors import Malformed, NotFound
from custos.m365.paging import Listing, collected
from custos.m365.timestamps import moment

if TYPE_CHECKING:
    from custos.m365.graph import Graph

LONGEST_MINUTES = 42_300
"""The longest life of a subscription on a drive, just under 30 days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One subscription. `resource` is as it was created, `/drives/{id}/root`; `client_state` is "" where it is not
    told. `expires` is None where it cannot be read; `is_known` is False where nothing but its id can.
    """

    subscription_id: str
    resource: str
    change_type: str
    notification_url: str
    lifecycle_url: str
    client_state: str
    expires: datetime | None
    is_known: bool = True

    @property
    def drive_id(self) -> str:
        """The drive that it watches, "" for anything else."""
        parts = self.resource.strip("/").split("/")
        return parts[1] if len(parts) == 3 and parts[0] == "drives" and parts[2] == "root" else ""


class _Subscription(msgspec.Struct):
    id: str
    resource: str | None = None
    expires: str | None = msgspec.field(name="expirationDateTime", default=None)
    change_type: str | None = msgspec.field(name="changeType", default=None)
    notification_url: str | None = msgspec.field(name="notificationUrl", default=None)
    lifecycle_url: str | None = msgspec.field(name="lifecycleNotificationUrl", default=None)
    client_state: str | None = msgspec.field(name="clientState", default=None)
    unread: tuple[str, ...] = msgspec.field(name=UNREAD, default=())

    def record(self) -> Subscription:
        return Subscription(
            subscription_id=self.id,
            resource=self.resource or "",
            change_type=self.change_type or "",
            notification_url=self.notification_url or "",
            lifecycle_url=self.lifecycle_url or "",
            client_state=self.client_state or "",
            expires=moment(self.expires),
            is_known=bool(self.resource) and not set(self.unread) - {"expirationDateTime"},
        )


_pages = Pages(_Subscription)


async def create(
    graph: Graph,
    *,
    drive_id: str,
    notification_url: str,
    lifecycle_url: str,
    client_state: str,
    expires: datetime,
) -> Subscription:
    """Watch the root of a drive, changes of permissions included, until `expires` (aware; at most 42,300 minutes away).

    Microsoft calls `notification_url` during the request and expects its token echoed within 10 seconds. `client_state`
    has at most 128 characters. `lifecycle_url` can only be set here. One request, no units.
    Raises Conflict when there is one already, Refused when the address does not answer, Forbidden without the role or
    over quota, and Unavailable with `maybe_done` when it may have been created: then list. Permission: Files.Read.All.
    Source: https://learn.microsoft.com/graph/api/subscription-post-subscriptions
    """
    body = msgspec.json.encode(
        {
            "changeType": "updated",
            "notificationUrl": notification_url,
            "lifecycleNotificationUrl": lifecycle_url,
            "resource": f"/drives/{drive_id}/root",
            "expirationDateTime": _instant(expires),
            "clientState": client_state,
            "latestSupportedTlsVersion": "v1_2",
        }
    )
    answer = await graph.post("/subscriptions", body, units=0, prefer=("includesecuritywebhooks",))
    return _one(answer.body)


async def renew(graph: Graph, subscription_id: str, expires: datetime) -> Subscription:
    """Let the subscription live until `expires`; it counts as reauthorising too. One request, no units.

    Raises NotFound when it is gone: create it anew. Source: https://learn.microsoft.com/graph/api/subscription-update
    """
    body = msgspec.json.encode({"expirationDateTime": _instant(expires)})
    answer = await graph.patch(f"/subscriptions/{subscription_id}", body, units=0)
    return _one(answer.body)


async def reauthorise(graph: Graph, subscription_id: str) -> None:
    """Answer a lifecycle event `reauthorizationRequired`. It does not extend the subscription. One request, no units.

    Raises NotFound when it is gone. Source: https://learn.microsoft.com/graph/api/subscription-reauthorize
    """
    await graph.post(f"/subscriptions/{subscription_id}/reauthorize", units=0, idempotent=True)


async def list_all(graph: Graph) -> Listing[Subscription]:
    """Every subscription of this identity. One request a page, no units.

    Source: https://learn.microsoft.com/graph/api/subscription-list
    """
    found = await collected(graph, "/subscriptions", _pages, units=0)
    return Listing([one.record() for one in found.values], found.unidentified)


async def delete(graph: Graph, subscription_id: str) -> None:
    """Stop watching; harmless when it is gone already. One request, no units.

    Source: https://learn.microsoft.com/graph/api/subscription-delete
    """
    try:
        await graph.delete(f"/subscriptions/{subscription_id}", units=0)
    except NotFound:
        return


def _one(raw: bytes) -> Subscription:
    found = entry_from(_Subscription, raw)
    if found is None:
        raise Malformed("subscription: the answer has no id.")
    return found.record()


def _instant(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
