"""Notifications: what is told to whom, how often it is tried, and every way in which it goes wrong."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from simulator.entra.identity import TENANT_ID
from simulator.webhooks.delivery import COURIER
from tests.simulator.served_tenant import Listener, ServedTenant, until
from tests.simulator.webhooks.test_subscriptions import subscribe, wanted

FILE = "/sites/planning-casework/Shared Documents/notes.docx"


@pytest.fixture(autouse=True)
def prompt(served: ServedTenant) -> None:
    """News leaves at once and is tried again soon."""
    knobs = served.app[COURIER].knobs
    knobs.delay, knobs.first_pause = 0.02, 0.05


async def security_subscription(served: ServedTenant, listener: Listener) -> Any:
    body = wanted(served, listener)
    _, made = await served.graph("POST", "/subscriptions", body, Prefer="includesecuritywebhooks")
    return made


def notifications(listener: Listener) -> list[dict[str, Any]]:
    return [each for _, body in listener.heard for each in body["value"]]


async def test_change_of_a_file_is_told(served: ServedTenant, listener: Listener) -> None:
    """An edit raises one notification with the subscription's id, its clientState, the tenant and the resource."""
    _, made = await subscribe(served, listener)
    await served.act("edit", at=FILE)
    await listener.until(1)
    (told,) = notifications(listener)
    assert told["subscriptionId"] == made["id"]
    assert told["clientState"] == "a secret of this subscription"
    assert (told["tenantId"], told["changeType"]) == (TENANT_ID, "updated")
    assert told["resource"] == f"drives/{served.drive.id}/root"
    assert "id" not in told["resourceData"]


async def test_sharing_is_told_only_with_the_preference(served: ServedTenant, listener: Listener) -> None:
    """A change of permissions alone reaches only those who asked for security webhooks."""
    await subscribe(served, listener)
    await served.act("share", at=FILE, **{"with": "anyone"})
    await served.delivered()
    assert not listener.heard


async def test_sharing_is_told_to_security_subscriptions(served: ServedTenant, listener: Listener) -> None:
    """With `Prefer: includesecuritywebhooks` a new Anyone link raises a notification."""
    await security_subscription(served, listener)
    await served.act("share", at=FILE, **{"with": "anyone"})
    await listener.until(1)


async def test_news_of_one_moment_travels_together(served: ServedTenant, listener: Listener) -> None:
    """Several subscriptions at one address share a POST."""
    await subscribe(served, listener)
    resource = f"/sites/{served.drive.site.id}/lists/{served.drive.list_id}"
    await subscribe(served, listener, resource=resource, expirationDateTime=served.in_days(5))
    await served.act("edit", at=FILE)
    await listener.until(1)
    assert len(notifications(listener)) == 2


async def test_refused_delivery_is_tried_again(served: ServedTenant, listener: Listener) -> None:
    """A 503 is retried until a 2xx comes."""
    await subscribe(served, listener)
    statuses = iter([503, 500, 202])

    async def reply(_: web.Request, __: Any) -> web.Response:
        return web.Response(status=next(statuses))

    listener.reply = reply
    await served.act("edit", at=FILE)
    await listener.until(3)
    await served.delivered()
    assert [each.status for each in served.app[COURIER].attempts] == [503, 500, 202]
    assert [each.retry for each in served.app[COURIER].attempts] == [0, 1, 2]


async def test_slow_answer_counts_as_none(served: ServedTenant, listener: Listener) -> None:
    """A 202 that comes too late the first time is delivered once more, with more patience."""
    await subscribe(served, listener)
    served.app[COURIER].knobs.in_time = 0.0
    await served.act("edit", at=FILE)
    await served.delivered()
    assert len(listener.heard) == 2


async def test_delivery_is_given_up(served: ServedTenant, listener: Listener) -> None:
    """After its time a notification is lost."""
    await subscribe(served, listener)
    served.app[COURIER].knobs.give_up = 0.1

    async def reply(_: web.Request, __: Any) -> web.Response:
        return web.Response(status=500)

    listener.reply = reply
    await served.act("edit", at=FILE)
    await served.delivered()
    assert served.app[COURIER].lost == 1


