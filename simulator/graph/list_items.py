"""List items with their columns: the cheap way to the labels of a whole library.

Source: https://learn.microsoft.com/graph/api/listitem-list
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from json.encoder import encode_basestring
from typing import Any

import msgspec

from simulator.graph import filters, options, plain_lists, vocabulary
from simulator.graph.calls import READ_SITES, Answer, Call, Operation, answer
from simulator.graph.items import encoder, etag, identity, web_url
from simulator.graph.skip import skip_token, skipped
from simulator.refusal import Refused
from simulator.tenant.clock import instant
from simulator.tenant.files import check_site
from simulator.tenant.model import Drive, Item

DEFAULT_PAGE, LARGEST_PAGE = 200, 5000


def library(call: Call) -> Drive:
    """The library behind `sites/{site}/lists/{list}`, by list id or title. Raises Refused 404, or 423 when locked; 501
    where the list is no library.
    """
    site = call.tenant.site(call["site"])
    if call.tenant.plain_list(site, call["list"]) is not None:
        raise call.absent(f"{call.method} below a list that is no library")
    drive = call.tenant.list_of(site, call["list"])
    check_site(drive, writing=False)
    return drive


def _stamped(write: Callable[[Item], str]) -> Callable[[Item], str]:
    """A compliance column: unset, it is missing in some libraries and an empty string in others."""

    def column(item: Item) -> str:
        if item.stamp is not None:
            return write(item)
        return '""' if item.drive.default_label is not None else ""

    return column


def _tag(item: Item) -> str:
    return encode_basestring(item.stamp.label.name) if item.stamp is not None else '""'


def _tag_written(item: Item) -> str:
    return f'"{instant(item.stamp.applied)}"' if item.stamp is not None else '""'


def _tag_user(item: Item) -> str:
    return f'"{int(item.stamp.by.id[:6], 16) % 900 + 10}"' if item.stamp is not None else '""'


def _tag_flags(item: Item) -> str:
    if item.stamp is None:
        return '""'
    flags = {"retain": 1, "delete": 0, "record": 7, "regulatory": 15}[item.stamp.label.kind]
    return f'"{flags}"'


def _is_record(item: Item) -> str:
    return '"1"' if item.stamp is not None and item.stamp.label.is_record else '""'


def _file_ref(item: Item) -> str:
    return encode_basestring(f"/{item.drive.site.path}/{item.drive.path}/{item.path}")


COLUMNS: dict[str, Callable[[Item], str]] = {
    "_ComplianceTag": _stamped(_tag),
    "_ComplianceTagWrittenTime": _stamped(_tag_written),
    "_ComplianceTagUserId": _stamped(_tag_user),
    "_ComplianceFlags": _stamped(_tag_flags),
    "_IsRecord": _stamped(_is_record),
    "ComplianceAssetId": _stamped(lambda _: '""'),
    "FileLeafRef": lambda item: encode_basestring(item.name),
    "FileRef": _file_ref,
    "id": lambda item: f'"{item.list_item_id}"',
    "Created": lambda item: f'"{instant(item.created)}"',
    "Modified": lambda item: f'"{instant(item.modified)}"',
    "Editor": lambda item: encode_basestring(item.modified_by.name),
    "ContentType": lambda item: '"Folder"' if item.is_folder else '"Document"',
    "FileSizeDisplay": lambda item: "" if item.is_folder else f'"{item.size}"',
}


def content_type(item: Item) -> str:
    """The row's content type."""
    kind = '"id":"0x0120","name":"Folder"' if item.is_folder else '"id":"0x0101","name":"Document"'
    return f'"contentType":{{{kind}}}'


PROPERTIES: dict[str, Callable[[Item], str]] = {
    "id": lambda item: f'"id":"{item.list_item_id}"',
    "eTag": lambda item: f'"eTag":"\\"{item.unique_id},{item.version}\\""',
    "webUrl": lambda item: f'"webUrl":"{web_url(item)}"',
    "createdDateTime": lambda item: f'"createdDateTime":"{instant(item.created)}"',
    "lastModifiedDateTime": lambda item: f'"lastModifiedDateTime":"{instant(item.modified)}"',
    "createdBy": lambda item: f'"createdBy":{identity(item.created_by)}',
    "lastModifiedBy": lambda item: f'"lastModifiedBy":{identity(item.modified_by)}',
    "contentType": content_type,
    "sharepointIds": lambda item: (
        f'"sharepointIds":{{"listId":"{item.drive.list_id}","listItemId":"{item.list_item_id}",'
        f'"listItemUniqueId":"{item.unique_id}"}}'
    ),
}


@cache
def _encoder(select: frozenset[str], columns: tuple[str, ...] | None) -> Callable[[Item], str]:
    parts = [part for name, part in PROPERTIES.items() if not select or name in select or name == "id"]
    writers = None if columns is None else [(name, COLUMNS[name]) for name in columns if name in COLUMNS]

    def encode(item: Item) -> str:
        written = ",".join([part(item) for part in parts])
        if writers is None:
            return "{" + written + "}"
        values = [f'"@odata.etag":{encode_basestring(etag(item))}']
        for name, writer in writers:
            value = writer(item)
            if value:
                values.append(f'"{name}":{value}')
        return f'{{{written},"fields":{{{",".join(values)}}}}}'

    return encode


