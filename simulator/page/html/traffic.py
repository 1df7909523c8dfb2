"""What apps ask and spend, and what they asked in vain."""

from __future__ import annotations

from simulator.page import words
from simulator.page.data.traffic import MINUTES, AppRow, TrafficFacts
from simulator.page.html.chart import chart
from simulator.page.html.components import Drawing, chip, empty, numbers, quiet, section, stack, table
from simulator.page.markup import Child, Element

_MISSING = "Operations that this tenant does not have answer 501 and are counted here; none is ever an empty list."


def traffic(view: TrafficFacts) -> Drawing:
    """Requests, units, throttling, and operations that are not here."""
    totals = numbers(
        (
            ("Requests", words.number(view.requests), ""),
            ("Resource units", words.number(view.units), ""),
            ("Throttled", words.number(view.throttled), ""),
            ("Units a minute for each app", words.number(view.units_per_minute), ""),
            ("Operations not implemented", words.number(len(view.unimplemented)), "#unimplemented"),
        )
    )
    missing = [(each.operation, words.number(each.times)) for each in view.unimplemented]
    asked = table("Not implemented", ("Operation", "Asked for"), missing, numbers=(1,))
    body = [
        section("Since the start", totals, name="totals", live=True),
        section(f"Resource units, the last {MINUTES} minutes", chart(view), name="chart", live=True),
        section("By app", _apps(view), name="apps", live=True),
        section(
            "Not implemented",
            asked if missing else empty("Everything that was asked for is here."),
            name="unimplemented",
            live=True,
            note=_MISSING,
        ),
    ]
    return Drawing("Traffic", "traffic", body)


def _apps(view: TrafficFacts) -> Element:
    if not view.apps:
        return empty("No app has asked for anything yet.")
    headings = ("App", "Requests", "Units", "Requests this minute", "Units this minute", "Throttled", "Came too early")
    return table("By app", headings, [_app(each) for each in view.apps], numbers=range(1, len(headings)))


def _app(each: AppRow) -> tuple[Child, ...]:
    present = each.minutes[-1]
    return (
        stack(each.name, quiet(each.client_id)),
        words.number(each.requests),
        words.number(each.units),
        words.number(present.requests),
        words.number(present.units),
        chip(words.number(each.throttled), "warn") if each.throttled else "0",
        chip(words.number(each.came_early), "bad") if each.came_early else "0",
    )
