"""What Teams sends to the bot when people act, true and forged."""

from __future__ import annotations

from typing import Any

import aiohttp
import jwt
import pytest
from aiohttp import web

from simulator.entra.identity import BOT_CONNECTOR, TENANT_ID
from simulator.entra.registrations import BOT_CLIENT_ID
from simulator.teams.client import Forgery
from simulator.teams.conversations import CONVERSATIONS
from tests.simulator.served_tenant import PRIYA, SAM, Listener, ServedTenant, question

NEW_CARD = {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": "Kept."}]}


async def listen(served: ServedTenant, listener: Listener) -> None:
    await served.control("POST", "/messaging-endpoint", {"url": f"{listener.url}/api/messages"})


def replying(body: Any, status: int = 200) -> Any:
    async def reply(_: web.Request, __: Any) -> web.Response:
        return web.json_response(body, status=status)

    return reply


async def invoke(served: ServedTenant, listener: Listener, **deed: Any) -> tuple[dict[str, Any], Any, dict[str, str]]:
    """Press "Keep in use" on a fresh card: what the control API says, and the activity and headers that the bot got."""
    await served.send_card(PRIYA, question())
    await listen(served, listener)
    listener.heard.clear()
    told = await served.act("press", person=PRIYA, button="Keep in use", **deed)
    headers, activity = listener.heard[-1] if listener.heard else ({}, None)
    return told, activity, headers


async def verified(served: ServedTenant, headers: dict[str, str], activity: Any) -> dict[str, Any]:
    """The checks that Microsoft asks a bot to make, by the published metadata. Raises jwt errors and AssertionError."""
    metadata_url = f"{served.base}/botframework/v1/.well-known/openidconfiguration"
    async with aiohttp.ClientSession() as http, http.get(metadata_url) as answer:
        metadata = await answer.json()
    async with aiohttp.ClientSession() as http, http.get(metadata["jwks_uri"]) as answer:
        keys = (await answer.json())["keys"]
    token = headers["Authorization"].removeprefix("Bearer ")
    kid = jwt.get_unverified_header(token)["kid"]
    found = next((key for key in keys if key["kid"] == kid), None)
    assert found is not None, "unknown key"
    assert "msteams" in found["endorsements"], "not endorsed"
    claims: dict[str, Any] = jwt.decode(
        token, jwt.PyJWK(found), algorithms=["RS256"], audience=BOT_CLIENT_ID, issuer=BOT_CONNECTOR, leeway=300
    )
    assert claims["serviceurl"] == activity["serviceUrl"], "other service"
    assert activity["conversation"]["tenantId"] == TENANT_ID, "other tenant"
    return claims


async def test_pressing_a_button_sends_a_signed_invoke(served: ServedTenant, listener: Listener) -> None:
    """A press reaches the bot as an adaptiveCard/action with verb, data, inputs, person and tenant, and verifies."""
    listener.reply = replying({"statusCode": 200, "type": "application/vnd.microsoft.card.adaptive", "value": NEW_CARD})
    _, activity, headers = await invoke(served, listener, inputs={"reason": "audit"})
    assert await verified(served, headers, activity)
    assert (activity["type"], activity["name"]) == ("invoke", "adaptiveCard/action")
    assert activity["value"]["action"]["verb"] == "keep"
    assert activity["value"]["action"]["data"] == {"case": "c-1", "reason": "audit"}
    assert activity["from"]["aadObjectId"] == served.person(PRIYA).id
    assert activity["channelData"]["tenant"]["id"] == TENANT_ID
    assert activity["serviceUrl"].rstrip("/") == f"{served.base}/bot/teams"


async def test_returned_card_replaces_the_card(served: ServedTenant, listener: Listener) -> None:
    """The card in the bot's answer takes the place of the pressed one."""
    listener.reply = replying({"statusCode": 200, "type": "application/vnd.microsoft.card.adaptive", "value": NEW_CARD})
    told, _, _ = await invoke(served, listener)
    assert (told["status"], told["note"]) == (200, "")
    assert served.app[CONVERSATIONS].everyone()[0].messages[0].cards == [NEW_CARD]


@pytest.mark.parametrize(
    ("body", "status", "note"),
    [
        ({"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": "Noted."}, 200, "Noted."),
        (
            {
                "statusCode": 403,
                "type": "application/vnd.microsoft.error",
                "value": {"code": "x", "message": "Not you"},
            },
            200,
            "Not you",
        ),
        ({}, 403, "Something went wrong. Please try again."),
        ({"surprise": True}, 200, "Something went wrong. Please try again."),
    ],
)
async def test_other_answers_appear_beneath_the_card(
    served: ServedTenant, listener: Listener, body: Any, status: int, note: str
) -> None:
    """A message, an error, a refusal or nonsense is shown beneath the card, which stays."""
    listener.reply = replying(body, status)
    told, _, _ = await invoke(served, listener)
    assert told["note"] == note
    assert served.app[CONVERSATIONS].everyone()[0].messages[0].cards == [question()]


FALSE_TOKENS = [each for each in Forgery if each not in (Forgery.REPLAY, Forgery.MALFORMED, Forgery.OVERSIZED)]


@pytest.mark.parametrize("forgery", FALSE_TOKENS)
async def test_every_forgery_fails_the_check(served: ServedTenant, listener: Listener, forgery: Forgery) -> None:
    """What a forged request carries does not pass the checks that Microsoft prescribes."""
    _, activity, headers = await invoke(served, listener, forge=forgery.value)
    with pytest.raises((jwt.InvalidTokenError, AssertionError, KeyError)):
        await verified(served, headers, activity)


async def test_replay_repeats_the_last_request(served: ServedTenant, listener: Listener) -> None:
    """A replay sends the same bytes with the same token again."""
    await invoke(served, listener)
    await served.act("press", person=PRIYA, button="keep", forge="replay")
    assert len(listener.heard) == 2
    assert listener.heard[0][1] == listener.heard[1][1]
    assert listener.heard[0][0]["Authorization"] == listener.heard[1][0]["Authorization"]


async def test_bodies_can_be_false_under_a_true_token(served: ServedTenant, listener: Listener) -> None:
    """A truncated and an oversized body can be sent."""
    sizes = []

    async def reply(request: web.Request, _: Any) -> web.Response:
        sizes.append(int(request.headers["Content-Length"]))
        return web.Response(status=400)

    await served.send_card(PRIYA, question())
    await listen(served, listener)
    listener.reply = reply
    for forgery in ("oversized", "malformed"):
        await served.act("press", person=PRIYA, button="keep", forge=forgery)
    assert sizes[0] > 300_000
    assert isinstance(listener.heard[1][1], bytes)


async def test_button_of_several_is_chosen_by_what_it_carries(served: ServedTenant, listener: Listener) -> None:
    """Of buttons with the same name, one is told by its data; inputs reach from its own card and those around it."""
    choice = {"type": "Input.Text", "id": "why-{}", "value": ""}
    rows = [
        {
            "type": "ActionSet",
            "actions": [
                {
                    "type": "Action.ShowCard",
                    "title": "Keep …",
                    "card": {
                        "type": "AdaptiveCard",
                        "body": [choice | {"id": f"why-{case}"}],
                        "actions": [
                            {"type": "Action.Execute", "verb": "keep", "title": "Keep", "data": {"case": case}}
                        ],
                    },
                }
            ],
        }
        for case in ("a", "b")
    ]
    note = {"type": "Input.Text", "id": "note", "value": "for all"}
    await served.send_card(PRIYA, {"type": "AdaptiveCard", "version": "1.5", "body": [note, *rows]})
    await listen(served, listener)
    await served.act("press", person=PRIYA, button="keep", carrying={"case": "b"}, inputs={"why-b": "audit"})
    data = listener.heard[-1][1]["value"]["action"]["data"]
    assert data == {"case": "b", "note": "for all", "why-b": "audit"}
    deed = {"verb": "press", "person": PRIYA, "button": "keep", "carrying": {"case": "b"}, "inputs": {"why-a": "x"}}
    assert (await served.control("POST", "/act", deed))[0] == 409


async def test_another_person_can_press(served: ServedTenant, listener: Listener) -> None:
    """A press by somebody else carries that person's object id, correctly signed."""
    _, activity, headers = await invoke(served, listener, by=SAM)
    assert activity["from"]["aadObjectId"] == served.person(SAM).id
    assert await verified(served, headers, activity)


async def test_card_data_can_be_altered(served: ServedTenant, listener: Listener) -> None:
    """A tampering client can send other data than the card carried."""
    _, activity, _ = await invoke(served, listener, data={"case": "c-2"})
    assert activity["value"]["action"]["data"]["case"] == "c-2"


async def test_submit_is_a_message_with_a_value(served: ServedTenant, listener: Listener) -> None:
    """Action.Submit comes as an ordinary message."""
    await served.send_card(PRIYA, question())
    await listen(served, listener)
    await served.act("press", person=PRIYA, button="Old client")
    activity = listener.heard[-1][1]
    assert (activity["type"], activity["value"]) == ("message", {"case": "c-1", "reason": "in use"})


async def test_links_and_unknown_buttons_are_refused(served: ServedTenant, listener: Listener) -> None:
    """A link opens in the client, and a button that is not there names those that are."""
    await served.send_card(PRIYA, question())
    await listen(served, listener)
    deed = {"verb": "press", "person": PRIYA}
    status, told = await served.control("POST", "/act", deed | {"button": "Delete everything"})
    assert status == 409
    assert "Keep in use" in told["error"]["message"]
    assert (await served.control("POST", "/act", deed | {"button": "See the files"}))[0] == 400
    assert not listener.heard


async def test_writing_to_the_bot(served: ServedTenant, listener: Listener) -> None:
    """Words to the bot arrive as a message from that person."""
    await served.install(PRIYA)
    await listen(served, listener)
    await served.act("say", person=PRIYA, text="my assets")
    activity = listener.heard[-1][1]
    assert (activity["type"], activity["text"]) == ("message", "my assets")


async def test_bot_hears_of_installation_and_removal(served: ServedTenant, listener: Listener) -> None:
    """Installing and removing the app raise conversationUpdate and installationUpdate."""
    await listen(served, listener)
    await served.install(PRIYA)
    await served.act("uninstall", person=PRIYA)
    await listener.until(4)
    told = {(body["type"], body.get("action")) for _, body in listener.heard}
    assert told == {("conversationUpdate", None), ("installationUpdate", "add"), ("installationUpdate", "remove")}


async def test_silent_bot_is_told_as_unreachable(served: ServedTenant) -> None:
    """When nobody listens, the person sees that the app cannot be reached."""
    await served.send_card(PRIYA, question())
    await served.control("POST", "/messaging-endpoint", {"url": "http://127.0.0.1:9/api/messages"})
    told = await served.act("press", person=PRIYA, button="keep")
    assert (told["status"], told["note"]) == (0, "Unable to reach app. Please try again.")