@pytest.mark.parametrize(("patience", "state"), [(10.0, "slow"), (0.0001, "drop")])
async def test_slow_endpoint_is_put_into_slow_or_drop_state(
    served: ServedTenant, listener: Listener, patience: float, state: str
) -> None:
    """After a window of slow answers, news waits for a window; after one of very slow answers, it is dropped."""
    await subscribe(served, listener)
    knobs = served.app[COURIER].knobs
    knobs.in_time, knobs.patience, knobs.give_up = 0.0, patience, 0.0
    await served.act("edit", at=FILE)
    await served.delivered()
    posts, lost = len(served.app[COURIER].attempts), served.app[COURIER].lost
    (endpoint,) = served.app[COURIER].endpoints.values()
    endpoint.since -= knobs.window  # a window goes by
    await served.act("edit", at=FILE)
    await until(lambda: endpoint.state == state)
    assert len(served.app[COURIER].attempts) == posts
    assert served.app[COURIER].lost - lost == (1 if state == "drop" else 0)


async def test_reauthorisation_pauses_delivery(served: ServedTenant, listener: Listener) -> None:
    """After reauthorizationRequired news is kept back until the subscription is reauthorised."""
    _, made = await subscribe(served, listener)
    await served.control("POST", "/notifications", {"reauthorize": "all"})
    await listener.until(1)
    (asked,) = notifications(listener)
    assert (asked["lifecycleEvent"], asked["subscriptionId"]) == ("reauthorizationRequired", made["id"])
    await served.act("edit", at=FILE)
    await served.delivered()
    assert len(listener.heard) == 1
    assert (await served.graph("POST", f"/subscriptions/{made['id']}/reauthorize"))[0] == 204
    await listener.until(2)
    assert notifications(listener)[1]["changeType"] == "updated"


async def test_renewal_counts_as_reauthorisation(served: ServedTenant, listener: Listener) -> None:
    """PATCH lets delivery go on, too."""
    _, made = await subscribe(served, listener)
    await served.control("POST", "/notifications", {"reauthorize": "all"})
    await served.act("edit", at=FILE)
    await served.graph("PATCH", f"/subscriptions/{made['id']}", {"expirationDateTime": served.in_days(25)})
    await listener.until(2)


async def test_notifications_can_be_lost_and_doubled(served: ServedTenant, listener: Listener) -> None:
    """On request the next notification is lost, or arrives twice."""
    await subscribe(served, listener)
    await served.control("POST", "/faults", {"kind": "lost"})
    await served.act("edit", at=FILE)
    await served.delivered()
    assert not listener.heard
    await served.control("POST", "/faults", {"kind": "doubled"})
    await served.act("edit", at=FILE)
    await listener.until(2)
    assert notifications(listener)[0] == notifications(listener)[1]


@pytest.mark.parametrize(
    "forged",
    [{"clientState": "guessed"}, {"tenantId": "other"}, {"subscriptionId": "unknown"}, {"padding": 300_000}],
)
async def test_notifications_can_be_forged(served: ServedTenant, listener: Listener, forged: dict[str, Any]) -> None:
    """A request that nobody at Microsoft sent arrives when a test asks for it, and its answer is told."""
    await subscribe(served, listener)
    status, told = await served.control("POST", "/notifications", {"forge": forged})
    assert (status, told["forged"]["status"]) == (200, 202)
    fields = {name: value for name, value in forged.items() if name != "padding"}
    assert fields.items() <= notifications(listener)[0].items()


async def test_nothing_is_told_after_deletion(served: ServedTenant, listener: Listener) -> None:
    """A deleted subscription is silent."""
    _, made = await subscribe(served, listener)
    await served.graph("DELETE", f"/subscriptions/{made['id']}")
    await served.act("edit", at=FILE)
    await served.delivered()
    assert not listener.heard


async def test_leaver_is_told_to_subscribers_of_groups(served: ServedTenant, listener: Listener) -> None:
    """When somebody leaves, their groups are reported as updated."""
    await subscribe(served, listener, resource="/groups", changeType="updated,deleted")
    await served.act("leave", person="Sam Okafor")
    await listener.until(1)
    (told,) = notifications(listener)
    assert told["resourceData"]["id"] == next(iter(served.tenant.groups))


async def test_unknown_knob_is_refused(served: ServedTenant) -> None:
    """A misspelt knob is an error that names the real ones."""
    status, told = await served.control("POST", "/notifications", {"deelay": 1})
    assert status == 400
    assert "delay" in told["error"]["message"]


async def test_news_is_kept_for_four_hours_only(served: ServedTenant, listener: Listener) -> None:
    """What waited for reauthorisation longer than four hours is lost."""
    _, made = await subscribe(served, listener)
    await served.control("POST", "/notifications", {"reauthorize": "all"})
    await served.act("edit", at=FILE)
    await served.act("advance-clock", advance="PT5H")
    await served.graph("POST", f"/subscriptions/{made['id']}/reauthorize")
    await served.delivered()
    assert [each.get("lifecycleEvent") for each in notifications(listener)] == ["reauthorizationRequired"]
    assert served.app[COURIER].lost == 1
