"""Everybody's chats with the bot, whose cards can be pressed, their activity feed and their mail.

The page's script draws what `/sim/chats.json` tells with Microsoft's own `adaptivecards` renderer, as text and never as
markup, and presses buttons through `POST /sim/act`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aiohttp import web

from simulator.control.loopback import loopback_only
from simulator.mail import MAILBOXES, Letter
from simulator.page.html.components import Drawing
from simulator.page.html.layout import HEADERS
from simulator.page.markup import Element, element
from simulator.teams.activity import FEED, Notice
from simulator.teams.conversations import CONVERSATIONS, Conversation, Message
from simulator.tenant.clock import instant
from simulator.tenant.state import Tenant

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "img-src 'self' data: https:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""The renderer of the cards sets styles on what it draws, and cards may show images."""
_TABS = (("chats", "Chats"), ("feed", "Activity"), ("mail", "Mail"))


def routes(tenant: Tenant) -> Iterable[web.RouteDef]:
    """The page's data."""

    async def data(request: web.Request) -> web.Response:
        loopback_only(request)
        return web.json_response(overview(tenant, request.app), headers=HEADERS)

    return [web.get("/sim/chats.json", data)]


def drawing() -> Drawing:
    """The page before `chats.js` fills it."""
    tabs = element("div", *(_tab(name, text) for name, text in _TABS), role="tablist", aria_label="What people see")
    people = element("ul", id="people", aria_label="People with a chat")
    said = element("input", type="text", name="text", required=True, aria_label="Write to Custos")
    say = element("form", said, element("button", "Say", type="submit"), id="say", hidden=True)
    talk = element(
        "div", element("div", id="thread", aria_live="polite"), element("p", id="unsaid", role="status"), say
    )
    panels = [
        element("div", *([people, talk] if name == "chats" else ()), id=f"panel-{name}", role="tabpanel",
                aria_labelledby=f"tab-{name}", tabindex=0, hidden=name != "chats")
        for name, _ in _TABS
    ]  # fmt: skip
    return Drawing("Chats and mail", "chats", [tabs, *panels])


def _tab(name: str, text: str) -> Element:
    first = name == "chats"
    return element(
        "button",
        f"{text} ",
        element("b", "0", id=f"count-{name}"),
        type="button",
        role="tab",
        id=f"tab-{name}",
        aria_controls=f"panel-{name}",
        aria_selected="true" if first else "false",
        tabindex=None if first else -1,
    )


def overview(tenant: Tenant, app: web.Application) -> dict[str, Any]:
    """Chats, feeds and mail of everybody who has any, as plain data."""
    return {
        "now": instant(tenant.clock.seconds()),
        "chats": [_chat(tenant, each) for each in app[CONVERSATIONS].everyone()],
        "feed": [_notice(tenant, each) for each in reversed(app[FEED].notices)],
        "mail": [
            _letter(address, each)
            for address, letters in sorted(app[MAILBOXES].inbox.items())
            for each in reversed(letters)
        ],
    }


def _chat(tenant: Tenant, conversation: Conversation) -> dict[str, Any]:
    user = tenant.users.get(conversation.person_id)
    return {
        "id": conversation.id,
        "personId": conversation.person_id,
        "name": user.name if user else conversation.person_id,
        "title": user.job_title if user else "",
        "messages": [_message(each) for each in conversation.messages if not each.deleted],
    }


def _message(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "sender": message.sender,
        "sent": instant(message.sent.timestamp()),
        "text": message.activity.get("text") or "",
        "summary": message.activity.get("summary") or "",
        "cards": message.cards,
        "edits": message.edits,
        "note": message.note,
    }


def _notice(tenant: Tenant, notice: Notice) -> dict[str, Any]:
    user = tenant.users.get(notice.person_id)
    return {
        "to": user.name if user else notice.person_id,
        "at": instant(notice.at.timestamp()),
        "text": notice.text,
        "preview": notice.preview,
        "link": notice.link,
    }


def _letter(address: str, letter: Letter) -> dict[str, Any]:
    return {
        "to": address,
        "from": letter.sender,
        "at": instant(letter.sent.timestamp()),
        "subject": letter.subject,
        "content": letter.content,
        "html": letter.html,
        "bounce": letter.bounce,
    }
