"""The directory: people, groups and teams."""

from __future__ import annotations

from urllib.parse import urlencode

from simulator.page import words
from simulator.page.data.people import PAGE, ChannelRow, GroupRow, Groups, People, PersonRow
from simulator.page.html.components import Drawing, chip, empty, link, pager, quiet, section, site_address, stack, table
from simulator.page.html.forms import button, form, search
from simulator.page.html.sites import owners
from simulator.page.markup import Child, Element, element

_HERE = "/sim/directory"
_KINDS = {"employee": ("Employee", "plain"), "guest": ("Guest", "warn"), "leaver": ("Left", "bad")}
_MANY = {"employee": "Employees", "guest": "Guests", "leaver": "Leavers"}
_GROUP_KINDS = {"team": "Team", "group": "Microsoft 365 group", "security": "Security group"}


def people(view: People) -> Drawing:
    """A page of the directory."""
    here = f"{_HERE}?{urlencode({'kind': view.kind, 'q': view.query, 'first': view.first})}"
    rows = [
        (
            stack(each.name, quiet(each.mail)),
            stack(each.job_title or None, quiet(each.department)),
            chip(*_KINDS[each.kind]),
            each.manager,
            _bot(each),
            _leaving(each, here),
        )
        for each in view.people
    ]
    headings = ("Person", "Job", "Kind", "Manager", "Custos", "Act")
    told = table("People", headings, rows) if rows else empty("Nobody fits.")
    on = pager(view.first, PAGE, view.total, {"kind": view.kind, "q": view.query})
    finder = search(_HERE, "Search people", "Name, mail, job or department", query=view.query, kind=view.kind)
    choose = element("div", _kinds(view), finder, class_="choose")
    return Drawing(
        "People", "people", [choose, section("Directory", told, on, name="directory", live=True, alone=True)]
    )


def groups(view: Groups) -> Drawing:
    """Every group; teams with their channels."""
    rows = [
        (
            stack(link(each.name, site_address(each.site_id)) if each.site_id else each.name, quiet(each.mail)),
            stack(_GROUP_KINDS[each.kind], chip("Public", "warn") if each.visibility == "Public" else quiet("Private")),
            owners(each.owners),
            stack(words.number(each.members), quiet(words.count(each.guests, "guest")) if each.guests else None),
            _channels(each),
        )
        for each in view.groups
    ]
    headings = ("Group", "Kind", "Owners", "Members", "Channels")
    told = table("Groups and teams", headings, rows, numbers=(3,)) if rows else empty("There is no group.")
    return Drawing("Groups and teams", "groups", [section("All groups", told, name="groups", live=True, alone=True)])


def _kinds(view: People) -> Element:
    ways = [("", "Everybody", sum(view.counts.values())), *((kind, _MANY[kind], view.counts[kind]) for kind in _MANY)]
    entries = (
        element(
            "a",
            f"{text} ({words.number(many)})",
            href=f"{_HERE}?{urlencode({'kind': kind})}",
            aria_current="true" if kind == view.kind else None,
        )
        for kind, text, many in ways
    )
    return element("ul", *(element("li", each) for each in entries), class_="ways", aria_label="Kinds of people")


def _bot(each: PersonRow) -> Child:
    if each.chat:
        return link("Chat", f"/sim/chats#{each.id}", aria_label=f"Chat of {each.name}")
    return chip("Installed") if each.bot else quiet("No")


def _leaving(each: PersonRow, here: str) -> Child:
    if each.kind == "guest":
        return None
    verb, text = ("leave", "Leaves") if each.kind == "employee" else ("return", "Comes back")
    return form(
        button(text, aria_label=f"{each.name}: {text}"),
        verb=verb,
        back=here,
        label=f"{each.name}: {text.lower()}",
        person=each.upn,
    )


def _channels(each: GroupRow) -> Child:
    return stack(*(_channel(channel) for channel in each.channels)) if each.channels else quiet("None")


def _channel(channel: ChannelRow) -> Element:
    if channel.membership == "standard":
        return element("span", channel.name)
    return element("span", link(channel.name, site_address(channel.site_id)), f" ({channel.membership})")
