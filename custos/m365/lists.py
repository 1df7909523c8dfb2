"""A SharePoint list as people fill it in: its columns by the names that they see, and its rows.

Sources: https://learn.microsoft.com/graph/api/list-list, https://learn.microsoft.com/graph/api/list-list-columns,
https://learn.microsoft.com/graph/api/listitem-list and https://learn.microsoft.com/graph/api/resources/columndefinition
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import msgspec

from custos.m365.entries import UNREAD, Pages
from custos.m365.errors import MicrosoftTrouble, NotFound
from custos.m365.graph import segment
from custos.m365.paging import collected
from custos.m365.sites import named_site

if TYPE_CHECKING:
    from custos.m365.graph import Graph

_LISTS = "/Lists/"
_PEOPLE = "User Information List"
_NOT_FILLED_IN = frozenset({"Attachments", "ContentType"})


class ColumnType(StrEnum):
    """What a column holds, as far as it matters here."""

    TEXT = "text"
    DAY = "day"  # without a time
    MOMENT = "moment"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class ListColumn:
    """`name` is the one in the answers, `title` the one that people see."""

    name: str
    title: str
    type: ColumnType


@dataclass(frozen=True, slots=True)
class SharePointList:
    """A list. `rows`: id ► what is in each column, by its name, as Microsoft tells it. `people`: number ► sign-in name of whom it names.

    `unidentified` rows had no id that can be read. `people_unread`: why whom its numbers mean could not be read, "" when it was."""

    title: str
    columns: Sequence[ListColumn]
    rows: Mapping[str, Mapping[str, Any]]
    people: Mapping[str, str]
    unidentified: int
    people_unread: str = ""


class _List(msgspec.Struct):
    id: str
    title: str | None = msgspec.field(name="displayName", default=None)
    web_url: str | None = msgspec.field(name="webUrl", default=None)
    unread: tuple[str, ...] = msgspec.field(name=UNREAD, default=())


class _Day(msgspec.Struct):
    format: str | None = None


class _Column(msgspec.Struct):
    id: str
    name: str | None = None
    title: str | None = msgspec.field(name="displayName", default=None)
    hidden: bool = False
    read_only: bool = msgspec.field(name="readOnly", default=False)
    date_time: _Day | None = msgspec.field(name="dateTime", default=None)
    person: dict[str, Any] | None = msgspec.field(name="personOrGroup", default=None)
    unread: tuple[str, ...] = msgspec.field(name=UNREAD, default=())

    def record(self) -> ListColumn:
        day = self.date_time is not None and (self.date_time.format or "").casefold() == "dateonly"
        kind = (
            ColumnType.PERSON if self.person is not None
            else ColumnType.DAY if day
            else ColumnType.MOMENT if self.date_time is not None
            else ColumnType.TEXT
        )  # fmt: skip
        return ListColumn(self.name or "", self.title or self.name or "", kind)


class _Row(msgspec.Struct):
    id: str
    fields: dict[str, Any] = msgspec.field(default_factory=dict)
    unread: tuple[str, ...] = msgspec.field(name=UNREAD, default=())


_lists, _columns, _rows = Pages(_List), Pages(_Column), Pages(_Row)


def is_list(address: str) -> bool:
    """Whether an address can be that of a list: `https://…/Lists/NAME`, with a view behind it or without."""
    return address.casefold().startswith("https://") and _LISTS.casefold() in unquote(urlsplit(address).path).casefold()


async def read_list(graph: Graph, address: str) -> SharePointList:
    """The list at an address, whole. Costs 2 units a page, and a page more where it has columns of people.

    Raises NotFound for a list that is not there, Forbidden, Locked, Malformed. Permission: Sites.Read.All, or what was granted on its site.
    """
    path = unquote(urlsplit(address).path)
    at = path.casefold().index(_LISTS.casefold())
    wanted = f"{path[:at]}{_LISTS}{path[at + len(_LISTS) :].split('/')[0]}".casefold()
    site = await named_site(graph, f"https://{urlsplit(address).netloc}{path[:at]}")
    found = await collected(
        graph, f"/sites/{site.site_id}/lists", _lists, units=2, params={"$select": "id,displayName,webUrl"}
    )
    here = next((one for one in found.values if unquote(urlsplit(one.web_url or "").path).casefold() == wanted), None)
    if here is None:
        raise NotFound(f"There is no list at {address}.")
    base = f"/sites/{site.site_id}/lists/{here.id}"
    columns = [
        one.record()
        for one in (await collected(graph, f"{base}/columns", _columns, units=2)).values
        if one.name and not one.hidden and not one.read_only and one.name not in _NOT_FILLED_IN
    ]
    rows = await collected(graph, f"{base}/items", _rows, units=2, params={"$expand": "fields"})
    named = any(one.type is ColumnType.PERSON for one in columns)
    people, unread = await _people(graph, site.site_id) if named else ({}, "")
    return SharePointList(
        here.title or "", columns, {one.id: one.fields for one in rows.values}, people, rows.unidentified, unread
    )


async def _people(graph: Graph, site_id: str) -> tuple[Mapping[str, str], str]:
    """Whom the numbers in columns of people mean: a hidden list of each site says so. Nobody, and why, when it cannot be read."""
    try:
        path = f"/sites/{site_id}/lists/{segment(_PEOPLE)}/items"
        found = await collected(graph, path, _rows, units=2, params={"$expand": "fields($select=UserName,EMail)"})
    except MicrosoftTrouble as trouble:
        return {}, str(trouble)
    told = {one.id: one.fields.get("UserName") or one.fields.get("EMail") for one in found.values}
    return {number: name for number, name in told.items() if isinstance(name, str)}, ""
