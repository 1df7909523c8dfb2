"""Subscriptions, and the courier that serves them."""

from __future__ import annotations

from simulator.page import words
from simulator.page.data.notifications import AttemptRow, EndpointRow, NotificationFacts, SubscriptionRow
from simulator.page.html.components import Drawing, chip, empty, facts, quiet, section, stack, table
from simulator.page.markup import Child, Element

_STATES = {
    "normal": ("Answers in time", "good"),
    "slow": ("Slow: told ten minutes late", "warn"),
    "drop": ("Very slow: told nothing", "bad"),
}


def notifications(view: NotificationFacts) -> Drawing:
    """The courier's present state."""
    body = [
        section("Who is told of changes", _subscriptions(view.subscriptions), name="subscriptions", live=True),
        section("The courier", _courier(view), name="courier", live=True),
        section("How the addresses answer", _endpoints(view.endpoints), name="endpoints", live=True),
        section("The courier's diary", _diary(view.attempts), name="diary", live=True, note="The newest posts first."),
    ]
    return Drawing("Subscriptions", "subscriptions", body)


def _subscriptions(found: list[SubscriptionRow]) -> Element:
    if not found:
        return empty("Nobody has subscribed to anything.")
    rows: list[tuple[Child, ...]] = [
        (
            stack(each.about or None, quiet(each.resource)),
            each.app,
            stack(each.change_type, quiet("and of sharing") if each.security else None),
            each.url,
            words.moment(each.expires),
            chip("Waits for reauthorisation", "warn") if each.paused else quiet("Told of changes"),
        )
        for each in found
    ]
    return table("Subscriptions", ("About", "App", "Tells of", "Address", "Expires", "State"), rows)


def _courier(view: NotificationFacts) -> Element:
    return facts(
        (
            ("Posts so far", words.number(view.posts)),
            ("Never arrived", words.number(view.lost)),
            ("Waits before it leaves", f"{view.delay:g} s"),
        )
    )


def _endpoints(found: list[EndpointRow]) -> Element:
    if not found:
        return empty("No address has been tried yet.")
    rows = [
        (each.url, chip(*_STATES[each.state]), words.number(each.answers), words.number(each.slow_answers))
        for each in found
    ]
    return table("Addresses", ("Address", "State", "Answers", "Slow ones"), rows, numbers=(2, 3))


def _diary(found: list[AttemptRow]) -> Element:
    if not found:
        return empty("Nothing has been carried yet.")
    rows = [
        (
            each.url,
            words.count(each.notifications, "notification"),
            _answer(each),
            f"{words.number(each.milliseconds)} ms",
            words.number(each.retry),
        )
        for each in found
    ]
    return table("The newest posts", ("To", "Carried", "Answer", "Took", "Retry"), rows, numbers=(3, 4))


def _answer(each: AttemptRow) -> Element:
    if not each.status:
        return chip("No answer", "bad")
    return chip(str(each.status), "good" if each.status < 300 else "warn")
