"""The simulated tenant for people's eyes, on loopback alone: `/sim/` and the pages below it.

Each page is drawn from one record, and the same record is JSON at the page's address with `.json`:

| page | what it shows |
|---|---|
| `/sim/` | the tenant in numbers, what just happened (`/sim/overview.json`) |
| `/sim/sites`, `/sim/sites/SITE` | sites, their owners, sharing, locks and libraries |
| `/sim/items/DRIVE/ITEM` | a library, folder or file: label, sharing, content by the page, deeds |
| `/sim/search?q=` | files and folders by words of their path |
| `/sim/directory`, `/sim/groups` | people, groups, teams and channels |
| `/sim/sign-in` | where somebody enters the code that an app shows |
| `/sim/chats` | chats with the bot, whose cards can be pressed, activity feed, mail |
| `/sim/subscriptions` | who is told of changes, and the courier's diary |
| `/sim/trouble` | what goes wrong on request: asked for, standing, happened |
| `/sim/traffic` | requests and resource units by the minute and app, throttling, what is not implemented |

Forms post to `/sim/do`, which takes them from these pages alone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import msgspec
from aiohttp import web

from simulator.control.loopback import loopback_only
from simulator.page import chats, files, form_actions
from simulator.page.data import items, notifications, overview, people, search, sign_in, sites, traffic, trouble
from simulator.page.data.context import Context
from simulator.page.flash import NOTES
from simulator.page.html import items as drawn_items
from simulator.page.html import layout
from simulator.page.html import notifications as drawn_notifications
from simulator.page.html import overview as drawn_overview
from simulator.page.html import people as drawn_people
from simulator.page.html import sign_in as drawn_sign_in
from simulator.page.html import sites as drawn_estate
from simulator.page.html import traffic as drawn_traffic
from simulator.page.html import trouble as drawn_trouble
from simulator.page.html.components import Drawing, empty
from simulator.page.markup import Element, element
from simulator.refusal import Refused
from simulator.tenant.state import Tenant

type Facts = Callable[[Context], Awaitable[Any]]
type Draw = Callable[[Any], Drawing]

_PAGES: tuple[tuple[str, Facts, Draw], ...] = (
    ("/sim/overview", overview.overview, drawn_overview.overview),
    ("/sim/sites", sites.sites, drawn_estate.sites),
    ("/sim/sites/{site:[^/.]+}", sites.site, drawn_estate.site),
    ("/sim/items/{drive:[^/]+}/{item:[^/.]+}", items.item, drawn_items.item),
    ("/sim/search", search.search, drawn_items.found),
    ("/sim/directory", people.people, drawn_people.people),
    ("/sim/groups", people.groups, drawn_people.groups),
    ("/sim/sign-in", sign_in.sign_in, drawn_sign_in.sign_in),
    ("/sim/subscriptions", notifications.notifications, drawn_notifications.notifications),
    ("/sim/trouble", trouble.trouble, drawn_trouble.trouble),
    ("/sim/traffic", traffic.traffic, drawn_traffic.traffic),
)


def routes(tenant: Tenant) -> Iterable[web.RouteDef]:
    """The pages, their data and files, and where their forms go."""

    async def home(request: web.Request) -> web.Response:
        loopback_only(request)
        return web.Response(status=302, headers={"Location": "/sim/"})

    async def do(request: web.Request) -> web.Response:
        return await form_actions.do(tenant, request)

    async def talk(request: web.Request) -> web.Response:
        loopback_only(request)
        return layout.answer(_framed(tenant, request, chats.drawing()), policy=chats.POLICY)

    found = [
        web.get("/", home),
        web.get("/sim", home),
        web.post("/sim/do", do),
        web.get("/sim/chats", talk),
        web.get("/sim/static/{name}", files.static),
    ]
    for address, facts, draw in _PAGES:
        found.append(web.get("/sim/" if address == "/sim/overview" else address, _page(tenant, facts, draw)))
        found.append(web.get(f"{address}.json", _data(tenant, facts)))
    return [*found, *chats.routes(tenant)]


def _page(tenant: Tenant, facts: Facts, draw: Draw) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def page(request: web.Request) -> web.Response:
        loopback_only(request)
        try:
            drawing, status = draw(await facts(_context(tenant, request))), 200
        except Refused as refusal:
            drawing, status = Drawing("Not here", "", [empty(refusal.message)]), refusal.status
        return layout.answer(_framed(tenant, request, drawing), status=status)

    return page


def _data(tenant: Tenant, facts: Facts) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def data(request: web.Request) -> web.Response:
        loopback_only(request)
        try:
            told, status = await facts(_context(tenant, request)), 200
        except Refused as refusal:
            told, status = {"error": {"code": refusal.code, "message": refusal.message}}, refusal.status
        body = msgspec.json.encode(told)
        return web.Response(body=body, status=status, content_type="application/json", headers=layout.HEADERS)

    return data


def _context(tenant: Tenant, request: web.Request) -> Context:
    return Context(tenant, request.app, places=request.match_info, query=request.query)


def _framed(tenant: Tenant, request: web.Request, drawing: Drawing) -> Element:
    kept = request.rel_url.without_query_params("note")
    note = request.app[NOTES].find(request.query.get("note", ""))
    told = (
        element("p", note.text, class_="told refused" if note.refused else "told", role="status", tabindex=-1)
        if note
        else None
    )
    return layout.framed(tenant, drawing, here=str(kept), note=told)
