"""A document library in memory that answers a sync's questions as Graph does: live pages, a log, lapsed links.

It is a page source, not a stand-in for our code: the sync under test is the real one, on real storage.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from msgspec import structs

from custos.inventory.columns import FACTS, ITEM_LABELS, labels_of, observed
from custos.inventory.drive_source import Cost, Guests, ItemPage, LabelPage
from custos.m365.delta import DriveItem, _Facet, _Parent, _Shared, _SharePointIds
from custos.m365.errors import Gone
from custos.m365.labels import LabelRow
from custos.m365.permissions import Permission

BEGAN = datetime(2026, 11, 20, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Node:
    """One file or folder."""

    id: str
    parent: str
    name: str
    number: int
    is_folder: bool = False
    label: str = ""
    scope: str | None = None
    links: tuple[str, ...] = ()
    version: int = 1


@dataclass
class Library:
    """The library. `page` and `label_page` are page sizes; `step` is called before every answer and may raise or change things."""

    page: int = 3
    label_page: int = 3
    step: Callable[[], None] = lambda: None
    folder_tombstones_only: bool = True
    cost: Cost = field(default_factory=Cost)
    nodes: dict[str, Node] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    lapsed_before: int = 0
    unreadable: set[str] = field(default_factory=set)
    odd: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """Items told in a way that cannot be understood: what stands in the place of their fields."""
    nameless: set[str] = field(default_factory=set)
    """Items whose entries have no id that can be read."""
    odd_labels: set[str] = field(default_factory=set)
    """Items whose list item has no fields."""
    location: str = ""
    _next: int = 0

    def __post_init__(self) -> None:
        self.nodes["root"] = Node("root", "", "root", 0, is_folder=True)
        self.log.append("root")

    # what people do

    def add(self, name: str, parent: str = "root", *, folder: bool = False, **facts: Any) -> str:
        self._next += 1
        node = Node(f"id{self._next:04}", parent, name, self._next, is_folder=folder)
        self._put(replace(node, **facts))
        return node.id

    def edit(self, item: str, **facts: Any) -> None:
        node = self.nodes[item]
        self._put(replace(node, version=node.version + 1, **facts))

    def relabel(self, item: str, label: str) -> None:
        """Change the label alone: nothing that delta tells differs."""
        self._put(replace(self.nodes[item], label=label))

    def relabel_silently(self, item: str, label: str) -> None:
        """Change the label without a word in delta."""
        self.nodes[item] = replace(self.nodes[item], label=label)

    def remove(self, item: str) -> None:
        for child in [node.id for node in self.nodes.values() if node.parent == item]:
            if self.folder_tombstones_only:
                self._remove_silently(child)
            else:
                self.remove(child)
        del self.nodes[item]
        self.log.append(item)

    def remove_unnoticed(self, item: str) -> None:
        """Remove without a tombstone, as retention may do."""
        self._remove_silently(item)

    def lies_in(self, item: str, folder: str) -> bool:
        """Whether `item` is `folder` or lies somewhere below it."""
        while item and item != folder:
            item = self.nodes[item].parent
        return bool(item)

    def share_silently(self, item: str, *links: str) -> None:
        """Change an item's links without a sign."""
        self.nodes[item] = replace(self.nodes[item], links=links)

    def lapse(self) -> None:
        """Every link that was given so far is refused from now on."""
        self.lapsed_before = len(self.log) + 1
        self.log.append("root")

    def _remove_silently(self, item: str) -> None:
        for child in [node.id for node in self.nodes.values() if node.parent == item]:
            self._remove_silently(child)
        del self.nodes[item]

    def _put(self, node: Node) -> None:
        self.nodes[node.id] = node
        self.log.append(node.id)

    # what Graph answers

    async def latest(self, drive_id: str) -> str:  # noqa: ARG002 there is one drive
        self.step()
        self.cost.add(1)
        return f"since:{len(self.log)}"

    async def pages(self, drive_id: str, link: str, *, full: bool) -> AsyncGenerator[ItemPage]:  # noqa: ARG002 there is one drive
        while True:
            self.step()
            self.cost.add(2 if full else 1)
            page = self._page(link)
            yield page
            if page.delta_link:
                return
            link = page.next_link

    async def label_pages(self, site_id: str, list_id: str, link: str) -> AsyncGenerator[LabelPage]:  # noqa: ARG002 there is one drive
        after = int(link or 0)
        while True:
            self.step()
            self.cost.add(2)
            rest = sorted((n for n in self.nodes.values() if n.number > after), key=lambda n: n.number)
            rows = [
                LabelRow(node.number, None if node.id in self.odd_labels else node.label, False, "", node.name)
                for node in rest[: self.label_page]
            ]
            after = rows[-1].list_item_id if rows else after
            more = len(rest) > self.label_page
            yield LabelPage(labels_of(rows), str(after) if more else "")
            if not more:
                return

    async def read_labels(self, drive_id: str, items: Sequence[str]) -> pl.DataFrame:  # noqa: ARG002 there is one drive
        self.step()
        self.cost.add(len(items))
        told = [(i, self.nodes[i].label, False, False) for i in items if i in self.nodes and i not in self.unreadable]
        return pl.DataFrame(told, schema=ITEM_LABELS, orient="row")

    async def read_permissions(self, drive_id: str, items: Sequence[str]) -> dict[str, list[Permission]]:  # noqa: ARG002 there is one drive
        self.step()
        self.cost.add(5 * len(items))
        return {
            item: [_link(name) for name in self.nodes[item].links]
            for item in items
            if item in self.nodes and item not in self.unreadable
        }

    async def guests(self) -> Guests:
        return Guests()

    def _page(self, link: str) -> ItemPage:
        kind, _, rest = link.partition(":")
        if kind in {"since", "changes"}:
            start = int(rest)
            if start < self.lapsed_before:
                raise Gone("the token has lapsed", location=self.location)
            ids = self.log[start : start + self.page]
            end = start + len(ids)
            items, nameless = self._told(ids)
            if end >= len(self.log):
                return ItemPage(items, "", f"since:{end}", nameless)
            return ItemPage(items, f"changes:{end}", "", nameless)
        anchor, _, cursor = rest.partition("|") if kind == "all" else (str(len(self.log)), "", "")
        if kind == "all" and int(anchor) < self.lapsed_before:
            raise Gone("the token has lapsed", location=self.location)
        ids = sorted(item for item in self.nodes if item > cursor)
        items, nameless = self._told(ids[: self.page])
        if len(ids) > self.page:
            return ItemPage(items, f"all:{anchor}|{ids[self.page - 1]}", "", nameless)
        return ItemPage(items, "", f"since:{anchor}", nameless)

    def _told(self, ids: Sequence[str]) -> tuple[pl.DataFrame, int]:
        """Items as a page tells them, and how many of its entries have no id."""
        named = [item for item in ids if item not in self.nameless]
        return observed([self._item(item) for item in named]), len(ids) - len(named)

    def _item(self, item: str) -> DriveItem:
        node = self.nodes.get(item)
        if node is None:
            return DriveItem(item, deleted=_Facet())
        moment = BEGAN - timedelta(days=30) + timedelta(minutes=node.version)
        told = DriveItem(
            node.id,
            name=node.name,
            size=node.version,
            etag=f'"{node.version}"',
            created=BEGAN,
            modified=moment,
            parent=_Parent(node.parent),
            folder=_Facet() if node.is_folder else None,
            root=_Facet() if node.id == "root" else None,
            shared=None if node.scope is None else _Shared(node.scope or None),
            sharepoint_ids=None if node.id == "root" else _SharePointIds(str(node.number)),
        )
        return structs.replace(told, **self.odd.get(item, {}))

    # what a mirror of it holds

    def mirror(self) -> pl.DataFrame:
        """`item_id`, the facts and the label of everything that exists now."""
        items = observed([self._item(item) for item in sorted(self.nodes)]).select("item_id", *FACTS)
        labels = [self.nodes[item].label for item in sorted(self.nodes)]
        return items.with_columns(label=pl.Series(labels, dtype=pl.String))

    def shares(self) -> set[tuple[str, str]]:
        """(item, permission) of everything that exists now."""
        return {(node.id, link) for node in self.nodes.values() for link in node.links}


def _link(name: str) -> Permission:
    return Permission(
        permission_id=name,
        kind="link",
        scope="anonymous",
        link_type="view",
        roles=("read",),
        expires=None,
        has_password=False,
        inherited=False,
        grantees=(),
        web_url="",
        share_id="",
    )
