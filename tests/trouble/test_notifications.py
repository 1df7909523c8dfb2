"""Trouble with notifications: whatever comes, comes twice, late, forged or not at all, the mirror ends true."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aiohttp import web

from custos.bootstrap import Custos
from custos.inventory.subscriptions import Known, Reconciled, reconcile_subscriptions
from custos.inventory.sync_requests import clear_request
from custos.jobs import sync, webhook
from custos.jobs.refused_requests import Door
from custos.storage.queues import SYNC
from simulator.app_keys import TROUBLES
from simulator.trouble.script import script_from
from simulator.webhooks.delivery import COURIER
from simulator.webhooks.subscription_store import SUBSCRIPTIONS
from tests.limits import PATIENCE
from tests.trouble.tiny_council import LIBRARY, World

OTHER = "/sites/send-ehcp/Tribunals"


class Hook:
    """The webhook's address, behind HTTP on the application's own event loop; what it queues is done when asked."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.posts = 0
        self.url = world.ask(self._open)

    async def _open(self, app: Custos) -> str:
        async def post(request: web.Request) -> web.Response:
            token = request.query.get("validationToken")
            if token is not None:
                status, text = webhook.handshake(token)
                return web.Response(status=status, text=text)
            status = await webhook.receive(app, await request.read())
            self.posts += 1
            return web.Response(status=status)

        served = web.Application()
        served.router.add_post("/notifications", post)
        self._runner = web.AppRunner(served, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return "http://{}:{}/notifications".format(*self._runner.addresses[0][:2])

    def close(self) -> None:
        async def close(_: Custos) -> None:
            await self._runner.cleanup()

        self.world.ask(close)

    def subscribe(self) -> Reconciled:
        """What the hourly timer does."""
        return self.world.ask(
            lambda app: reconcile_subscriptions(app.m365, app.account, app.lakehouse, app.clock, self.url)
        )

    def heard(self, posts: int) -> None:
        """Wait until so many posts more came than when this hook was last at rest."""
        _until(lambda: self.posts >= posts)
        self.posts = 0

    def work(self) -> list[dict[str, Any]]:
        """Do the syncs that notifications queued; the messages."""

        async def do(app: Custos) -> list[dict[str, Any]]:
            done = []
            queue = app.account.queue(SYNC).client
            async for message in queue.receive_messages():
                told = json.loads(message.content)
                await sync.sync(app, told["drive"], reauthorise=told.get("reauthorise", ""))
                await queue.delete_message(message)
                done.append(told)
            return done

        return self.world.ask(do)

    def put_on(self, **trouble: Any) -> None:
        self.world.trouble(trouble)


def _until(holds: Callable[[], bool], seconds: float = PATIENCE) -> None:
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, "it did not happen"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def subscribed(tiny: World) -> Iterator[Hook]:
    """Every library is subscribed to; nothing is under way."""
    app = tiny.server.app
    hook = Hook(tiny)
    tiny.server.do(lambda: setattr(app[COURIER].knobs, "delay", 0.02))
    assert hook.subscribe().created > 50
    yield hook
    tiny.server.do(lambda: app[TROUBLES].add(script_from({"kind": "unsubscribed"})))
    hook.close()


@pytest.fixture
def hook(subscribed: Hook, world: World) -> Hook:
    """The hook with an empty queue, and no library marked as waiting."""

    async def tidy(app: Custos) -> None:
        await app.account.queue(SYNC).client.clear_messages()
        await asyncio.gather(*(clear_request(app.account, world.drive(path).id) for path in (LIBRARY, OTHER)))

    world.ask(tidy)
    subscribed.posts = 0
    return subscribed


def test_a_lost_notification_costs_time_only(hook: Hook, world: World) -> None:
    """Nobody is told, nothing is queued; the backstop finds the change."""
    hook.put_on(kind="lost")
    item = world.upload()
    _until(lambda: world.server.do(world.server.app[TROUBLES].waiting) == [])
    assert (hook.posts, hook.work()) == (0, [])
    assert item.id not in set(world.mirror()["item_id"])
    world.read()
    assert item.id in set(world.mirror()["item_id"])


def test_a_doubled_notification_queues_one_sync(hook: Hook, world: World) -> None:
    """It is told twice, and read once."""
    hook.put_on(kind="doubled")
    item = world.upload()
    hook.heard(2)
    assert [told["drive"] for told in hook.work()] == [world.drive(LIBRARY).id]
    assert item.id in set(world.mirror()["item_id"])


def test_order_means_nothing(hook: Hook, world: World) -> None:
    """Two libraries whose news comes newest first, and late, are both read."""
    hook.put_on(kind="reordered")
    hook.put_on(kind="late", seconds=0.2)
    items = [world.upload(LIBRARY), world.upload(OTHER)]
    hook.heard(2)
    assert {told["drive"] for told in hook.work()} == {world.drive(path).id for path in (LIBRARY, OTHER)}
    for path, item in zip((LIBRARY, OTHER), items, strict=True):
        assert item.id in set(world.mirror(path)["item_id"])


@pytest.mark.parametrize("claim", ["client_state", "tenant", "subscription", "oversized", "not_json"])
def test_a_forged_notification_is_counted_and_ignored(hook: Hook, world: World, claim: str) -> None:
    """It is counted as noise, which is no incident, and no library is read."""
    before, incidents = world.ask(_refused), world.incidents()
    hook.put_on(kind="forged", claim=claim)
    hook.heard(1)
    assert world.ask(_refused) == before + 1
    assert world.incidents() == incidents
    assert hook.work() == []


async def _refused(app: Custos) -> int:
    await app.refused_requests.write_down()
    return sum(number for (door, _), number in (await app.refused_requests.day()).items() if door is Door.NOTIFICATION)


def test_a_burst_shares_its_writes(hook: Hook, world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Two thousand notifications at once about every library cost storage a few requests a library, not two thousand: each
    library is marked and queued once.
    """
    known = world.ask(lambda app: app.subscriptions.all())

    async def told(app: Custos) -> set[int]:
        bodies = [_body(known[number % len(known)]) for number in range(2_000)]
        return set(await asyncio.gather(*(webhook.receive(app, body) for body in bodies)))

    async def queued(app: Custos) -> list[str]:
        found = [message async for message in app.account.queue(SYNC).client.receive_messages()]
        await app.account.queue(SYNC).client.clear_messages()
        await asyncio.gather(*(clear_request(app.account, one.drive_id) for one in known))
        return sorted(json.loads(message.content)["drive"] for message in found)

    with caplog.at_level(logging.INFO, "azure.core.pipeline.policies.http_logging_policy"):
        assert world.ask(told) == {202}
        requests = sum(record.getMessage().startswith("Request URL") for record in caplog.records)
    assert len(known) <= requests < 3 * len(known)
    assert world.ask(queued) == sorted(one.drive_id for one in known)


def test_who_tells_later_is_read_later(hook: Hook, world: World) -> None:
    """A notification that comes after a library's reading began marks it again, however many came before."""
    known = next(
        one for one in world.ask(lambda app: app.subscriptions.all()) if one.drive_id == world.drive(LIBRARY).id
    )

    async def tell(app: Custos) -> None:
        await asyncio.gather(*(webhook.receive(app, _body(known)) for _ in range(50)))

    world.ask(tell)
    world.ask(tell)
    assert len(hook.work()) == 1
    world.ask(tell)
    assert len(hook.work()) == 1


def _body(known: Known) -> bytes:
    return json.dumps(
        {"value": [{"subscriptionId": known.subscription_id, "clientState": known.client_state}]}
    ).encode()


@pytest.mark.parametrize("event", ["reauthorizationRequired", "missed", "subscriptionRemoved"])
def test_lifecycle_events_lose_nothing(hook: Hook, world: World, event: str) -> None:
    """The library is read, reauthorised where asked for, and what was removed is subscribed to again: news flows on."""
    drive_id = world.drive(LIBRARY).id
    hook.put_on(kind="lifecycle", event=event, path=drive_id)
    hook.heard(1)
    item = world.upload()
    assert {told["drive"] for told in hook.work()} == {drive_id}
    assert item.id in set(world.mirror()["item_id"])
    assert hook.subscribe().created == (1 if event == "subscriptionRemoved" else 0)
    assert not [one for one in world.server.app[SUBSCRIPTIONS] if one.paused]


def test_a_subscription_that_is_lost_silently_is_made_anew(hook: Hook, world: World) -> None:
    """Microsoft forgot one: the hourly comparison subscribes again, and the next change is heard of."""
    hook.put_on(kind="unsubscribed", path=world.drive(LIBRARY).id)
    assert hook.subscribe().created == 1
    item = world.upload()
    hook.heard(1)
    hook.work()
    assert item.id in set(world.mirror()["item_id"])
