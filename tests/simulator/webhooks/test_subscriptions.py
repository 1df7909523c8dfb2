"""Subscriptions: who may have which, for how long, and the handshake with their address."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web

from simulator.entra.registrations import ACTOR_CLIENT_ID, BOT_CLIENT_ID
from simulator.tenant.clock import moment
from tests.simulator.served_tenant import Listener, ServedTenant


def wanted(served: ServedTenant, listener: Listener, **change: Any) -> dict[str, Any]:
    return {
        "changeType": "updated",
        "notificationUrl": f"{listener.url}/api/notify?code=a%2Fb",
        "lifecycleNotificationUrl": f"{listener.url}/api/notify?code=a%2Fb",
        "resource": f"/drives/{served.drive.id}/root",
        "expirationDateTime": served.in_days(20),
        "clientState": "a secret of this subscription",
    } | change


async def subscribe(served: ServedTenant, listener: Listener, **change: Any) -> tuple[int, Any]:
    return await served.graph("POST", "/subscriptions", wanted(served, listener, **change))


async def test_subscription_is_created_and_listed(served: ServedTenant, listener: Listener) -> None:
    """201 with an id; it can be read and is in its app's list.

    Source: https://learn.microsoft.com/graph/api/subscription-post-subscriptions
    """
    status, made = await subscribe(served, listener)
    assert status == 201
    assert made["clientState"] == "a secret of this subscription"
    _, read = await served.graph("GET", f"/subscriptions/{made['id']}")
    _, listed = await served.graph("GET", "/subscriptions")
    assert read["id"] == made["id"] == listed["value"][0]["id"]


async def test_handshake_sends_a_token_that_decoding_twice_would_break(
    served: ServedTenant, listener: Listener
) -> None:
    """Both addresses are asked, each with a token that has to come back exactly, decoded once; the query is kept.

    Source: https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
    """
    asked: list[tuple[str, str, str]] = []

    async def reply(request: web.Request, _: Any) -> web.Response:
        asked.append((request.query["validationToken"], request.content_type, request.query["code"]))
        return web.Response(text=request.query["validationToken"])

    listener.reply = reply
    assert (await subscribe(served, listener))[0] == 201
    assert [(kind, code) for _, kind, code in asked] == [("text/plain", "a/b")] * 2
    assert all("%2B" in token and "+" in token for token, _, _ in asked)


@pytest.mark.parametrize("fault", ["echo wrongly", "json", "500"])
async def test_failed_handshake_is_400(served: ServedTenant, listener: Listener, fault: str) -> None:
    """An address that does not echo the token as text/plain with 200 gets no subscription.

    Source: https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
    """

    async def reply(request: web.Request, _: Any) -> web.Response:
        token = request.query["validationToken"]
        if fault == "json":
            return web.json_response(token)
        return web.Response(
            text=token + " " if fault == "echo wrongly" else token, status=500 if fault == "500" else 200
        )

    listener.reply = reply
    status, told = await subscribe(served, listener)
    assert (status, told["error"]["code"]) == (400, "ValidationError")
    assert (await served.graph("GET", "/subscriptions"))[1]["value"] == []


@pytest.mark.parametrize(
    "change",
    [
        {"changeType": "created"},
        {"changeType": "updated,deleted"},
        {"clientState": "x" * 129},
        {"notificationUrl": "http://example.net/notify"},
        {"notificationUrl": "ftp://127.0.0.1/notify"},
        {"includeResourceData": True},
        {"expirationDateTime": "2026-12-24T09:00:00Z"},  # 31 days: over 42,300 minutes
        {"expirationDateTime": "2026-11-20T09:00:00Z"},
        {"expirationDateTime": "soon"},
    ],
)
async def test_impossible_wishes_are_400(served: ServedTenant, listener: Listener, change: dict[str, Any]) -> None:
    """Only `updated` on a drive's root, a short clientState, an https or loopback address, a near expiry.

    Source: https://learn.microsoft.com/graph/api/subscription-post-subscriptions
    """
    assert (await subscribe(served, listener, **change))[0] == 400


async def test_what_cannot_be_subscribed_to(served: ServedTenant, listener: Listener) -> None:
    """Sites, files, folders and permissions are refused with 400, a drive that is not there with 404.

    Source: https://learn.microsoft.com/graph/change-notifications-overview
    """
    site, item = served.drive.site.id, next(iter(served.drive.items))
    for resource in (f"/sites/{site}", f"/drives/{served.drive.id}/items/{item}", "/me/messages"):
        assert (await subscribe(served, listener, resource=resource))[0] == 400
    assert (await subscribe(served, listener, resource="/drives/b!none/root"))[0] == 404


async def test_short_expiry_is_raised_to_45_minutes(served: ServedTenant, listener: Listener) -> None:
    """Anything nearer than 45 minutes is silently raised.

    Source: https://learn.microsoft.com/graph/api/subscription-post-subscriptions
    """
    _, made = await subscribe(served, listener, expirationDateTime=served.in_days(1 / 1440))
    assert moment(made["expirationDateTime"]) >= served.tenant.now() + 44 * 60


async def test_second_subscription_on_the_same_is_409(served: ServedTenant, listener: Listener) -> None:
    """One app has one subscription for a resource and change type.

    Source: https://learn.microsoft.com/graph/api/subscription-post-subscriptions
    """
    await subscribe(served, listener)
    assert (await subscribe(served, listener))[0] == 409


async def test_only_one_of_two_at_once_is_made(served: ServedTenant, listener: Listener) -> None:
    """Two requests for the same at the same time give one subscription and one 409.

    Source: https://learn.microsoft.com/graph/api/subscription-post-subscriptions
    """
    answers = await asyncio.gather(subscribe(served, listener), subscribe(served, listener))
    assert sorted(status for status, _ in answers) == [201, 409]


async def test_role_of_the_resource_is_needed(served: ServedTenant, listener: Listener) -> None:
    """The actor, who can write files, may subscribe to a drive; the bot may not, nor anybody to members of a team.

    Source: https://learn.microsoft.com/graph/api/subscription-post-subscriptions
    """
    body = wanted(served, listener)
    assert (await served.graph("POST", "/subscriptions", body, client=BOT_CLIENT_ID))[0] == 403
    assert (await served.graph("POST", "/subscriptions", body, client=ACTOR_CLIENT_ID))[0] == 201
    group = next(iter(served.tenant.groups))
    assert (await subscribe(served, listener, resource=f"/teams/{group}/members"))[0] == 403


async def test_lists_groups_and_channels_have_their_own_lifetimes(served: ServedTenant, listener: Listener) -> None:
    """A list may live 29 days, teams' channels only three.

    Source: https://learn.microsoft.com/graph/api/resources/subscription
    """
    site, group = served.drive.site.id, next(iter(served.tenant.groups))
    resource = f"/sites/{site}/lists/{served.drive.list_id}"
    assert (await subscribe(served, listener, resource=resource, expirationDateTime=served.in_days(29)))[0] == 201
    assert (await subscribe(served, listener, resource="/groups", changeType="updated,deleted"))[0] == 201
    channels = f"/teams/{group}/channels"
    assert (await subscribe(served, listener, resource=channels, expirationDateTime=served.in_days(4)))[0] == 400
    assert (await subscribe(served, listener, resource=channels, expirationDateTime=served.in_days(2)))[0] == 201


async def test_renewal_extends(served: ServedTenant, listener: Listener) -> None:
    """PATCH answers 200 with the new expiry, and 404 once the subscription is gone.

    Source: https://learn.microsoft.com/graph/api/subscription-update
    """
    _, made = await subscribe(served, listener)
    later = served.in_days(28)
    status, told = await served.graph("PATCH", f"/subscriptions/{made['id']}", {"expirationDateTime": later})
    assert (status, told["expirationDateTime"]) == (200, later)
    assert (await served.graph("DELETE", f"/subscriptions/{made['id']}"))[0] == 204
    assert (await served.graph("PATCH", f"/subscriptions/{made['id']}", {"expirationDateTime": later}))[0] == 404


async def test_expired_subscriptions_vanish(served: ServedTenant, listener: Listener) -> None:
    """When the tenant's clock passes the expiry, the subscription is no longer there.

    Source: https://learn.microsoft.com/graph/api/resources/subscription
    """
    _, made = await subscribe(served, listener)
    await served.control("POST", "/clock", {"advance": "P21D"})
    assert (await served.graph("GET", f"/subscriptions/{made['id']}"))[0] == 404
    assert (await served.graph("GET", "/subscriptions"))[1]["value"] == []


async def test_subscriptions_of_other_apps_are_hidden(served: ServedTenant, listener: Listener) -> None:
    """An app sees its own subscriptions alone.

    Source: https://learn.microsoft.com/graph/api/subscription-list
    """
    _, made = await subscribe(served, listener)
    assert (await served.graph("GET", "/subscriptions", client=ACTOR_CLIENT_ID))[1]["value"] == []
    assert (await served.graph("GET", f"/subscriptions/{made['id']}", client=ACTOR_CLIENT_ID))[0] == 404
