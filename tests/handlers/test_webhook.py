"""Where Graph says that something changed, over HTTP to the function app."""

from __future__ import annotations

import stat
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import median
from urllib.parse import quote

import pytest

from custos.jobs.incidents import Incident
from custos.jobs.refused_requests import Door
from custos.jobs.webhook import LARGEST_BODY
from tests.running_stack import Answer, Council

pytestmark = pytest.mark.timeout(600)
BURST, AT_ONCE, A_FEW = 400, 100, 50
LIVELY = "/sites/regulatory/Licences"


@dataclass(frozen=True)
class Before:
    """How things stood: what was refused, which incidents stand, and how many libraries were read."""

    refused: Counter[str]
    incidents: dict[tuple[Incident, str], int]
    syncs: int


def refused(council: Council, answer: Answer, before: Before, *why: str, times: int = 1) -> None:
    """It was counted for that reason, is no incident, and no library is read because of it."""
    assert answer.body == b""
    assert council.refused(Door.NOTIFICATION) - before.refused == Counter(dict.fromkeys(why, times))
    assert council.incidents() == before.incidents
    council.quiet()
    assert council.ran("sync_drive") == before.syncs


@pytest.fixture
def counted(council: Council) -> Before:
    """How things stand before a test."""
    council.quiet()
    return Before(council.refused(Door.NOTIFICATION), council.incidents(), council.ran("sync_drive"))


@pytest.mark.parametrize(
    "token",
    [
        "Validation: Testing client application reachability",
        "100%25 %2B + plus & ampersand = equals",
        "naïve Straße 情報 🗝",
        "<script>alert(1)</script>",
    ],
)
def test_handshake_echoes_the_token(council: Council, token: str) -> None:
    """The validation token comes back decoded once, character for character, as plain text that no browser interprets."""
    answer = council.post(f"{council.webhook}&validationToken={quote(token, safe='')}")
    assert (answer.status, answer.text) == (200, token)
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_handshake_has_an_end(council: Council) -> None:
    """A token that is longer than any of Graph's is refused and not echoed."""
    answer = council.post(f"{council.webhook}&validationToken={'x' * 5_000}")
    assert (answer.status, answer.body) == (400, b"")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_only_posts_are_heard(council: Council, method: str) -> None:
    """There is nothing at the webhook's address for another method."""
    assert council.post(council.webhook, method=method).status in (404, 405)


def test_the_settings_of_a_rehearsal_are_its_owners_alone(council: Council) -> None:
    """There are keys in local.settings.json: nobody else may read it."""
    assert stat.S_IMODE((council.stage.home / "local.settings.json").stat().st_mode) == 0o600


def test_webhook_needs_its_key(council: Council) -> None:
    """Who does not know the function key gets nothing, not even the handshake."""
    assert council.post("/api/graph/notifications?validationToken=hello").status == 401


def test_genuine_notification_reads_its_library(council: Council) -> None:
    """A true notification is accepted without a word and leads to one sync of its library."""
    council.quiet()
    known = council.subscriptions()[0]
    before = council.ran("sync_drive")
    answer = council.notify(council.genuine(known))
    assert (answer.status, answer.body) == (202, b"")
    council.until(lambda: council.ran("sync_drive") == before + 1)


def test_unknown_subscription_queues_nothing(council: Council, counted: Before) -> None:
    """A notification for a subscription that is not ours is answered like any other, counted, and otherwise ignored."""
    known = council.subscriptions()[0]
    answer = council.notify(council.genuine(known, subscriptionId="7f105c7d-2dc5-4530-97cd-4e7ae6534c07"))
    assert answer.status == 202
    refused(council, answer, counted, "unknown subscription")


def test_wrong_client_state_queues_nothing(council: Council, counted: Before) -> None:
    """The secret of another subscription does not open this one."""
    known, other = council.subscriptions()[:2]
    answer = council.notify(council.genuine(known, clientState=other.client_state))
    assert answer.status == 202
    refused(council, answer, counted, "wrong secret")


def test_missing_client_state_queues_nothing(council: Council, counted: Before) -> None:
    """A notification without its secret is no better than one with a wrong one."""
    known = council.subscriptions()[0]
    notification = council.genuine(known)
    del notification["clientState"]
    answer = council.notify(notification)
    assert answer.status == 202
    refused(council, answer, counted, "wrong secret")


def test_other_tenant_queues_nothing(council: Council, counted: Before) -> None:
    """A notification that names another tenant is not ours, whatever it knows."""
    known = council.subscriptions()[0]
    answer = council.notify(council.genuine(known, tenantId="4ae0b5d6-0000-4000-8000-000000000001"))
    assert answer.status == 202
    refused(council, answer, counted, "another tenant")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"value": {}}',
        b'{"value": [{"clientState": "no id"}]}',
        b'{"value": [{"subscriptionId": 7}]}',
        b'{"value": [{"subscriptionId": "\xff"}]}',
        b"[" * 100_000,
    ],
    ids=["empty", "cut short", "a list", "no list", "no id", "a number", "no UTF-8", "deep"],
)
def test_malformed_body_queues_nothing(council: Council, counted: Before, body: bytes) -> None:
    """What is not a collection of notifications is refused as such."""
    answer = council.notify(body=body)
    assert answer.status == 400
    refused(council, answer, counted, "not a collection of notifications")


def test_oversized_body_queues_nothing(council: Council, counted: Before) -> None:
    """More than Graph ever sends is refused, even if the notification in it is true."""
    known = council.subscriptions()[0]
    answer = council.notify(council.genuine(known, padding="x" * LARGEST_BODY))
    assert answer.status == 413
    refused(council, answer, counted, "too large")


