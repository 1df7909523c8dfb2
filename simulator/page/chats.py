"""A page for people's eyes: everybody's chats with the bot, whose cards can be pressed, their activity feed and their
mail.

`/sim/chats` is static; it draws what `/sim/chats.json` tells with Microsoft's own `adaptivecards` renderer, as text
and never as markup, and presses buttons through `POST /sim/act`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from aiohttp import web

from simulator.control.loopback import loopback_only
from simulator.mail import MAILBOXES, Letter
from simulator.teams.activity import FEED, Notice
from simulator.teams.conversations import CONVERSATIONS, Conversation, Message
from simulator.tenant.clock import instant
from simulator.tenant.state import Tenant

_STATIC = Path(__file__).resolve().parent / "static"
_RENDERER = _STATIC.parents[2] / "node_modules" / "adaptivecards" / "dist" / "adaptivecards.min.js"
_FILES = {
    "chats.css": (_STATIC / "chats.css", "text/css"),
    "chats.js": (_STATIC / "chats.js", "text/javascript"),
    "markdown.js": (_STATIC / "markdown.js", "text/javascript"),
    "host-config.js": (_STATIC / "host-config.js", "text/javascript"),
    "adaptivecards.min.js": (_RENDERER, "text/javascript"),
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "img-src 'self' data: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {"Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}


def routes(tenant: Tenant) -> Iterable[web.RouteDef]:
    """The page, its files and its data."""

    async def page(request: web.Request) -> web.Response:
        loopback_only(request)
        text = (_STATIC / "chats.html").read_text(encoding="utf-8")
        return web.Response(text=text, content_type="text/html", headers=_HEADERS)

    async def data(request: web.Request) -> web.Response:
        loopback_only(request)
        return web.json_response(overview(tenant, request.app), headers=_HEADERS)

    async def static(request: web.Request) -> web.Response:
        loopback_only(request)
        path, media = _FILES.get(request.match_info["name"], (None, ""))
        if path is None or not path.is_file():
            raise web.HTTPNotFound(text="No such file; `npm ci` brings the card renderer.")
        return web.Response(body=path.read_bytes(), content_type=media, charset="utf-8", headers=_HEADERS)

    return [
        web.get("/sim/chats", page),
        web.get("/sim/chats.json", data),
        web.get("/sim/static/{name}", static),
    ]


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
