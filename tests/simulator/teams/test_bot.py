"""The Bot Connector: what a bot may do, and what it is told when it may not."""

from __future__ import annotations

import pytest

from simulator.entra.identity import GRAPH
from simulator.teams.conversations import CONVERSATIONS
from tests.simulator.served_tenant import LEAVER, PRIYA, SAM, ServedTenant, chat_with, message, question


async def test_opening_a_chat_twice_gives_the_same_chat(served: ServedTenant) -> None:
    """The first request answers 201, later ones 200 with the same id."""
    await served.install(PRIYA)
    first, second = await served.open_chat(PRIYA), await served.open_chat(PRIYA)
    assert (first[0], second[0]) == (201, 200)
    assert first[1]["id"] == second[1]["id"]


async def test_teams_style_member_id_is_understood(served: ServedTenant) -> None:
    """A person may be named by Teams' 29: id."""
    await served.install(PRIYA)
    status, _ = await served.bot("POST", "", chat_with(f"29:{served.person(PRIYA).id}"))
    assert status == 201


async def test_without_installation_a_chat_is_refused(served: ServedTenant) -> None:
    """403 when the app is not installed for the person."""
    status, told = await served.open_chat(PRIYA)
    assert (status, told["error"]["code"]) == (403, "BotNotInConversationRoster")


async def test_blocked_bot_cannot_write(served: ServedTenant) -> None:
    """403 MessageWritesBlocked once the person has blocked the bot, for new chats and old ones."""
    await served.install(PRIYA)
    _, chat = await served.open_chat(PRIYA)
    await served.control("POST", "/people", {"person": served.person(PRIYA).upn, "blocked": True})
    for path, body in (("", chat_with(served.person(PRIYA).id)), (f"/{chat['id']}/activities", message(question()))):
        status, told = await served.bot("POST", path, body)
        assert (status, told["error"]["code"]) == (403, "MessageWritesBlocked")


async def test_people_are_not_addressed_by_upn(served: ServedTenant) -> None:
    """A user principal name is no member id."""
    await served.install(PRIYA)
    status, _ = await served.bot("POST", "", chat_with(served.person(PRIYA).upn))
    assert status == 400


async def test_leaver_cannot_be_reached(served: ServedTenant) -> None:
    """A disabled account answers 403."""
    status, _ = await served.open_chat(LEAVER)
    assert status == 403


@pytest.mark.parametrize("change", [{"tenantId": "other", "channelData": {}}, {"members": []}, {"isGroup": True}])
async def test_malformed_chat_requests_are_400(served: ServedTenant, change: dict[str, object]) -> None:
    """Another tenant, no member or a group chat is a bad request."""
    await served.install(PRIYA)
    status, _ = await served.bot("POST", "", chat_with(served.person(PRIYA).id, **change))
    assert status == 400


async def test_message_is_sent_updated_and_deleted(served: ServedTenant) -> None:
    """A card is posted, replaced in place and taken back."""
    message_id = await served.send_card(PRIYA, question())
    chat = served.app[CONVERSATIONS].everyone()[0]
    path = f"/{chat.id}/activities/{message_id}"
    status, told = await served.bot("PUT", path, message({"type": "AdaptiveCard", "version": "1.5", "body": []}))
    assert (status, told["id"]) == (200, message_id)
    assert chat.messages[0].cards[0]["body"] == []
    assert (await served.bot("DELETE", path))[0] == 200
    assert (await served.bot("PUT", path, message(question())))[0] == 404


async def test_too_large_a_message_is_413(served: ServedTenant) -> None:
    """Size counts in UTF-16: 60,000 plain letters are over the limit of 100 KB."""
    await served.install(PRIYA)
    _, chat = await served.open_chat(PRIYA)
    status, told = await served.bot("POST", f"/{chat['id']}/activities", {"type": "message", "text": "x" * 60_000})
    assert (status, told["error"]["code"]) == (413, "MessageSizeTooBig")


async def test_eighth_message_in_a_second_is_429(served: ServedTenant) -> None:
    """A bot may send seven messages a second in one conversation."""
    await served.install(PRIYA)
    _, chat = await served.open_chat(PRIYA)
    statuses = [
        (await served.bot("POST", f"/{chat['id']}/activities", {"type": "message", "text": str(n)}))[0]
        for n in range(8)
    ]
    assert statuses == [201] * 7 + [429]


async def test_other_conversations_are_not_throttled(served: ServedTenant) -> None:
    """The limit is for one conversation."""
    await served.install(PRIYA)
    _, chat = await served.open_chat(PRIYA)
    for number in range(8):
        await served.bot("POST", f"/{chat['id']}/activities", {"type": "message", "text": str(number)})
    assert await served.send_card(SAM, question())


async def test_connector_wants_the_bots_own_token(served: ServedTenant) -> None:
    """A Graph token answers 401, and another app's token for the connector 403."""
    body = chat_with(served.person(PRIYA).id)
    path = "/bot/teams/v3/conversations"
    assert (await served.call("POST", path, body, audience=GRAPH))[0] == 401
    assert (await served.call("POST", path, body, audience="https://api.botframework.com"))[0] == 403


async def test_unknown_conversation_is_404(served: ServedTenant) -> None:
    """A conversation that never was answers 404."""
    assert (await served.bot("POST", "/19:none@unq.gbl.spaces/activities", message(question())))[0] == 404


@pytest.mark.parametrize(
    "activity",
    [
        {"type": "message"},
        {"type": "event", "text": "x"},
        {"type": "message", "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": 1}]},
    ],
)
async def test_empty_or_broken_messages_are_400(served: ServedTenant, activity: dict[str, object]) -> None:
    """Nothing to show, an unknown type or a card that is none is a bad request."""
    await served.install(PRIYA)
    _, chat = await served.open_chat(PRIYA)
    assert (await served.bot("POST", f"/{chat['id']}/activities", activity))[0] == 400
