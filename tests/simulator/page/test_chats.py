"""The page of chats, in a real browser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Page

from tests.simulator.page.conftest import MODULE, small_served_tenant
from tests.simulator.served_tenant import PRIYA, SERVICE_MAILBOX, Listener, ServedTenant, chat_with, message, question
from tests.simulator.teams.test_reaching_people import letter

HOSTILE = "<img src=x onerror=\"document.title='broken'\"> **bold** [link](javascript:alert(1))"


pytestmark = [pytest.mark.browser, MODULE]


@pytest_asyncio.fixture(loop_scope="module")
async def served(tmp_path: Path) -> AsyncIterator[ServedTenant]:
    """A tenant of the test's own, in whose chats nothing was said yet."""
    async with small_served_tenant(tmp_path) as found:
        yield found


async def test_card_is_shown_and_pressed(served: ServedTenant, listener: Listener, page: Page) -> None:
    """A card appears, what is typed into it and the press reach the bot, and the returned card takes its place."""

    async def reply(_: web.Request, activity: Any) -> web.Response:
        if activity["type"] != "invoke":
            return web.Response(status=202)
        reason = activity["value"]["action"]["data"]["reason"]
        card = {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": f"Kept: {reason}"}]}
        return web.json_response({"statusCode": 200, "type": "application/vnd.microsoft.card.adaptive", "value": card})

    listener.reply = reply
    await served.control("POST", "/messaging-endpoint", {"url": f"{listener.url}/api/messages"})
    await served.send_card(PRIYA, question())
    await page.goto(f"{served.base}/sim/chats")
    await page.get_by_label("Why?").fill("the audit")
    await page.get_by_role("button", name="Keep in use").click()
    await page.get_by_text("Kept: the audit").wait_for()
    assert await page.get_by_role("button", name="Keep in use").count() == 0


async def test_pressed_button_is_the_one_that_was_clicked(served: ServedTenant, listener: Listener, page: Page) -> None:
    """Of two buttons with the same name on cards shown on demand, the clicked one's data and inputs reach the bot."""

    def keep(case: str) -> dict[str, Any]:
        body = [{"type": "Input.Text", "id": f"why-{case}", "label": f"Why {case}?"}]
        actions = [{"type": "Action.Execute", "verb": "keep", "title": "Keep it", "data": {"case": case}}]
        return {
            "type": "Action.ShowCard",
            "title": f"Keep {case} …",
            "card": {"type": "AdaptiveCard", "body": body, "actions": actions},
        }

    await served.control("POST", "/messaging-endpoint", {"url": f"{listener.url}/api/messages"})
    await served.send_card(PRIYA, {"type": "AdaptiveCard", "version": "1.5", "actions": [keep("a"), keep("b")]})
    await page.goto(f"{served.base}/sim/chats")
    await page.get_by_role("button", name="Keep b …").click()
    await page.get_by_label("Why b?").fill("the audit")
    await page.get_by_role("button", name="Keep it").click()

    def pressed() -> list[Any]:
        return [activity["value"] for _, activity in listener.heard if "value" in activity]

    async with asyncio.timeout(20):
        while not pressed():  # noqa: ASYNC110  # the browser is another process
            await asyncio.sleep(0.05)
    assert pressed()[-1]["action"]["data"] == {"case": "b", "why-b": "the audit"}


async def test_a_person_writes_to_the_bot(served: ServedTenant, listener: Listener, page: Page) -> None:
    """What is typed beneath somebody's chat reaches the bot in that person's name, and stands in the chat."""
    await served.control("POST", "/messaging-endpoint", {"url": f"{listener.url}/api/messages"})
    await served.send_card(PRIYA, question())
    listener.heard.clear()
    await page.goto(f"{served.base}/sim/chats")
    await page.get_by_label("Write to Custos").fill("my assets")
    await page.get_by_role("button", name="Say").click()
    await page.locator(".message.person", has_text="my assets").wait_for()
    await listener.until(1)
    heard = listener.heard[-1][1]
    assert (heard["text"], heard["from"]["name"]) == ("my assets", PRIYA)


async def test_hostile_texts_stay_texts(served: ServedTenant, page: Page) -> None:
    """Markup in a card, a name or a mail never becomes part of the page; only bold and https links are honoured."""
    card = question() | {"body": [{"type": "TextBlock", "text": HOSTILE, "wrap": True}]}
    served.person(PRIYA).name = HOSTILE
    priya = next(iter(served.tenant.users.values()))
    await served.control("POST", "/act", {"verb": "install", "person": priya.upn})
    _, chat = await served.bot("POST", "", chat_with(priya.id))
    await served.bot("POST", f"/{chat['id']}/activities", message(card))
    markup = f"<script>parent.document.title='broken'</script>{HOSTILE}"
    mail = letter(priya.mail, body={"contentType": "html", "content": markup})
    await served.graph("POST", f"/users/{SERVICE_MAILBOX}/sendMail", mail)
    violations: list[str] = []
    page.on("dialog", lambda dialog: violations.append(dialog.message))
    await page.goto(f"{served.base}/sim/chats")
    await page.locator(".card strong", has_text="bold").wait_for()
    await page.get_by_role("tab", name="Mail").click()
    await page.locator("iframe").wait_for()
    assert await page.title() == "Chats and mail · A council, a simulated tenant"
    assert await page.locator("main img").count() == 0
    assert await page.locator(".card a").count() == 0
    assert not violations
