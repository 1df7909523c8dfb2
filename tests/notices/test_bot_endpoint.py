"""The messaging endpoint: what Teams posts, and what it gets back."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from custos.notices.assignment import Accountability, Person
from custos.notices.bot_auth import BotAuthentication
from custos.notices.bot_endpoint import BotEndpoint, Response, handle_activity
from custos.notices.case_update import refresh_cases
from custos.notices.contacts import Contacts
from custos.notices.delivery import DeliveryContext, deliver_digest
from custos.notices.digest import prepare_digests
from custos.notices.model import Case, CaseState, Verb
from custos.storage.queues import Queue
from tests.notices import small_council
from tests.notices.bot_tokens import OTHER, SERVICE, Authority, bearer, body, token
from tests.notices.failing_channels import FailingChannels

SOON = small_council.NOW + timedelta(hours=1)


@pytest.fixture
def endpoint(context: DeliveryContext, door: BotAuthentication, people: Contacts, queue: Queue) -> BotEndpoint:
    return BotEndpoint(
        door=door,
        accountable=everybody_in_place,
        holidays=no_holidays,
        book=context.book,
        digests=context.digests,
        people=people,
        queue=queue,
        zone=small_council.ZONE,
    )


async def everybody_in_place(_asset_id: str) -> Accountability:
    return small_council.accountable()


async def no_holidays() -> frozenset[date]:
    return frozenset()


async def on_a_card(context: DeliveryContext) -> list[Case]:
    """Two questions that their owner has on one card."""
    findings = [small_council.link(1), small_council.stale(small_council.OTHER_LIBRARY)]
    await refresh_cases(findings, book=context.book, situation=small_council.situation())
    await prepare_digests(
        context.now,
        book=context.book,
        digests=context.digests,
        queue=context.queue,
        zone=context.zone,
        holidays=frozenset(),
        machine_now=context.machine_now,
    )
    (stored,) = await context.digests.of_day(context.today)
    await deliver_digest(stored.digest.id, context=context)
    return sorted((each.case for each in await context.book.all()), key=lambda case: case.lines[0].family)


def sender(user: Person) -> dict[str, str]:
    return {"id": f"29:{user.user_id}", "name": "whoever", "aadObjectId": user.user_id}


def pressed(case: Case, verb: str, user: Person = small_council.OWNER, *, typed: dict[str, str] | None = None) -> bytes:
    """An Action.Execute as Teams posts it."""
    action = {"type": "Action.Execute", "verb": verb, "data": {"c": case.id, "n": case.nonce, **(typed or {})}}
    return body(
        type="invoke",
        name="adaptiveCard/action",
        value={"action": action, "trigger": "manual"},
        **{"from": sender(user)},
    )


async def post(endpoint: BotEndpoint, content: bytes, authorization: str | None = None) -> Response:
    return await handle_activity(content, authorization or bearer(token()), endpoint=endpoint, now=SOON)


def shown(response: Response) -> str:
    return msgspec.json.encode(response.body).decode()


async def messages(queue: Queue) -> list[dict[str, Any]]:
    """Everything in the queue, taken out."""
    await queue.create()
    taken = []
    async for message in queue.client.receive_messages():
        taken.append(msgspec.json.decode(message.content))
        await queue.client.delete_message(message)
    return taken


async def test_a_press_answers_with_the_card_as_it_stands_now(context: DeliveryContext, endpoint: BotEndpoint) -> None:
    """The answer to an invoke is the whole card: the question decided, the other one still with its buttons."""
    sharing, stale = await on_a_card(context)

    response = await post(endpoint, pressed(sharing, "agree"))

    assert response.body is not None
    assert (response.status, response.body["statusCode"]) == (200, 200)
    assert response.body["type"] == "application/vnd.microsoft.card.adaptive"
    assert "Agreed by you" in shown(response)
    assert stale.nonce in shown(response)
    assert sharing.nonce not in shown(response)


async def test_a_reason_travels_with_keep(context: DeliveryContext, endpoint: BotEndpoint) -> None:
    """The choice made below the button is stored."""
    _, stale = await on_a_card(context)

    await post(endpoint, pressed(stale, "keep", typed={f"reason-{stale.id}": "history", "reason-other": "law"}))

    stored = await context.book.get(stale.id)
    assert stored is not None
    assert (stored.case.decision, stored.case.answers[0].reason) == (Verb.KEEP, "history")


async def test_after_a_decision_everybody_s_card_is_brought_up_to_date(
    context: DeliveryContext, endpoint: BotEndpoint, queue: Queue
) -> None:
    """Each message that shows the case is queued for an update."""
    sharing, _ = await on_a_card(context)
    await messages(queue)

    await post(endpoint, pressed(sharing, "agree"))

    assert await messages(queue) == [{"update": f"2026-11-23|{small_council.OWNER.user_id}"}]


async def test_asking_the_steward_promises_them_a_digest(
    context: DeliveryContext, endpoint: BotEndpoint, queue: Queue
) -> None:
    """Who is handed a case hears of it at once, unless they had today's digest."""
    sharing, _ = await on_a_card(context)
    await messages(queue)

    response = await post(endpoint, pressed(sharing, "ask_steward"))

    assert "This is with Sam Okafor" in shown(response)
    assert {"prepare": small_council.STEWARD.user_id} in await messages(queue)


