"""Forms: each does one deed and comes back to the page that it stands on."""

from __future__ import annotations

from collections.abc import Iterable

from simulator.page.markup import Child, Element, element


def form(*children: Child, verb: str, back: str, label: str, **hidden: str) -> Element:
    """A form that does a deed and comes back to `back`; `hidden` are the deed's other fields."""
    fields = {"verb": verb, "back": back, **hidden}
    unseen = (element("input", type="hidden", name=name, value=value) for name, value in fields.items())
    return element("form", *unseen, *children, method="post", action="/sim/do", aria_label=label)


def field(label: str, name: str, **attributes: str | bool) -> Element:
    """A labelled input."""
    return element("label", element("span", label), element("input", name=name, **{"type": "text", **attributes}))


def tick(label: str, name: str) -> Element:
    """A labelled checkbox."""
    return element("label", element("input", type="checkbox", name=name), element("span", label), class_="tick")


def choice(label: str, name: str, options: Iterable[tuple[str, str]]) -> Element:
    """A labelled list to choose from: (value, words)."""
    offered = (element("option", text, value=value) for value, text in options)
    return element("label", element("span", label), element("select", *offered, name=name))


def button(text: str, *, tone: str = "", aria_label: str | None = None) -> Element:
    """The button that sends a form. `tone`: "", `main` or `bad`; `aria_label` says more than `text` to who cannot see
    beside what it stands.
    """
    return element("button", text, type="submit", class_=tone or None, aria_label=aria_label)


def search(address: str, label: str, placeholder: str, *, query: str = "", **hidden: str) -> Element:
    """A form that looks something up by words."""
    unseen = (element("input", type="hidden", name=name, value=value) for name, value in hidden.items())
    words = element("input", type="search", name="q", value=query, aria_label=label, placeholder=placeholder)
    return element("form", *unseen, words, button("Search"), action=address, method="get", role="search")
