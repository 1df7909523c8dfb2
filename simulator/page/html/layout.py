"""The frame around every page: skip link, name, search, the tenant's clock, navigation; and the headers that keep
scripts of others out.
"""

from __future__ import annotations

from aiohttp import web

from simulator.page import words
from simulator.page.html.components import Drawing, link
from simulator.page.html.forms import button, field, form, search
from simulator.page.markup import Element, element
from simulator.tenant.state import Tenant

PLACES = (
    ("overview", "Overview", "/sim/"),
    ("sites", "Sites", "/sim/sites"),
    ("people", "People", "/sim/directory"),
    ("groups", "Groups and teams", "/sim/groups"),
    ("chats", "Chats and mail", "/sim/chats"),
    ("subscriptions", "Subscriptions", "/sim/subscriptions"),
    ("traffic", "Traffic", "/sim/traffic"),
    ("trouble", "Trouble", "/sim/trouble"),
)
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",  # `no-referrer` would make the Origin of the page's own forms `null`
    "Cache-Control": "no-store",
}
_STRIDES = (("PT1H", "1 hour"), ("P1D", "1 day"), ("P7D", "1 week"), ("P14D", "2 weeks"), ("P90D", "90 days"))


def framed(tenant: Tenant, drawing: Drawing, *, here: str, note: Element | None = None) -> Element:
    """The whole document. `here` is its own address, to which deeds come back; `note` says what the last one did."""
    chats = drawing.place == "chats"
    styles = ("page.css", "chats.css") if chats else ("page.css",)
    scripts = ("adaptivecards.min.js", "host-config.js", "markdown.js", "chats.js") if chats else ()
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", f"{drawing.title} · {tenant.short_name}, a simulated tenant"),
        element("link", rel="icon", href="/sim/static/icon.svg", type="image/svg+xml"),
        *(element("link", rel="stylesheet", href=f"/sim/static/{name}") for name in styles),
        element("script", src="/sim/static/theme.js"),
    )
    body = element(
        "body",
        element("a", "Skip to the content", href="#main", class_="skip"),
        _header(tenant, here),
        _navigation(drawing.place),
        _main(drawing, note),
        *(element("script", src=f"/sim/static/{name}") for name in (*scripts, "live.js")),
    )
    return element("html", head, body, lang="en-GB")


def answer(document: Element, *, status: int = 200, policy: str = POLICY) -> web.Response:
    """A document with the headers that every page has."""
    headers = {**HEADERS, "Content-Security-Policy": policy}
    return web.Response(text=f"<!doctype html>{document}", content_type="text/html", headers=headers, status=status)


def _main(drawing: Drawing, note: Element | None) -> Element:
    crumbs = element("ol", *(element("li", link(text, address)) for text, address in drawing.trail))
    return element(
        "main",
        element("nav", crumbs, class_="trail", aria_label="The way here") if drawing.trail else None,
        note,
        element("h1", drawing.title),
        element("p", drawing.lead, class_="lead")
        if isinstance(drawing.lead, str) and drawing.lead
        else drawing.lead or None,
        *drawing.body,
        id="main",
        tabindex=-1,
    )


def _header(tenant: Tenant, here: str) -> Element:
    name = element(
        "a", element("strong", tenant.short_name), element("span", "a simulated tenant"), href="/sim/", class_="name"
    )
    theme = element("button", "Dark", type="button", id="theme", hidden=True)
    finder = search("/sim/search", "Search files and folders", "Search files and folders, or paste a path")
    return element("header", name, finder, _clock(tenant, here), theme)


def _clock(tenant: Tenant, here: str) -> Element:
    strides = (
        form(button(f"+ {text}"), verb="advance-clock", back=here, label=f"Move the clock on by {text}", advance=stride)
        for stride, text in _STRIDES
    )
    exact = form(
        field("To, in UTC", "to", type="datetime-local", required=True),
        button("Set"),
        verb="advance-clock",
        back=here,
        label="Set the clock",
    )
    bound_for = tenant.clock.bound_for
    walk = f" on its way to {words.moment(bound_for.timestamp())}" if bound_for else ""
    shown = element("time", words.moment(tenant.clock.seconds()) + walk, id="clock", data_live=True)
    timers = " Its timers run on the way." if tenant.clock.is_walked else ""
    why = element("p", f"Custos follows this clock. Move it to let time pass.{timers}")
    panel = element("div", why, element("div", *strides, class_="strides"), exact, class_="panel")
    summary = element("summary", element("span", "Tenant time ", class_="unseen"), shown)
    return element("details", summary, panel, class_="clock")


def _navigation(current: str) -> Element:
    entries = (
        element("li", element("a", text, href=address, aria_current="page" if name == current else None))
        for name, text, address in PLACES
    )
    return element("nav", element("ul", *entries), aria_label="Tenant", class_="places")
