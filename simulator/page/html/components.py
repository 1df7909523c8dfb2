"""What several pages are made of: tables, chips, numbers, lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from simulator.page import words
from simulator.page.markup import Child, Element, element


@dataclass(frozen=True, slots=True)
class Drawing:
    """A page without its frame: its title, the entry of the navigation that it belongs to, the way to it as (words,
    address), and what stands in it.
    """

    title: str
    place: str
    body: Sequence[Element]
    trail: Sequence[tuple[str, str]] = ()
    lead: str | Element = ""


def site_address(site_id: str) -> str:
    """Address of a site's page."""
    return f"/sim/sites/{quote(site_id, safe='')}"


def item_address(drive_id: str, item_id: str = "root") -> str:
    """Address of the page of a file, folder or library."""
    return f"/sim/items/{quote(drive_id, safe='')}/{quote(item_id, safe='')}"


def link(text: str, address: str, **attributes: str) -> Element:
    """A link to another page."""
    return element("a", text, href=address, **attributes)


def stack(*children: Child) -> Element:
    """Lines of one cell, one above the other."""
    return element("div", *children, class_="stack")


def quiet(text: str) -> Element:
    """Words of less weight."""
    return element("span", text, class_="quiet")


def chip(text: str, tone: str = "plain") -> Element:
    """A short fact. `tone`: plain, label, good, warn or bad; each has its own sign, so that none is told by colour alone."""
    return element("span", text, class_=f"chip {tone}")


def section(
    heading: str, *children: Child, name: str, live: bool = False, note: str = "", alone: bool = False
) -> Element:
    """A part of the page under a heading, which only a screen reader tells where the part stands `alone`. `live` parts
    are fetched again while somebody looks.
    """
    top = element("h2", heading, id=f"{name}-heading", class_="unseen" if alone else None)
    told = element("p", note, class_="note") if note else None
    return element("section", top, told, *children, id=name, aria_labelledby=f"{name}-heading", data_live=live)


def brief(text: str) -> Element:
    """Words that stay on one line."""
    return element("span", text, class_="brief")


def empty(text: str) -> Element:
    """What is said where there is nothing to show."""
    return element("p", text, class_="empty")


def table(
    caption: str, headings: Sequence[str], rows: Iterable[Sequence[Child]], *, numbers: Iterable[int] = ()
) -> Element:
    """A table whose first column heads its rows; the columns in `numbers` are set to the right."""
    right = frozenset(numbers)

    def cell(tag: str, content: Child, at: int, **attributes: str) -> Element:
        return element(tag, content, class_="num" if at in right else None, **attributes)

    def row(cells: Sequence[Child]) -> Element:
        head, *rest = cells
        others = (cell("td", each, at, data_name=headings[at]) for at, each in enumerate(rest, start=1))
        return element("tr", cell("th", head, 0, scope="row"), *others)

    top = element("tr", *(cell("th", each, at, scope="col") for at, each in enumerate(headings)))
    body = element("tbody", *(row(each) for each in rows))
    drawn = element("table", element("caption", caption), element("thead", top), body)
    return element("div", drawn, class_="scroll", tabindex=0, role="region", aria_label=f"Table: {caption}")


def numbers(pairs: Iterable[tuple[str, str, str]]) -> Element:
    """Large numbers: (what, how many, address or "")."""
    return element(
        "dl",
        *(
            element("div", element("dt", link(what, address) if address else what), element("dd", many))
            for what, many, address in pairs
        ),
        class_="numbers",
    )


def facts(pairs: Iterable[tuple[str, Child]]) -> Element:
    """Names and values of one thing; those without a value are left out."""
    told = (
        element("div", element("dt", name), element("dd", value)) for name, value in pairs if value not in (None, "")
    )
    return element("dl", *told, class_="facts")


def pager(first: int, page: int, total: int, query: Mapping[str, str]) -> Element | None:
    """Where one is in a long list, and the ways on; None when it fits on one page."""
    if total <= page and first == 0:
        return None

    def way(text: str, to: int) -> Element:
        return link(text, f"?{urlencode({**query, 'first': to})}")

    last = min(first + page, total)
    return element(
        "nav",
        way("Previous", max(0, first - page)) if first else None,
        element("span", f"{words.number(min(first + 1, total))} to {words.number(last)} of {words.number(total)}"),
        way("Next", first + page) if last < total else None,
        class_="pager",
        aria_label="Pages of this list",
    )


def fold(summary: str, *children: Child) -> Element:
    """Something that is shown when asked for."""
    return element("details", element("summary", summary), *children)