async def test_a_forwarded_card_is_inert(context: DeliveryContext, endpoint: BotEndpoint) -> None:
    """Somebody else's press says with whom the question is, and changes nothing."""
    sharing, _ = await on_a_card(context)

    response = await post(endpoint, pressed(sharing, "agree", small_council.DEPUTY))

    assert response.body is not None
    assert response.body["type"] == "application/vnd.microsoft.activity.message"
    assert "This is with Priya Nair" in shown(response)
    stored = await context.book.get(sharing.id)
    assert stored is not None
    assert stored.case == sharing


async def test_a_replay_shows_what_was_decided(context: DeliveryContext, endpoint: BotEndpoint, queue: Queue) -> None:
    """The same press again shows the decided card, decides nothing and queues nothing."""
    sharing, _ = await on_a_card(context)
    await post(endpoint, pressed(sharing, "agree"))
    await messages(queue)

    response = await post(endpoint, pressed(sharing, "agree"))

    assert "Agreed by you" in shown(response)
    assert await messages(queue) == []


async def test_presses_that_race_are_one_decision(context: DeliveryContext, endpoint: BotEndpoint) -> None:
    """Ten presses at once leave one answer, and all of them see the card."""
    sharing, _ = await on_a_card(context)

    responses = await asyncio.gather(*(post(endpoint, pressed(sharing, "agree")) for _ in range(10)))

    stored = await context.book.get(sharing.id)
    assert stored is not None
    assert len(stored.case.answers) == 1
    assert all("Agreed by you" in shown(response) for response in responses)


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        "x",
        {"action": None},
        {"action": {"verb": "agree", "data": None}},
        {"action": {"verb": "agree", "data": {"c": 5, "n": "x"}}},
        {"action": {"verb": "agree", "data": {"c": "../../secrets", "n": "x"}}},
        {"action": {"verb": "agree", "data": {"c": "a" * 5000, "n": "x"}}},
        {"action": {"verb": "agree", "data": {"c": "abc' or PartitionKey ne '", "n": "x"}}},
    ],
)
async def test_altered_data_is_an_error(endpoint: BotEndpoint, value: object) -> None:
    """What our cards never carry is answered with an error in the form that Teams understands."""
    response = await post(endpoint, body(type="invoke", name="adaptiveCard/action", value=value))

    assert response.body is not None
    assert (response.status, response.body["statusCode"], response.body["type"]) == (
        200,
        400,
        "application/vnd.microsoft.error",
    )


async def test_an_invented_case_is_a_sentence(endpoint: BotEndpoint) -> None:
    """A case that does not exist gets words and no error."""
    action = {"verb": "agree", "data": {"c": "0123456789abcdef", "n": "x"}}

    response = await post(endpoint, body(type="invoke", name="adaptiveCard/action", value={"action": action}))

    assert "does not exist any more" in shown(response)


async def test_other_invokes_are_not_ours(endpoint: BotEndpoint) -> None:
    """An invoke that Custos does not know is answered 501, as Teams asks."""
    assert (await post(endpoint, body(type="invoke", name="task/fetch"))).status == 501


