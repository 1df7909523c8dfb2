"""Retention labels: read in bulk from list items, read and set on single items, set in bulk through SharePoint.

A label is addressed by its name. Setting one can replace a standard label, cascades on a folder, and may be impossible
to take back when it makes a record: callers read first, decide, write, and read back.
"""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from custos.m365.batch import BatchRequest
from custos.m365.bulk_labels import LARGEST_BULK, PublishedLabel, published_labels, set_labels_in_bulk
from custos.m365.delta import list_item_number
from custos.m365.entries import UNREAD, Pages
from custos.m365.errors import MicrosoftTrouble
from custos.m365.paging import decoded, prefetched
from custos.m365.timestamps import moment

if TYPE_CHECKING:
    from custos.m365.graph import Graph

__all__ = [
    "LARGEST_BULK",
    "ItemLabel",
    "LabelPage",
    "LabelRow",
    "PublishedLabel",
    "clear_label",
    "label_pages",
    "published_labels",
    "read_label",
    "read_labels",
    "set_label",
    "set_labels_in_bulk",
]

UNITS_PAGE = 2
UNITS_READ = 1
UNITS_WRITE = 2
PAGE = 1_000
_BATCH = 20


class LabelRow(msgspec.Struct, frozen=True, gc=False):
    """The label of one list item as the list tells it: the name, not whether it is explicit or inherited.

    `label` is "" where there is none, and then `is_record` is False; that is None where the list does not say. `label` is
    None where what the list says of this item cannot be read.
    """

    list_item_id: int
    label: str | None
    is_record: bool | None
    written: str
    name: str


class LabelPage(msgspec.Struct, frozen=True):
    """One page of a list's labels."""

    rows: list[LabelRow]
    next_link: str


class ItemLabel(msgspec.Struct, frozen=True):
    """The label of one item. `name` is "" where there is none; None is what Microsoft did not say.

    `is_explicit` tells a label set on the item from one that it inherits; `is_update_allowed` False means hands off.
    """

    name: str = ""
    is_explicit: bool | None = None
    applied: datetime | None = None
    applied_by: str = ""
    behaviour: str = ""
    is_locked: bool | None = None
    is_delete_allowed: bool | None = None
    is_update_allowed: bool | None = None

    @property
    def is_record(self) -> bool | None:
        """Whether it makes the item a record (regulatory or not); None where Microsoft did not say."""
        if not self.name:
            return False
        return self.behaviour.lower() in ("retainasrecord", "retainasregulatoryrecord") if self.behaviour else None

    @property
    def is_regulatory(self) -> bool:
        """Whether nobody can ever change or remove it."""
        return self.behaviour.lower() == "retainasregulatoryrecord"


class _Fields(msgspec.Struct, frozen=True, gc=False):
    tag: str | None = msgspec.field(name="_ComplianceTag", default=None)
    is_record: str | bool | int | None = msgspec.field(name="_IsRecord", default=None)
    written: str | None = msgspec.field(name="_ComplianceTagWrittenTime", default=None)
    name: str | None = msgspec.field(name="FileLeafRef", default=None)


class _ListItem(msgspec.Struct, frozen=True, gc=False):
    id: str
    fields: _Fields | None = None
    unread: tuple[str, ...] = msgspec.field(name=UNREAD, default=())

    def row(self, number: int) -> LabelRow:
        if self.fields is None:
            return LabelRow(number, None, None, "", "")
        tag = self.fields.tag or ""
        is_record = _RECORD.get(str(self.fields.is_record).lower()) if tag else False
        return LabelRow(number, tag, is_record, self.fields.written or "", self.fields.name or "")


class _Who(msgspec.Struct):
    id: str | None = None


class _WhoSet(msgspec.Struct):
    user: _Who | None = None
    application: _Who | None = None


class _Behaviour(msgspec.Struct):
    during: str | None = msgspec.field(name="behaviorDuringRetentionPeriod", default=None)
    delete: bool | None = msgspec.field(name="isDeleteAllowed", default=None)
    locked: bool | None = msgspec.field(name="isRecordLocked", default=None)
    update: bool | None = msgspec.field(name="isLabelUpdateAllowed", default=None)


class LabelFacet(msgspec.Struct):
    """A label as Microsoft says it, on its own or expanded into its item."""

    name: str | None = None
    explicit: bool | None = msgspec.field(name="isLabelAppliedExplicitly", default=None)
    applied: str | None = msgspec.field(name="labelAppliedDateTime", default=None)
    by: _WhoSet | None = msgspec.field(name="labelAppliedBy", default=None)
    settings: _Behaviour | None = msgspec.field(name="retentionSettings", default=None)

    def record(self) -> ItemLabel:
        by = self.by or _WhoSet()
        settings = self.settings or _Behaviour()
        return ItemLabel(
            name=self.name or "",
            is_explicit=self.explicit,
            applied=moment(self.applied),
            applied_by=(by.user and by.user.id) or (by.application and by.application.id) or "",
            behaviour=settings.during or "",
            is_locked=settings.locked,
            is_delete_allowed=settings.delete,
            is_update_allowed=settings.update,
        )


