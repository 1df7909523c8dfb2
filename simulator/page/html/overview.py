"""The front page."""

from __future__ import annotations

from simulator.page import words
from simulator.page.data.overview import Overview
from simulator.page.data.traffic import MINUTES
from simulator.page.html.chart import chart
from simulator.page.html.components import Drawing, facts, item_address, link, numbers, section
from simulator.page.html.items import changed
from simulator.page.markup import Element, element

_LEAD = (
    "A Microsoft 365 tenant in one process, for a council that does not exist. Nothing here is anybody's, and nothing "
    "that you do here leaves this machine."
)


def overview(view: Overview) -> Drawing:
    """The tenant in numbers, what to try, and what happens."""
    made = facts(
        (
            ("Seed", str(view.seed)),
            ("Scale", f"{view.scale:g}"),
            ("Licences", words.number(view.licences)),
            ("Sharing allowed with", words.CAPABILITIES[view.capability].lower()),
        )
    )
    body = [
        section("In numbers", _numbers(view), name="numbers", live=True),
        element(
            "div",
            section("What just happened", changed(view.changes), name="changes", live=True),
            section("Try it", _tries(view), made, name="tries"),
            class_="pair",
        ),
        section(f"Resource units, the last {MINUTES} minutes", chart(view.traffic), name="chart", live=True),
    ]
    return Drawing(view.council, "overview", body, lead=_LEAD)


def _numbers(view: Overview) -> Element:
    counts = view.counts
    return numbers(
        (
            ("Sites", words.number(counts["sites"]), "/sim/sites"),
            ("Libraries", words.number(counts["libraries"]), "/sim/sites"),
            ("Items", words.number(counts["items"]), "/sim/sites"),
            ("People", words.number(counts["people"]), "/sim/directory"),
            ("Groups and teams", words.number(counts["groups"]), "/sim/groups"),
            ("Chats", words.number(counts["chats"]), "/sim/chats"),
            ("Feed notices", words.number(counts["feed"]), "/sim/chats?tab=feed"),
            ("Mails", words.number(counts["mail"]), "/sim/chats?tab=mail"),
            ("Subscriptions", words.number(counts["subscriptions"]), "/sim/subscriptions"),
            ("Requests", words.number(view.traffic.requests), "/sim/traffic"),
            ("Resource units", words.number(view.traffic.units), "/sim/traffic"),
            ("Troubles waiting", words.number(view.troubles), "/sim/trouble"),
        )
    )


def _tries(view: Overview) -> Element:
    library = item_address(view.example_drive) if view.example_drive else "/sim/sites"
    watch = " and watch its page: Custos gives the link an end or takes it back, and tells the owner."
    return element(
        "ol",
        element("li", link("Share a file with anyone", library), watch),
        element("li", link("Answer for an owner", "/sim/chats"), ": press a button of a card in somebody's chat."),
        element("li", "Let two weeks pass: the clock stands at the top of every page."),
        element("li", link("Make trouble", "/sim/trouble"), ": throttling, broken answers, lost notifications."),
        class_="tries",
    )
