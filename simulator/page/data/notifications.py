"""Who has subscribed to changes, how their addresses answer, and the courier's diary."""

from __future__ import annotations

import msgspec

from simulator.entra.identity import AUTHORITY
from simulator.page.data.context import Context
from simulator.tenant.state import Tenant
from simulator.webhooks.delivery import COURIER
from simulator.webhooks.subscription_store import SUBSCRIPTIONS

_DIARY = 50


class SubscriptionRow(msgspec.Struct, frozen=True, rename="camel"):
    """A living subscription. `about` says in words what `resource` is; `paused` waits for reauthorisation."""

    id: str
    resource: str
    about: str
    app: str
    change_type: str
    url: str
    lifecycle_url: str
    expires: int
    security: bool
    paused: bool


class EndpointRow(msgspec.Struct, frozen=True, rename="camel"):
    """How an address answers: `state` is `normal`, `slow` (told ten minutes late) or `drop` (told nothing)."""

    url: str
    state: str
    answers: int
    slow_answers: int


class AttemptRow(msgspec.Struct, frozen=True, rename="camel"):
    """One POST to a subscriber. `status` 0: no answer."""

    url: str
    status: int
    milliseconds: int
    notifications: int
    retry: int


class NotificationFacts(msgspec.Struct, frozen=True, rename="camel"):
    """`attempts` are the newest, newest first; `posts` counts all; `lost` those that never arrived."""

    subscriptions: list[SubscriptionRow]
    endpoints: list[EndpointRow]
    attempts: list[AttemptRow]
    posts: int
    lost: int
    delay: float


async def notifications(context: Context) -> NotificationFacts:
    """The courier's present state."""
    courier, registrations = context.app[COURIER], context.app[AUTHORITY].registrations
    rows = []
    for each in context.app[SUBSCRIPTIONS]:
        known = registrations.get(each.app_id)
        rows.append(
            SubscriptionRow(
                id=each.id,
                resource=each.resource,
                about=_about(context.tenant, each.key),
                app=known.name if known else each.app_id,
                change_type=each.change_type,
                url=each.notification_url.partition("?")[0],  # function keys stand behind it
                lifecycle_url=each.lifecycle_url.partition("?")[0],
                expires=int(each.expires),
                security=each.security,
                paused=each.paused,
            )
        )
    attempts = list(courier.attempts)[: -_DIARY - 1 : -1]
    return NotificationFacts(
        subscriptions=rows,
        endpoints=[
            EndpointRow(url, each.state, each.answers, each.over_in_time) for url, each in courier.endpoints.items()
        ],
        attempts=[
            AttemptRow(
                each.url.partition("?")[0], each.status, round(each.seconds * 1000), each.notifications, each.retry
            )
            for each in attempts
        ],
        posts=len(courier.attempts),
        lost=courier.lost,
        delay=courier.knobs.delay,
    )


def _about(tenant: Tenant, key: str) -> str:
    drive = tenant.drives.get(key) or tenant.drives_by_list.get(key.lower())
    if drive is not None:
        return f"{drive.site.title} · {drive.name}"
    group = tenant.groups.get(key)
    return group.name if group else ""
