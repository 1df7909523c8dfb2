"""List items with their columns: the cheap way to the labels of a whole library.

Source: https://learn.microsoft.com/graph/api/listitem-list
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from json.encoder import encode_basestring

from simulator.graph.calls import READ_SITES, Answer, Call, Operation
from simulator.graph.items import etag, identity, web_url
from simulator.graph.skip import skip_token, skipped
from simulator.refusal import Refused, not_found
from simulator.tenant.clock import instant
from simulator.tenant.files import check_site
from simulator.tenant.model import Drive, Item

DEFAULT_PAGE, LARGEST_PAGE = 200, 5000
_EXPAND_FIELDS = re.compile(r"^fields(?:\(\$?select=([^)]*)\))?$", re.IGNORECASE)


def library(call: Call) -> Drive:
    """The library behind `sites/{site}/lists/{list}`, by list id or title. Raises Refused 404, or 423 when locked."""
    site = call.tenant.site(call["site"])
    wanted = call["list"].lower()
    for drive in site.drives:
        if wanted in (drive.list_id, drive.name.lower(), drive.path.lower()):
            check_site(drive, writing=False)
            return drive
    raise not_found("The list")


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


def _content_type(item: Item) -> str:
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
    "contentType": _content_type,
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


def _encoder_for(call: Call) -> Callable[[Item], str]:
    expand = call.query.get("$expand", "").strip()
    if not expand:
        return _encoder(call.select(), None)
    fields = _EXPAND_FIELDS.match(expand)
    if fields is None:
        raise Refused(501, "notSupported", f"$expand={expand} is not supported by this tenant.")
    chosen = tuple(name.strip() for name in fields[1].split(",")) if fields[1] else tuple(COLUMNS)
    return _encoder(call.select(), chosen)


def _items(call: Call) -> Answer:
    if "$filter" in call.query or "$orderby" in call.query:
        raise Refused(
            400, "invalidRequest", "The column is not indexed, and the list exceeds the list view threshold.",
            inner="tooManyResultsRequested",
        )  # fmt: skip
    drive = library(call)
    write, size = _encoder_for(call), call.top(DEFAULT_PAGE, LARGEST_PAGE)
    order, at = drive.order, max(1, skipped(call))
    values: list[str] = []
    while at < len(order) and len(values) < size:
        item = order[at]
        at += 1
        if item is not None:
            values.append(write(item))
    link = f'"@odata.nextLink":"{call.link(_skiptoken=skip_token(at))}",' if at < len(order) else ""
    return Answer(f'{{{link}"value":[{",".join(values)}]}}'.encode())


def _item(call: Call) -> Answer:
    drive = library(call)
    number = int(call["item"]) if call["item"].isdecimal() else 0
    return Answer(_encoder_for(call)(call.tenant.item_in_list(drive.list_id, number)).encode())


OPERATIONS = (
    Operation("GET", "sites/{site}/lists/{list}/items", _items, READ_SITES, 2),
    Operation("GET", "sites/{site}/lists/{list}/items/{item}", _item, READ_SITES, 1),
)
