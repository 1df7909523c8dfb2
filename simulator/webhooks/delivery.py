"""The courier that carries change notifications to their subscribers; in time, unless a trouble falls on them.

Delivery follows Microsoft's rules: a 2xx answer within 3 s counts; anything else is tried again with exponential
back-off for up to 4 h, each retry with 10 s; an endpoint that answered slowly in the last ten minutes gets its news
ten minutes late, a very slow one not at all. There is no order and no promise of only one delivery.

Sources: https://learn.microsoft.com/graph/change-notifications-delivery-webhooks,
https://learn.microsoft.com/graph/change-notifications-lifecycle-events
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote, urlsplit

import aiohttp
import msgspec
from aiohttp import web
from yarl import URL

from simulator.tenant.clock import instant
from simulator.tenant.model import ChangeKind
from simulator.tenant.state import Tenant
from simulator.trouble.kinds import Doubled, Late, Lost, Reordered
from simulator.trouble.troubles import Troubles
from simulator.webhooks.subscription_store import Subscription, Subscriptions

_PARTS_A_POST = 100
_DIARY = 2_000
_KEPT_SECONDS = 4 * 3600  # while a subscription waits for reauthorisation, on the tenant's clock
_SLOW_SHARE, _DROP_SHARE = 0.10, 0.15
_FORGERIES: Mapping[str, Mapping[str, Any]] = {
    "client_state": {"clientState": "guessed"},
    "tenant": {"tenantId": "00000000-0000-4000-8000-000000000000"},
    "subscription": {"subscriptionId": "00000000-0000-4000-8000-000000000000"},
    "oversized": {"padding": 300_000},
    "not_json": {"body": "<html>"},
}
EndpointState = Literal["normal", "slow", "drop"]


@dataclass
class Knobs:
    """How the courier behaves. Times are real seconds, so that a rehearsal can shorten what takes hours at
    Microsoft's.
    """

    delay: float = 0.2
    in_time: float = 3.0
    patience: float = 10.0
    handshake: float = 10.0
    first_pause: float = 1.0
    longest_pause: float = 600.0
    give_up: float = 14_400.0
    window: float = 600.0


@dataclass(eq=False, slots=True)
class Endpoint:
    """How an address has answered in the current window, and what that earned it in the one before."""

    since: float
    state: EndpointState = "normal"
    answers: int = 0
    over_in_time: int = 0
    over_patience: int = 0

    def roll(self, now: float, window: float) -> None:
        """At the end of a window, judge it and begin the next."""
        if now - self.since < window:
            return
        share = max(self.answers, 1)
        if self.over_patience / share > _DROP_SHARE:
            self.state = "drop"
        elif self.over_in_time / share > _SLOW_SHARE:
            self.state = "slow"
        else:
            self.state = "normal"
        self.since, self.answers, self.over_in_time, self.over_patience = now, 0, 0, 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One POST to a subscriber. `status` 0: no answer. `seconds` until the answer."""

    url: str
    status: int
    seconds: float
    notifications: int
    retry: int


