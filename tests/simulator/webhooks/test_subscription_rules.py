"""What Microsoft's pages say of subscriptions, one rule a test, each with its page."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web

from simulator.entra.registrations import ACTOR_CLIENT_ID
from simulator.tenant.clock import instant, moment
from simulator.tenant.identifiers import guid
from simulator.tenant.model import Group
from simulator.webhooks.delivery import COURIER, Knobs
from simulator.webhooks.subscription_store import SUBSCRIPTIONS
from tests.simulator.served_tenant import Listener, ServedTenant
from tests.simulator.webhooks.test_subscriptions import subscribe, wanted

MINUTE = 60


def resources(served: ServedTenant) -> dict[str, tuple[str, str]]:
    """A resource of each kind, with the changes that it may be watched for."""
    group = next(iter(served.tenant.groups))
    return {
        "drive": (f"/drives/{served.drive.id}/root", "updated"),
        "list": (f"/sites/{served.drive.site.id}/lists/{served.drive.list_id}", "updated"),
        "group": (f"/groups/{group}", "updated,deleted"),
        "team": (f"/teams/{group}", "created,updated,deleted"),
    }


@pytest.mark.parametrize(("kind", "minutes"), [("drive", 42_300), ("list", 42_300), ("group", 41_760), ("team", 4_320)])
async def test_each_resource_has_its_longest_life(
    served: ServedTenant, listener: Listener, kind: str, minutes: int
) -> None:
    """Exactly so many minutes are taken, two more are refused.

    Source: https://learn.microsoft.com/graph/api/resources/subscription#subscription-lifetime
    """
    resource, changes = resources(served)[kind]
    for extra, status in ((2, 400), (0, 201)):
        until = instant(served.tenant.now() + (minutes + extra) * MINUTE)
        told = await subscribe(served, listener, resource=resource, changeType=changes, expirationDateTime=until)
        assert told[0] == status


async def test_a_life_shorter_than_45_minutes_is_lengthened(served: ServedTenant, listener: Listener) -> None:
    """At creation and at renewal alike.

    Source: https://learn.microsoft.com/graph/api/subscription-post-subscriptions
    """
    soon = instant(served.tenant.now() + 5 * MINUTE)
    _, made = await subscribe(served, listener, expirationDateTime=soon)
    _, renewed = await served.graph("PATCH", f"/subscriptions/{made['id']}", {"expirationDateTime": soon})
    for told in (made, renewed):
        assert moment(told["expirationDateTime"]) >= served.tenant.now() + 44 * MINUTE


async def test_the_handshake_has_ten_seconds(served: ServedTenant, listener: Listener) -> None:
    """Ten, unless a test shortens them: an address that takes longer gets no subscription.

    Source: https://learn.microsoft.com/graph/change-notifications-delivery-webhooks#notificationurl-validation
    """
    assert Knobs().handshake == 10.0
    served.app[COURIER].knobs.handshake = 0.1

    given_up = asyncio.Event()

    async def reply(request: web.Request, _: Any) -> web.Response:
        await given_up.wait()
        return web.Response(text=request.query["validationToken"])

    listener.reply = reply
    status, told = await subscribe(served, listener)
    given_up.set()
    assert (status, told["error"]["code"]) == (400, "ValidationError")
    assert "timed out" in told["error"]["message"]


async def test_a_new_address_is_validated_too(served: ServedTenant, listener: Listener) -> None:
    """PATCH with a notificationUrl asks it first; what does not echo changes nothing.

    Source: https://learn.microsoft.com/graph/api/subscription-update
    """
    _, made = await subscribe(served, listener)

    async def reply(_: web.Request, __: Any) -> web.Response:
        return web.Response(text="no")

    listener.reply = reply
    path = f"/subscriptions/{made['id']}"
    assert (await served.graph("PATCH", path, {"notificationUrl": f"{listener.url}/else"}))[0] == 400
    assert (await served.graph("GET", path))[1]["notificationUrl"] == made["notificationUrl"]


async def test_the_lifecycle_address_cannot_be_added_later(served: ServedTenant, listener: Listener) -> None:
    """It is set at creation; PATCH with it is refused.

    Source: https://learn.microsoft.com/graph/change-notifications-lifecycle-events
    """
    _, made = await subscribe(served, listener, lifecycleNotificationUrl=None)
    change = {"lifecycleNotificationUrl": f"{listener.url}/lifecycle"}
    assert (await served.graph("PATCH", f"/subscriptions/{made['id']}", change))[0] == 400


async def test_an_app_may_hold_a_hundred_subscriptions_to_groups(served: ServedTenant, listener: Listener) -> None:
    """The hundred and first is 403 with words about the quota; other resources are not counted.

    Source: https://learn.microsoft.com/graph/change-notifications-overview
    """
    for number in range(101):
        group = Group(guid(9, number), f"Group {number}", f"g{number}@wrenbridge.example", served.tenant.now())
        served.tenant.groups[group.id] = group
        told = await subscribe(
            served, listener, resource=f"/groups/{group.id}", lifecycleNotificationUrl=None, changeType="updated"
        )
        assert told[0] == (201 if number < 100 else 403)
    assert "quota" in told[1]["error"]["message"]
    assert (await subscribe(served, listener))[0] == 201


async def test_two_apps_may_watch_the_same(served: ServedTenant, listener: Listener) -> None:
    """409 is for the same app, resource and changeType; another app has its own.

    Source: https://learn.microsoft.com/graph/api/subscription-post-subscriptions
    """
    body = wanted(served, listener)
    told = [(await served.graph("POST", "/subscriptions", body, client=client))[0] for client in (ACTOR_CLIENT_ID,) * 2]
    assert told == [201, 409]
    assert (await subscribe(served, listener))[0] == 201


async def test_the_client_state_has_128_characters(served: ServedTenant, listener: Listener) -> None:
    """128 are taken, 129 are not.

    Source: https://learn.microsoft.com/graph/api/resources/subscription
    """
    assert (await subscribe(served, listener, clientState="x" * 129))[0] == 400
    assert (await subscribe(served, listener, clientState="x" * 128))[0] == 201


@pytest.mark.parametrize(("asked", "told"), [(None, "v1_2"), ("v1_3", "v1_3"), ("v9", "")])
async def test_the_tls_version_is_one_of_four(
    served: ServedTenant, listener: Listener, asked: str | None, told: str
) -> None:
    """v1_0 to v1_3 are kept and shown, v1_2 when nothing is said; another is refused.

    Source: https://learn.microsoft.com/graph/api/resources/subscription
    """
    status, made = await subscribe(served, listener, latestSupportedTlsVersion=asked)
    assert (status, made.get("latestSupportedTlsVersion", "")) == ((201, told) if told else (400, ""))


async def test_a_removed_subscription_is_told_of_and_gone(served: ServedTenant, listener: Listener) -> None:
    """`subscriptionRemoved` goes to the lifecycle address, and the subscription answers 404.

    Source: https://learn.microsoft.com/graph/change-notifications-lifecycle-events
    """
    _, made = await subscribe(served, listener)
    await served.control("POST", "/faults", {"kind": "lifecycle", "event": "subscriptionRemoved"})
    await listener.until(1)
    (told,) = listener.heard[0][1]["value"]
    assert (told["lifecycleEvent"], told["subscriptionId"]) == ("subscriptionRemoved", made["id"])
    assert "changeType" not in told
    assert (await served.graph("GET", f"/subscriptions/{made['id']}"))[0] == 404


async def test_missed_keeps_the_subscription(served: ServedTenant, listener: Listener) -> None:
    """`missed` asks for a look; delivery goes on.

    Source: https://learn.microsoft.com/graph/change-notifications-lifecycle-events
    """
    served.app[COURIER].knobs.delay = 0.02
    await subscribe(served, listener)
    await served.control("POST", "/faults", {"kind": "lifecycle", "event": "missed"})
    await served.act("edit", at="/sites/planning-casework/Shared Documents/notes.docx")
    await listener.until(2)
    events = {body["value"][0].get("lifecycleEvent", "change") for _, body in listener.heard}
    assert events == {"missed", "change"}
    assert not [one for one in served.app[SUBSCRIPTIONS] if one.paused]


def test_delivery_follows_the_documented_times() -> None:
    """3 s for the first answer and 10 s for later ones, retries for 4 h, windows of 10 minutes.

    Source: https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
    """
    knobs = Knobs()
    assert (knobs.in_time, knobs.patience, knobs.give_up, knobs.window) == (3.0, 10.0, 4 * 3600.0, 600.0)