_pages = Pages(_ListItem)
_label = msgspec.json.Decoder(LabelFacet)
_RECORD = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


async def label_pages(
    graph: Graph, site_id: str, list_id: str, *, link: str | None = None
) -> AsyncGenerator[LabelPage]:
    """The labels of all items of a list, files and folders, from `link` (a kept nextLink) on. Costs 2 units a page of
    up to 1,000 items.

    The list is paged whole and never filtered: a filter on an unindexed column of a large list fails. Raises Malformed
    when a page is not whole: then the labels of this list are unknown. Permission: Sites.Read.All.
    Source: https://learn.microsoft.com/graph/api/listitem-list
    """
    what = f"list items of {list_id}"

    async def begin() -> LabelPage:
        if link is not None:
            return await follow(link)
        params: dict[str, str | int] = {
            "$select": "id",
            "$expand": "fields($select=_ComplianceTag,_ComplianceTagWrittenTime,_IsRecord,FileLeafRef)",
            "$top": PAGE,
        }
        return label_page_from(
            await graph.get(f"/sites/{site_id}/lists/{list_id}/items", units=UNITS_PAGE, params=params), what
        )

    async def follow(link: str) -> LabelPage:
        return label_page_from(await graph.get_link(link, units=UNITS_PAGE), what)

    async with aclosing(prefetched(begin, follow)) as coming:
        async for page in coming:
            yield page


def label_page_from(raw: bytes, what: str) -> LabelPage:
    """One page out of its bytes. Raises Malformed when it is not whole. An item without a number is left out: its label
    is unknown.
    """
    page = _pages.read(raw, what)
    numbered = [(one, list_item_number(one.id)) for one in page.value]
    return LabelPage([one.row(number) for one, number in numbered if number is not None], page.next_link or "")


async def read_label(graph: Graph, drive_id: str, item_id: str) -> ItemLabel:
    """The label of one item as it is now. Costs 1 unit. Raises NotFound, Locked, Forbidden.

    Permission: Files.Read.All. Source: https://learn.microsoft.com/graph/api/driveitem-getretentionlabel
    """
    return _read(await graph.get(_path(drive_id, item_id), units=UNITS_READ))


async def read_labels(
    graph: Graph, items: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], ItemLabel | MicrosoftTrouble]:
    """The labels of many items, by (drive id, item id): each one's label, or its trouble. Costs 1 unit an item.

    Sources: https://learn.microsoft.com/graph/api/driveitem-getretentionlabel and
    https://learn.microsoft.com/graph/json-batching
    """
    requests = [
        BatchRequest(id=str(number), path=_path(drive, item), units=UNITS_READ)
        for number, (drive, item) in enumerate(items)
    ]
    answers = await graph.batch(requests, size=_BATCH)
    found: dict[tuple[str, str], ItemLabel | MicrosoftTrouble] = {}
    for number, key in enumerate(items):
        try:
            found[key] = _read(answers[str(number)].read())
        except MicrosoftTrouble as trouble:
            found[key] = trouble
    return found


async def set_label(graph: Graph, drive_id: str, item_id: str, name: str, *, until: float = math.inf) -> ItemLabel:
    """Put the label `name` on one item, over whatever label it has, and on everything inside when it is a folder.

    Costs 2 units. Sent once, and not after `until` (epoch seconds). Microsoft answers 201 for the first label and 200
    later, and works on it asynchronously: read back before you report success. Raises Refused for a name that does
    not exist, Forbidden on a record, Locked, NotFound, Late.
    Permission: Files.ReadWrite.All; Sites.FullControl.All for labels that make records.
    Source: https://learn.microsoft.com/graph/api/driveitem-setretentionlabel
    """
    answer = await graph.patch(
        _path(drive_id, item_id), msgspec.json.encode({"name": name}), units=UNITS_WRITE, until=until
    )
    return _read(answer.body) if answer.body else ItemLabel(name=name)


async def clear_label(graph: Graph, drive_id: str, item_id: str, *, until: float = math.inf) -> None:
    """Take the label off one item. Costs 2 units; harmless when it has none. Sent once, and not after `until`.

    Raises Forbidden on a record, Locked. Permission: Files.ReadWrite.All; Sites.FullControl.All on records.
    Source: https://learn.microsoft.com/graph/api/driveitem-removeretentionlabel
    """
    await graph.delete(_path(drive_id, item_id), units=UNITS_WRITE, until=until)


def _path(drive_id: str, item_id: str) -> str:
    return f"/drives/{drive_id}/items/{item_id}/retentionLabel"


def _read(raw: bytes) -> ItemLabel:
    if not raw:
        return ItemLabel()
    return decoded(_label, raw, "retention label").record()
