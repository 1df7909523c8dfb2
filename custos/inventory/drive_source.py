"""Where the facts of one drive come from: Microsoft Graph, behind the few questions that a sync asks.

Everything comes as columns. What a question cost is counted here, in resource units and requests.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from math import ceil
from typing import Protocol

import polars as pl

from custos.inventory.columns import ITEM_LABELS, labels_of, observed
from custos.m365 import delta, directory, labels, sharing
from custos.m365.errors import MicrosoftTrouble, Throttled
from custos.m365.graph import Graph
from custos.m365.paging import prefetched
from custos.m365.permissions import Permission

LABEL_PAGE = labels.PAGE
_GUESTS_SECONDS = 600.0
_guests: dict[str, tuple[float, Guests]] = {}  # by Graph's address; one list serves all libraries
_AT_ONCE = 200  # items whose labels or permissions are asked for together


@dataclass(frozen=True, slots=True)
class ItemPage:
    """Items as `columns.OBSERVED`. Exactly one of the links is set; with `delta_link` the round is at its end.

    `unidentified` entries had no id that can be read.
    """

    items: pl.DataFrame
    next_link: str
    delta_link: str
    unidentified: int = 0


@dataclass(frozen=True, slots=True)
class LabelPage:
    """Labels as `columns.LABELS`; `next_link` is "" on the last page."""

    labels: pl.DataFrame
    next_link: str


@dataclass(frozen=True, slots=True)
class Guests:
    """The Entra ids of the guests of the tenant. Not `is_whole`: somebody who is not among them may be one too."""

    ids: frozenset[str] = frozenset()
    is_whole: bool = True

    def includes(self, user_id: str) -> bool | None:
        """Whether this account is a guest's; None where nobody can tell."""
        return True if user_id in self.ids else False if self.is_whole else None


@dataclass(slots=True)
class Cost:
    """What was asked of Microsoft."""

    units: int = 0
    requests: int = 0

    def add(self, units: int, requests: int = 1) -> None:
        self.units += units
        self.requests += requests


class Source(Protocol):
    """The questions. Each raises a MicrosoftTrouble of custos.m365.errors when it could not be answered."""

    cost: Cost

    async def latest(self, drive_id: str) -> str:
        """The delta link of now."""
        ...

    def pages(self, drive_id: str, link: str, *, full: bool) -> AsyncGenerator[ItemPage]:
        """Pages of items from `link` on, "" being the beginning. Raises Gone when the link has lapsed."""
        ...

    def label_pages(self, site_id: str, list_id: str, link: str) -> AsyncGenerator[LabelPage]:
        """Pages of labels of a whole library from `link` on, "" being the beginning."""
        ...

    async def read_labels(self, drive_id: str, items: Sequence[str]) -> pl.DataFrame:
        """Labels item by item, as `columns.ITEM_LABELS`. An item that could not be read has no row."""
        ...

    async def read_permissions(self, drive_id: str, items: Sequence[str]) -> dict[str, list[Permission]]:
        """Permissions item by item. An item that could not be read is missing."""
        ...

    async def guests(self) -> Guests:
        """The guests of the tenant, ten minutes old at most."""
        ...


@dataclass
class GraphSource:
    """The real one. Sources: see custos.m365.delta, custos.m365.labels, custos.m365.sharing."""

    graph: Graph
    cost: Cost = field(default_factory=Cost)

    async def latest(self, drive_id: str) -> str:
        self.cost.add(delta.UNITS_CHANGES)
        return await delta.latest(self.graph, drive_id)

    async def pages(self, drive_id: str, link: str, *, full: bool) -> AsyncGenerator[ItemPage]:
        async with aclosing(delta.pages(self.graph, drive_id, link=link or None, full=full)) as coming:
            async for page in coming:
                self.cost.add(delta.UNITS_FULL if full else delta.UNITS_CHANGES)
                yield ItemPage(observed(page.items), page.next_link, page.delta_link, page.unidentified)

    async def label_pages(self, site_id: str, list_id: str, link: str) -> AsyncGenerator[LabelPage]:
        what = f"list items of {list_id}"

        async def follow(address: str) -> labels.LabelPage:
            return labels.label_page_from(await self.graph.get_link(address, units=labels.UNITS_PAGE), what)

        coming = prefetched(lambda: follow(link), follow) if link else labels.label_pages(self.graph, site_id, list_id)
        async with aclosing(coming) as pages:
            async for page in pages:
                self.cost.add(labels.UNITS_PAGE)
                yield LabelPage(labels_of(page.rows), page.next_link)

    async def read_labels(self, drive_id: str, items: Sequence[str]) -> pl.DataFrame:
        rows: list[tuple[str, str, bool | None, bool | None]] = []
        for chunk in _chunks(items):
            answers = await labels.read_labels(self.graph, [(drive_id, item) for item in chunk])
            self.cost.add(labels.UNITS_READ * len(chunk), ceil(len(chunk) / 20))
            for (_, item), label in answers.items():
                if isinstance(label, MicrosoftTrouble):
                    _stop_if_throttled(label)
                    continue
                explicit = bool(label.is_explicit) if not label.name else label.is_explicit
                rows.append((item, label.name, explicit, label.is_record))
        return pl.DataFrame(rows, schema=ITEM_LABELS, orient="row")

    async def read_permissions(self, drive_id: str, items: Sequence[str]) -> dict[str, list[Permission]]:
        found: dict[str, list[Permission]] = {}
        for chunk in _chunks(items):
            answers = await sharing.read_permissions(self.graph, [(drive_id, item) for item in chunk])
            self.cost.add(sharing.UNITS * len(chunk), ceil(len(chunk) / 20))
            for (_, item), permissions in answers.items():
                if isinstance(permissions, MicrosoftTrouble):
                    _stop_if_throttled(permissions)
                else:
                    found[item] = permissions
        return found

    async def guests(self) -> Guests:
        kept = _guests.get(self.graph.base_url)
        if kept is None or time.monotonic() - kept[0] > _GUESTS_SECONDS:
            self.cost.add(0)
            listed = await directory.guests(self.graph)
            found = Guests(frozenset(guest.user_id for guest in listed.values), is_whole=not listed.unidentified)
            kept = _guests[self.graph.base_url] = (time.monotonic(), found)
        return kept[1]


def _chunks(items: Sequence[str]) -> list[Sequence[str]]:
    return [items[start : start + _AT_ONCE] for start in range(0, len(items), _AT_ONCE)]


def _stop_if_throttled(trouble: MicrosoftTrouble) -> None:
    """A throttled part is not unknown for good: the whole reading is to be done again later."""
    if isinstance(trouble, Throttled):
        raise trouble
