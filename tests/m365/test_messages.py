"""The bot, the feed and mail: what they send, and what they never send twice."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from custos.m365 import activity_feed, app_installs, errors, mail
from custos.m365.bot import Bot
from custos.m365.credentials import Identity
from custos.m365.graph import Graph
from custos.m365.throttle import Throttle
from custos.m365.throttled_services import Service
from tests.m365.scripted_server import Wire, answer, error, hang_up, raw

ACTIVITIES = "/bot/v3/conversations/a:1/activities"
CARD = {"type": "AdaptiveCard", "version": "1.5", "body": []}


@pytest.fixture
async def bot(wire: Wire, identity: Identity, throttle: Throttle) -> AsyncIterator[Bot]:
    """The bot on the wire."""
    one = Bot(identity, throttle, app_id="app", tenant_id="tenant", service_url=f"{wire.url}/bot/")
    yield one
    await one.close()


async def test_a_conversation_is_opened_by_object_id(wire: Wire, bot: Bot) -> None:
    """Bot, person and tenant are named, the token is the Bot Framework's, and asking again is harmless."""
    wire.script("POST", "/bot/v3/conversations", error(502), answer({"id": "a:1"}, 201))
    assert await bot.open_conversation("user") == "a:1"
    body = wire.seen[1].json
    assert (body["members"], body["tenantId"], body["isGroup"]) == ([{"id": "user"}], "tenant", False)
    assert wire.seen[1].headers["Authorization"].endswith("https://api.botframework.com")


async def test_a_card_is_sent_and_replaced(wire: Wire, bot: Bot) -> None:
    """POST makes it, PUT replaces it."""
    wire.script("POST", ACTIVITIES, answer({"id": "1"}, 201))
    wire.script("PUT", f"{ACTIVITIES}/1", answer({"id": "1"}))
    sent = await bot.send_card("a:1", CARD, summary="Two things")
    await bot.update_card("a:1", sent, CARD, summary="Done")
    first, second = wire.seen
    assert first.json["attachments"] == [{"contentType": "application/vnd.microsoft.card.adaptive", "content": CARD}]
    assert (second.json["id"], second.json["summary"]) == ("1", "Done")


async def test_a_card_that_may_have_arrived_is_not_sent_again(wire: Wire, bot: Bot) -> None:
    """Better one card too few than two."""
    wire.script("POST", ACTIVITIES, hang_up)
    with pytest.raises(errors.Unavailable) as raised:
        await bot.send_card("a:1", CARD, summary="x")
    assert raised.value.maybe_done
    assert len(wire.seen) == 1


async def test_a_person_who_blocked_the_bot_is_told_by_code(wire: Wire, bot: Bot) -> None:
    """`MessageWritesBlocked` means: take the next way."""
    wire.script("POST", ACTIVITIES, error(403, "MessageWritesBlocked"))
    with pytest.raises(errors.Forbidden) as raised:
        await bot.send_card("a:1", CARD, summary="x")
    assert raised.value.code == "MessageWritesBlocked"


async def test_a_card_that_is_too_big_is_refused(wire: Wire, bot: Bot) -> None:
    """413 is Refused, with its status."""
    wire.script("POST", ACTIVITIES, error(413, "MessageSizeTooBig"))
    with pytest.raises(errors.Refused) as raised:
        await bot.send_card("a:1", CARD, summary="x")
    assert raised.value.status == 413


async def test_throttled_teams_does_not_stop_sharepoint(wire: Wire, bot: Bot) -> None:
    """The bot waits as told; the lane of content is not paused."""
    wire.script("POST", ACTIVITIES, error(429, headers={"Retry-After": "0.3"}), answer({"id": "1"}, 201))
    await bot.send_card("a:1", CARD, summary="x")
    assert wire.seen[1].at - wire.seen[0].at >= 0.3
    assert (await bot.throttle.standing(Service.CONTENT)).paused_until == 0


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}"])
async def test_an_answer_without_an_id_is_malformed(wire: Wire, bot: Bot, body: bytes) -> None:
    """Without its id a card could never be updated."""
    wire.script("POST", ACTIVITIES, raw(body, status=201))
    with pytest.raises(errors.Malformed):
        await bot.send_card("a:1", CARD, summary="x")


async def test_the_feed_shows_the_beginning_of_the_text(wire: Wire, graph: Graph) -> None:
    """Text is cut to what Teams shows; topic, link and app are named."""
    path = "/graph/v1.0/users/u/teamwork/sendActivityNotification"
    wire.script("POST", path, raw(b"", status=204))
    await activity_feed.notify(
        graph, user_id="u", topic="Custos", link="https://teams/l", text="x" * 500, teams_app_id="app", chain_id=7
    )
    body = wire.seen[0].json
    assert body["topic"] == {"source": "text", "value": "Custos", "webUrl": "https://teams/l"}
    assert (len(body["previewText"]["content"]), body["teamsAppId"], body["chainId"]) == (150, "app", 7)


async def test_a_link_that_teams_would_refuse_is_not_sent(wire: Wire, graph: Graph) -> None:
    """Beyond 1,024 characters it is our own mistake."""
    with pytest.raises(ValueError, match="1024"):
        await activity_feed.notify(graph, user_id="u", topic="x", link="https://" + "x" * 1_100, text="x")
    assert wire.seen == []


async def test_mail_goes_from_the_one_mailbox(wire: Wire, graph: Graph) -> None:
    """HTML to each recipient; 202 is accepted."""
    wire.script("POST", "/graph/v1.0/users/custos@x.y/sendMail", raw(b"", status=202))
    await mail.send(graph, mailbox="custos@x.y", to=["a@x.y", "b@x.y"], subject="s", html="<p>h</p>")
    message = wire.seen[0].json["message"]
    assert [one["emailAddress"]["address"] for one in message["toRecipients"]] == ["a@x.y", "b@x.y"]
    assert message["body"] == {"contentType": "HTML", "content": "<p>h</p>"}


async def test_an_app_that_is_there_is_not_an_error(wire: Wire, graph: Graph) -> None:
    """409 on installing is what was wanted."""
    path = "/graph/v1.0/users/u/teamwork/installedApps"
    wire.script("POST", path, error(409, "Conflict"))
    await app_installs.install(graph, "u", "app")
    assert len(wire.seen) == 1