def test_forged_one_spoils_no_genuine_one(council: Council, counted: Before) -> None:
    """In one post with a forged notification, the genuine one counts."""
    known, other = council.subscriptions()[:2]
    assert council.notify(council.genuine(other, clientState="guess"), council.genuine(known)).status == 202
    assert council.refused(Door.NOTIFICATION) - counted.refused == Counter({"wrong secret": 1})
    council.until(lambda: council.ran("sync_drive") == counted.syncs + 1)


@pytest.mark.parametrize("number", [1_000, 3_000])
def test_a_thousand_unknown_subscriptions_cost_no_more_than_one(council: Council, counted: Before, number: int) -> None:
    """One body that names more subscriptions than there can be is answered as fast as a few small ones, and noted once."""
    known = council.subscriptions()[0]
    notifications = [{"subscriptionId": f"{number:06}-unknown", "clientState": "x"} for number in range(number)]
    answer = council.notify(*notifications)
    assert answer.status == 202
    refused(council, answer, counted, "unknown subscription", times=number)
    alone = median(council.notify(notifications[0]).seconds for _ in range(9))
    print(f"{number} unknown: {answer.seconds:.3f} s, alone {alone:.3f} s")
    assert answer.seconds < A_FEW * alone
    assert council.notify(*notifications[:100], council.genuine(known)).status == 202
    council.until(lambda: council.ran("sync_drive") == counted.syncs + 1)


def test_many_notifications_in_one_post(council: Council) -> None:
    """Each library that a post speaks of is read once, however often it is named."""
    council.quiet()
    known = council.subscriptions()[:6]
    before = council.ran("sync_drive")
    assert council.notify(*(council.genuine(one) for one in known for _ in range(10))).status == 202
    council.until(lambda: council.ran("sync_drive") == before + len(known))
    council.quiet()
    assert council.ran("sync_drive") == before + len(known)


def test_burst_is_answered_in_time(council: Council) -> None:
    """Of four hundred posts, a hundred at once, each is accepted in its turn, as fast as one after another, and they cost few syncs."""
    council.quiet()
    known = council.subscriptions()[:4]
    before = council.ran("sync_drive")
    posts = [council.genuine(known[number % len(known)]) for number in range(BURST)]
    alone = median(council.notify(one).seconds for one in posts[:9])
    with ThreadPoolExecutor(AT_ONCE) as crowd:
        answers = list(crowd.map(council.notify, posts))
    slowest = sorted(answer.seconds for answer in answers)
    print(f"{BURST} posts: alone {alone:.3f} s, median {slowest[BURST // 2]:.2f} s, slowest {slowest[-1]:.2f} s")
    assert {answer.status for answer in answers} == {202}
    assert slowest[-1] < AT_ONCE * 3 * alone
    council.quiet()
    assert council.ran("sync_drive") - before < 100


def test_change_in_the_tenant_reaches_the_mirror(council: Council) -> None:
    """A file that somebody uploads is in the mirror without any timer: Graph notifies, delta tells."""
    council.quiet()
    drive_id = council.library(LIVELY)
    council.stage.act("upload", at=LIVELY, name="Street trading licence.docx")
    council.until(lambda: "Street trading licence.docx" in council.items(drive_id)["name"])


def test_lifecycle_event_reauthorises(council: Council) -> None:
    """When Graph asks for it, Custos authorises the subscription again, and what was kept back meanwhile arrives."""
    council.quiet()
    drive_id = council.library(LIVELY)
    known = next(one for one in council.subscriptions() if one.drive_id == drive_id)
    told = council.control("POST", "notifications", {"reauthorize": known.subscription_id})
    assert told["reauthorize"] == 1
    council.stage.act("upload", at=LIVELY, name="Pavement licence.docx")
    council.until(lambda: "Pavement licence.docx" in council.items(drive_id)["name"])
    council.quiet()
    posted = _posts(council)
    council.stage.act("upload", at=LIVELY, name="Skip licence.docx")
    council.until(lambda: "Skip licence.docx" in council.items(drive_id)["name"])
    council.until(lambda: _posts(council) > posted)
    council.quiet()


def _posts(council: Council) -> int:
    """How often the tenant has called the webhook."""
    told: int = council.stage.state()["counts"]["notificationPosts"]
    return told


def test_refused_webhooks_are_told(council: Council) -> None:
    """Where Microsoft refuses webhooks the timer succeeds, and status and doctor say how many libraries are watched, and why."""
    council.quiet()
    known = council.subscriptions()
    try:
        for one in known[:3]:
            council.control("POST", "faults", {"kind": "unsubscribed", "path": one.drive_id})
        council.control(
            "POST", "faults", {"kind": "status", "path": "/subscriptions", "method": "POST", "status": 403, "times": 0}
        )
        council.fire("subscriptions")
        status, doctor = council.custos("status"), council.custos("doctor")
        watched = f"{len(known) - 3} of {len(known)} libraries are watched"
        assert status.code == 1
        for said in (" ".join(status.out.split()), " ".join(doctor.out.split())):
            assert watched in said
            assert "as many subscriptions as Microsoft lets it have" in said
    finally:
        council.control("DELETE", "faults")
        council.fire("subscriptions")
    assert "are watched" not in council.custos("status").out
    assert f"{len(known)} of {len(known)} libraries are watched" in council.custos("doctor").out