@dataclass
class Courier:
    """Carries the news of one tenant. `attempts` is its diary; `lost` counts what never arrived."""

    tenant: Tenant
    subscriptions: Subscriptions
    troubles: Troubles
    knobs: Knobs = field(default_factory=Knobs)
    attempts: deque[Attempt] = field(default_factory=lambda: deque(maxlen=_DIARY))
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    lost: int = 0
    _waiting: dict[str, dict[tuple[str, str], dict[str, Any]]] = field(default_factory=dict, repr=False)
    _held: dict[str, tuple[float, dict[str, Any]]] = field(default_factory=dict, repr=False)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set, repr=False)
    _session: aiohttp.ClientSession | None = field(default=None, repr=False)

    async def start(self) -> None:
        """Begin to carry; news before this is nobody's."""
        self._session = aiohttp.ClientSession()

    async def close(self) -> None:
        """Stop, and drop what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None

    # -- news -------------------------------------------------------------------------------------------------------

    def drive_changed(self, drive_id: str, kind: ChangeKind) -> None:
        """A drive changed: tell those subscribed to its root, and to its list if content changed.

        A change of permissions alone is told to subscriptions made with `Prefer: includesecuritywebhooks`.
        """
        if self._session is None:
            return
        for subscription in self.subscriptions.on(drive_id):
            if kind == "content" or subscription.security:
                self._tell(subscription, "updated", {"@odata.type": "#Microsoft.Graph.DriveItem"})
        if kind == "content":
            for subscription in self.subscriptions.on(self.tenant.drives[drive_id].list_id):
                self._tell(subscription, "updated", {"@odata.type": "#Microsoft.Graph.ListItem"})

    def group_changed(self, group_id: str) -> None:
        """A group's owners, members or properties changed."""
        if self._session is None:
            return
        data = {"@odata.type": "#Microsoft.Graph.Group", "@odata.id": f"Groups/{group_id}", "id": group_id}
        for subscription in (*self.subscriptions.on(group_id), *self.subscriptions.on("")):
            if subscription.family == "group":
                self._tell(subscription, "updated", data)

    def lifecycle(self, subscription: Subscription, event: str) -> bool:
        """Tell of a lifecycle event; False without a lifecycle address. After `reauthorizationRequired` notifications
        are kept back until it is given; with `subscriptionRemoved` the subscription is gone, address or not.
        """
        if event == "subscriptionRemoved":
            self.subscriptions.remove(subscription)
        if not subscription.lifecycle_url:
            return False
        subscription.paused = event == "reauthorizationRequired"
        notification = self._envelope(subscription) | {"lifecycleEvent": event}
        self._spawn(self._carry(subscription.lifecycle_url, [notification]))
        return True

    def reauthorised(self, subscription: Subscription) -> None:
        """Delivery goes on; what was kept back arrives now."""
        subscription.paused = False
        since, notification = self._held.pop(subscription.id, (0.0, None))
        if notification is None:
            return
        if self.tenant.clock.seconds() - since > _KEPT_SECONDS:
            self.lost += 1
        else:
            self._spawn(self._carry(subscription.notification_url, [notification]))

    def _envelope(self, subscription: Subscription) -> dict[str, Any]:
        return {
            "subscriptionId": subscription.id,
            "subscriptionExpirationDateTime": instant(subscription.expires),
            "clientState": subscription.client_state or None,
            "tenantId": self.tenant.id,
            "resource": subscription.resource.strip("/"),
        }

    def _tell(self, subscription: Subscription, change: str, data: dict[str, Any]) -> None:
        if change not in subscription.change_type.split(","):
            return
        notification = self._envelope(subscription) | {"changeType": change, "resourceData": data}
        if subscription.paused:
            self._held[subscription.id] = (self.tenant.clock.seconds(), notification)
            return
        url = subscription.notification_url
        shelf = self._waiting.setdefault(url, {})
        if not shelf:
            self._spawn(self._collect(url))
        shelf[subscription.id, str(data.get("id", ""))] = notification

    # -- the road ---------------------------------------------------------------------------------------------------

    async def _collect(self, url: str) -> None:
        """Wait a little, so that news of one moment travels together, then send it off."""
        await asyncio.sleep(self.knobs.delay)
        news = list(self._waiting.pop(url, {}).values())
        together = _PARTS_A_POST
        if len(news) > 1 and self.troubles.on_notification(Reordered):
            news.reverse()
            together = 1
        leaving = []
        for notification in news:
            if self.troubles.on_notification(Lost):
                self.lost += 1
                continue
            late = self.troubles.on_notification(Late)
            if late is not None:
                self._spawn(self._carry(url, [notification], after=late.seconds))
                continue
            leaving.append(notification)
            if self.troubles.on_notification(Doubled):
                self._spawn(self._carry(url, [notification]))
        for start in range(0, len(leaving), together):
            self._spawn(self._carry(url, leaving[start : start + together]))

    async def _carry(self, url: str, notifications: Sequence[dict[str, Any]], *, after: float = 0.0) -> None:
        """Deliver one POST, `after` so many seconds, with all the retries that Microsoft grants."""
        await asyncio.sleep(after)
        state = self._endpoint(url).state
        if state == "drop":
            self.lost += len(notifications)
            return
        if state == "slow":
            await asyncio.sleep(self.knobs.window)
        body = msgspec.json.encode({"value": notifications})
        began, pause, retry = time.monotonic(), self.knobs.first_pause, 0
        while True:
            attempt = await self.post(url, body, notifications=len(notifications), retry=retry)
            in_time = self.knobs.in_time if retry == 0 else self.knobs.patience
            if 200 <= attempt.status < 300 and attempt.seconds <= in_time:
                return
            if time.monotonic() - began + pause > self.knobs.give_up:
                self.lost += len(notifications)
                return
            await asyncio.sleep(pause)
            pause, retry = min(pause * 2, self.knobs.longest_pause), retry + 1

    async def post(self, url: str, body: bytes, *, notifications: int = 1, retry: int = 0) -> Attempt:
        """One POST with a JSON body, noted in the diary and held for or against the endpoint."""
        assert self._session is not None
        began = time.monotonic()
        try:
            async with self._session.post(
                URL(url, encoded=True),
                data=body,
                headers={"Content-Type": "application/json; charset=utf-8"},
                timeout=aiohttp.ClientTimeout(total=self.knobs.patience),
            ) as response:
                await response.read()
                status = response.status
        except (aiohttp.ClientError, TimeoutError):
            status = 0
        attempt = Attempt(url, status, time.monotonic() - began, notifications, retry)
        endpoint = self._endpoint(url)
        endpoint.answers += 1
        endpoint.over_in_time += attempt.seconds > self.knobs.in_time
        endpoint.over_patience += attempt.seconds >= self.knobs.patience
        self.attempts.append(attempt)
        return attempt

    async def validate(self, url: str) -> str:
        """The validation handshake with a notification address: "" when it passed, else what was wrong.

        The token holds characters that are damaged by decoding it twice.
        """
        assert self._session is not None
        token = f"Validation: Testing client application reachability for subscription Request-Id: {uuid.uuid4()} 7%2B+"
        join = "&" if urlsplit(url).query else "?"
        target = URL(f"{url}{join}validationToken={quote(token, safe='')}", encoded=True)
        try:
            async with self._session.post(
                target,
                data=b"",
                headers={"Content-Type": "text/plain; charset=utf-8"},
                timeout=aiohttp.ClientTimeout(total=self.knobs.handshake),
            ) as response:
                text = await response.text()
                if response.status != 200:
                    return f"Notification endpoint must respond with 200 OK, not {response.status}."
                if response.content_type != "text/plain":
                    return f"Notification endpoint must answer text/plain, not {response.content_type}."
        except TimeoutError:
            return f"The request timed out after {self.knobs.handshake:g} seconds."
        except (aiohttp.ClientError, UnicodeDecodeError) as error:
            return f"The endpoint could not be reached: {type(error).__name__}."
        return "" if text == token else "The validation token in the answer is not the one that was sent."

    async def forge(self, subscription: Subscription, **changes: Any) -> Attempt:
        """One POST with a notification that nobody at Microsoft sent: `changes` replaces fields of a true one.

        `body` replaces the whole body (text), `padding` adds so many bytes.
        """
        raw = changes.pop("body", None)
        padding = int(changes.pop("padding", 0))
        true = self._envelope(subscription) | {"changeType": "updated", "resourceData": None}
        body = raw.encode() if isinstance(raw, str) else msgspec.json.encode({"value": [true | changes]})
        return await self.post(subscription.notification_url, body + b" " * padding)

    def forge_all(self, claim: str, count: int) -> None:
        """Post forged notifications to one subscriber, wrong in their `claim`: see `simulator.trouble.kinds.Forged`."""
        target = next(iter(self.subscriptions), None)
        if target is not None:
            for _ in range(count):
                self._spawn(self._forge_one(target, _FORGERIES[claim]))

    async def _forge_one(self, subscription: Subscription, changes: Mapping[str, Any]) -> None:
        await self.forge(subscription, **changes)

    def _endpoint(self, url: str) -> Endpoint:
        now = time.monotonic()
        endpoint = self.endpoints.setdefault(url.partition("?")[0], Endpoint(now))
        endpoint.roll(now, self.knobs.window)
        return endpoint

    def _spawn(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


COURIER = web.AppKey("courier", Courier)