async def test_an_older_client_s_button_is_a_message(
    context: DeliveryContext, endpoint: BotEndpoint, queue: Queue
) -> None:
    """Action.Submit comes as a message; it decides the same, and the card is updated."""
    sharing, _ = await on_a_card(context)
    await messages(queue)
    value = {"c": sharing.id, "n": sharing.nonce, "v": "agree"}

    response = await post(endpoint, body(value=value, text="", **{"from": sender(small_council.OWNER)}))

    stored = await context.book.get(sharing.id)
    assert stored is not None
    assert (response.status, stored.case.state) == (200, CaseState.DECIDED)
    assert await messages(queue) == [{"update": f"2026-11-23|{small_council.OWNER.user_id}"}]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("What is waiting?", "waiting"),
        ("<at>Custos</at> what  is waiting", "waiting"),
        ("My assets", "assets"),
        ("hello", "help"),
        ("", "help"),
    ],
)
async def test_words_are_answered_from_the_queue(
    endpoint: BotEndpoint, queue: Queue, people: Contacts, text: str, what: str
) -> None:
    """Who writes is answered, and their conversation is remembered."""
    response = await post(endpoint, body(text=text, **{"from": sender(small_council.OWNER)}))

    assert response == Response(200)
    assert await messages(queue) == [{"say": what, "user": small_council.OWNER.user_id}]
    assert (await people.get(small_council.OWNER.user_id)).conversation_id == "19:x"


async def test_an_installation_is_remembered_and_forgotten(endpoint: BotEndpoint, people: Contacts) -> None:
    """Install and uninstall keep the address book true."""
    bot = [{"id": "28:bot"}]
    more: dict[str, Any] = {"from": sender(small_council.OWNER), "recipient": {"id": "28:bot"}}
    await post(endpoint, body(type="conversationUpdate", membersAdded=bot, **more))
    came = await people.get(small_council.OWNER.user_id)
    await post(endpoint, body(type="installationUpdate", action="remove", **more))
    went = await people.get(small_council.OWNER.user_id)

    assert (came.installed, came.conversation_id, came.service_url) == (True, "19:x", SERVICE)
    assert (went.installed, went.conversation_id) == (False, "")


@pytest.mark.parametrize("kind", ["typing", "messageReaction", "endOfConversation", "event"])
async def test_other_activities_are_taken_and_dropped(endpoint: BotEndpoint, queue: Queue, kind: str) -> None:
    """What Custos has no use for is answered 200 and leaves nothing."""
    assert await post(endpoint, body(type=kind)) == Response(200)
    assert await messages(queue) == []


@pytest.mark.parametrize(
    ("authorization", "changes", "code"),
    [
        ("", {}, "no_token"),
        (bearer(token(aud=OTHER)), {}, "bad_token"),
        (bearer(token()), {"channelData": {"tenant": {"id": OTHER}}}, "tenant"),
    ],
)
async def test_forged_requests_leave_no_trace(
    endpoint: BotEndpoint, queue: Queue, authorization: str, changes: dict[str, Any], code: str
) -> None:
    """A forged request gets 403 without a word, is told to the caller for counting, and queues nothing."""
    response = await handle_activity(body(**changes), authorization, endpoint=endpoint, now=SOON)

    assert response == Response(403, None, code)
    assert await messages(queue) == []


async def test_without_keys_teams_is_asked_to_come_again(endpoint: BotEndpoint, authority: Authority) -> None:
    """While Microsoft's keys cannot be had the answer is 503."""
    authority.broken = True

    assert (await post(endpoint, body())).status == 503


async def test_the_card_still_shows_what_waits_elsewhere(
    context: DeliveryContext, endpoint: BotEndpoint, channels: FailingChannels
) -> None:
    """A question that was handed to the steward and decided by them says so on the owner's card."""
    sharing, _ = await on_a_card(context)
    await post(endpoint, pressed(sharing, "ask_steward"))
    await prepare_digests(
        context.now,
        book=context.book,
        digests=context.digests,
        queue=context.queue,
        zone=context.zone,
        holidays=frozenset(),
        machine_now=context.machine_now,
    )
    await deliver_digest(f"2026-11-23|{small_council.STEWARD.user_id}", context=context)
    handed = await context.book.get(sharing.id)
    assert handed is not None

    response = await post(endpoint, pressed(handed.case, "agree", small_council.STEWARD))

    assert "Agreed by you" in shown(response)
    assert {card.user_id for card in handed.case.cards} == {small_council.OWNER.user_id, small_council.STEWARD.user_id}
    assert len(channels.cards) == 2