def encoder_for(call: Call) -> Callable[[Item], str]:
    """The function that writes a row as the call's `$select` and `$expand` ask for it."""
    expand = call.expand("fields", "driveItem")
    columns: tuple[str, ...] | None = None
    if "fields" in expand:
        wanted = expand["fields"].get("$select", "")
        columns = tuple(name.strip() for name in wanted.split(",")) if wanted else tuple(COLUMNS)
    write = _encoder(call.select(), columns)
    if "driveItem" not in expand:
        return write
    select = options.selected(expand["driveItem"].get("$select", ""), vocabulary.DRIVE_ITEM)
    write_file = encoder(select, hierarchical="hierarchicalsharing" in call.prefer)
    return lambda item: f'{write(item)[:-1]},"driveItem":{write_file(item)}}}'


def list_item(item: Item, expanded: Mapping[str, str]) -> str:
    """The row of an item, with the columns that the options of an `$expand=listItem(…)` ask for."""
    wanted = options.expansions(expanded.get("$expand", ""), vocabulary.LIST_ITEM)
    columns: tuple[str, ...] | None = None
    if "fields" in wanted:
        named = wanted["fields"].get("$select", "")
        columns = tuple(name.strip() for name in named.split(",")) if named else tuple(COLUMNS)
    return _encoder(options.selected(expanded.get("$select", ""), vocabulary.LIST_ITEM), columns)(item)


def _rows(call: Call, drive: Drive) -> list[Item]:
    """The rows that `$filter` lets through, in the order of `$orderby`: no column of these lists has an index.

    Source: https://learn.microsoft.com/graph/api/listitem-list (Prefer: HonorNonIndexedQueriesWarningMayFailRandomly)
    """
    wanted, order = call.query.get("$filter"), call.query.get("$orderby")
    name = (order or wanted or "").replace("(", " ").split()[0]
    if "honornonindexedquerieswarningmayfailrandomly" not in call.prefer:
        raise Refused(
            400, "invalidRequest",
            f"Field '{name}' cannot be referenced in filter or orderby as it is not indexed. Provide the 'Prefer: "
            "HonorNonIndexedQueriesWarningMayFailRandomly' header to allow this, but be warned that such queries may "
            "fail on large lists.",
        )  # fmt: skip
    if len(drive.order) > call.tenant.limits.list_view:
        raise Refused(
            400, "invalidRequest", "The attempted operation is prohibited because it exceeds the list view threshold.",
            inner="tooManyResultsRequested",
        )  # fmt: skip
    write = _encoder(frozenset(), tuple(COLUMNS))
    rows: list[tuple[Item, dict[str, Any]]] = [
        (item, msgspec.json.decode(write(item))) for item in drive.order[1:] if item is not None
    ]
    if wanted:
        expression = filters.parse(wanted)
        rows = [row for row in rows if filters.holds(expression, row[1])]
    if order:
        column, _, direction = order.strip().partition(" ")
        column = column.removeprefix("fields/")
        rows.sort(key=lambda row: str(row[1]["fields"].get(column, "")), reverse=direction.strip() == "desc")
    return [item for item, _ in rows]


def _items(call: Call) -> Answer:
    if (found := plain_lists.asked(call)) is not None:
        return plain_lists.rows(call, found)
    drive = library(call)
    write, size = encoder_for(call), call.top(DEFAULT_PAGE, LARGEST_PAGE)
    order: Sequence[Item | None]
    if "$filter" in call.query or "$orderby" in call.query:
        order, at = _rows(call, drive), skipped(call)
    else:
        order, at = drive.order, max(1, skipped(call))
    values: list[str] = []
    while at < len(order) and len(values) < size:
        item = order[at]
        at += 1
        if item is not None:
            values.append(write(item))
    link = f'"@odata.nextLink":"{call.link(_skiptoken=skip_token(at))}",' if at < len(order) else ""
    return Answer(f'{{{link}"value":[{",".join(values)}]}}'.encode())


def _addressed(call: Call) -> Item:
    number = int(call["item"]) if call["item"].isdecimal() else 0
    return call.tenant.item_in_list(library(call).list_id, number)


def _item(call: Call) -> Answer:
    if (found := plain_lists.asked(call)) is not None:
        return plain_lists.row(call, found)
    return Answer(encoder_for(call)(_addressed(call)).encode())


def _fields(call: Call) -> Answer:
    item, wanted = _addressed(call), call.query.get("$select", "")
    columns = tuple(name.strip() for name in wanted.split(",")) if wanted else tuple(COLUMNS)
    fields: dict[str, Any] = msgspec.json.decode(_encoder(frozenset(), columns)(item))["fields"]
    return answer(fields)


_ALL, _NAMES = "sites/{site}/lists/{list}/items", vocabulary.LIST_ITEM
_PAGED = options.PAGED | {"$expand", "$filter", "$orderby"}
OPERATIONS = (
    Operation("GET", _ALL, _items, READ_SITES, 2, options=_PAGED, names=_NAMES),
    Operation("GET", _ALL + "/{item}", _item, READ_SITES, 1, options=options.EXPAND, names=_NAMES),
    Operation("GET", _ALL + "/{item}/fields", _fields, READ_SITES, 1, options=options.SELECT),
)
