"""Troubles: those that stand, those that can be asked for, and those that have happened."""

from __future__ import annotations

from simulator.page import words
from simulator.page.data.trouble import FieldRow, KindRow, StandingRow, TroubleFacts
from simulator.page.html.components import Drawing, brief, chip, empty, fold, numbers, quiet, section, stack, table
from simulator.page.html.forms import button, choice, field, form, tick
from simulator.page.markup import Child, Element, element

_HERE = "/sim/trouble"
_LEAD = "Everything that Microsoft 365 does to an app on a bad day, on request, the same each time by its seed. Off by default."
_GROUPS = {
    "requests": "On requests",
    "once": "Once",
    "notifications": "On notifications",
    "meanwhile": "For a while",
}


def trouble(view: TroubleFacts) -> Drawing:
    """The troubles of the tenant."""
    happened = numbers((kind, words.number(times), "") for kind, times in sorted(view.happened.items()))
    recent = [(each.kind, brief(each.at.replace("T", " ").removesuffix("Z")), each.on) for each in view.recent]
    told = table("What happened last", ("Kind", "When", "On"), recent) if recent else None
    nothing = empty("Nothing has gone wrong on request yet.")
    kinds = [_group(words_, [each for each in view.kinds if each.on == on]) for on, words_ in _GROUPS.items()]
    body = [
        section("Waiting and standing", _asked(view.standing), name="standing", live=True),
        section("Ask for trouble", element("div", *kinds, class_="kinds"), name="kinds"),
        section("What has happened", happened if recent else nothing, told, name="happened", live=True),
    ]
    return Drawing("Trouble", "trouble", body, lead=_LEAD)


def _asked(standing: list[StandingRow]) -> Element:
    if not standing:
        return empty("None. The tenant behaves.")
    rows: list[tuple[Child, ...]] = [
        (
            stack(each.kind, quiet(each.id)),
            each.told or quiet("as it is by default"),
            chip("Stands", "bad") if each.standing else chip("Waits", "warn"),
            words.number(each.happened),
            _off("Take off", each.id, f"{each.kind} {each.id}"),
        )
        for each in standing
    ]
    headings = ("Kind", "Told", "State", "Has hit", "Act")
    told = table("Waiting and standing", headings, rows, numbers=(3,))
    return element("div", told, element("p", _off("Take off all", "", "every trouble")))


def _off(text: str, which: str, what: str) -> Element:
    return form(
        button(text, aria_label=f"{text}: {what}"),
        verb="take-trouble-off",
        back=_HERE,
        label=f"{text}: {what}",
        which=which,
    )


def _group(heading: str, kinds: list[KindRow]) -> Element:
    return element("div", element("h3", heading), *(_kind(each) for each in kinds))


def _kind(row: KindRow) -> Element:
    about = element("p", row.words, class_="quiet")
    inputs = [_input(each) for each in row.fields]
    name = row.kind.replace("_", " ")
    ask = form(about, *inputs, button("Ask for it"), verb="put-trouble-on", back=_HERE, label=name, kind=row.kind)
    return fold(name, ask)


def _input(row: FieldRow) -> Element:
    label = row.name.replace("_", " ")
    if row.switch:
        return tick(label, row.name)
    if row.choices:
        first = sorted(row.choices, key=lambda each: each != row.default)
        return choice(label, row.name, [(each, each) for each in first])
    return field(label, row.name, placeholder=row.default)
