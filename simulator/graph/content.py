"""Libraries and what lies in them: drives, items, children, versions.

Sources: https://learn.microsoft.com/graph/api/drive-get, drive-list, driveitem-get, driveitem-list-children,
driveitem-post-children, driveitem-update, driveitem-move, driveitem-delete, driveitem-list-versions
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring
from typing import Any

import msgspec

from simulator.graph import delta, labels, uploads, vocabulary
from simulator.graph.calls import READ_FILES, WRITE_FILES, Answer, Call, Operation, answer, chosen
from simulator.graph.items import drive_type, encoder, etag, identity
from simulator.graph.list_items import list_item
from simulator.graph.listing import paged
from simulator.graph.options import DELTA, EXPAND, PAGED, SELECT, selected
from simulator.graph.permissions import entries_body
from simulator.graph.skip import skip_token, skipped
from simulator.refusal import Refused, bad_request
from simulator.tenant import files
from simulator.tenant.clock import instant
from simulator.tenant.files import check_open, check_site
from simulator.tenant.model import Drive, Item

_CHILDREN_PAGE = 200
DOWNLOAD_URL = "@microsoft.graph.downloadUrl"
_KINDS = re.compile(r"(folder|file)\s+(ne|eq)\s+null", re.IGNORECASE)
_ORDERS = {"name": "name", "size": "size", "lastModifiedDateTime": "modified", "createdDateTime": "created"}


def drive_body(drive: Drive, select: frozenset[str], tenant_id: str) -> dict[str, Any]:
    """A drive; `sharePointIds` only when selected."""
    site = drive.site
    body: dict[str, Any] = {
        "id": drive.id,
        "name": drive.name,
        "description": "",
        "driveType": drive_type(drive),
        "webUrl": drive.url.replace(" ", "%20"),
        "createdDateTime": instant(drive.created),
        "lastModifiedDateTime": instant(drive.root.modified),
        "quota": {"used": drive.root.size, "state": "normal"},
    }
    if "sharePointIds" in select:
        body["sharePointIds"] = {
            "listId": drive.list_id,
            "siteId": site.collection_id,
            "siteUrl": site.url,
            "tenantId": tenant_id,
            "webId": site.web_id,
        }
    if "system" in select and drive.system:
        body["system"] = {}
    return chosen(body, select)


def _drive(call: Call) -> Answer:
    drive = call.tenant.drive(call["drive"])
    check_site(drive, writing=False)
    call.expand()
    return answer(drive_body(drive, call.select(), call.tenant.id))


def _drives_of_site(call: Call) -> Answer:
    site = call.tenant.site(call["site"])
    check_open(site, writing=False)
    select = call.select()
    call.expand()
    shown = [drive for drive in site.drives if "system" in select or not drive.system]
    if order := call.query.get("$orderby"):
        name, _, direction = order.partition(" ")
        if name != "name":
            raise bad_request(f"Sorting by '{order}' is not supported.")
        shown.sort(key=lambda drive: drive.name.casefold(), reverse=direction == "desc")
    return paged(call, [drive_body(drive, select, call.tenant.id) for drive in shown], 200, 1000)


def _addressed(call: Call, *, writing: bool) -> Item:
    item = call.tenant.item(call["drive"], call["item"])
    check_site(item.drive, writing=writing)
    if writing and call.header("if-match") not in ("", "*", etag(item)):
        raise Refused(412, "resourceModified", "The item has changed since it was read.")
    return item


def _item(call: Call) -> Answer:
    item = _addressed(call, writing=False)
    if call.header("if-none-match") in (etag(item), _ctag(item)):
        return Answer(None, 304)
    expand = call.expand("retentionLabel", "children", "listItem", "permissions")
    return Answer(_whole(call, item, call.select(), expand).encode())


def _ctag(item: Item) -> str:
    return etag(item).replace("{", "c:{", 1)


def _whole(call: Call, item: Item, select: frozenset[str], expand: Mapping[str, Mapping[str, str]]) -> str:
    hierarchical = "hierarchicalsharing" in call.prefer
    text = encoder(select, hierarchical=hierarchical)(item)[:-1]
    if not select or "cTag" in select:
        text += f',"cTag":{encode_basestring(_ctag(item))}'
    address = uploads.download_url(call, item) if not select or DOWNLOAD_URL in select else ""
    if address:
        text += f',"{DOWNLOAD_URL}":{encode_basestring(address)}'
    if "retentionLabel" in expand:
        text += f',"retentionLabel":{msgspec.json.encode(labels.label_body(item)).decode()}'
    if "listItem" in expand and item.parent is not None:
        text += f',"listItem":{list_item(item, expand["listItem"])}'
    if "permissions" in expand:
        text += f',"permissions":{msgspec.json.encode(entries_body(call.tenant, item)).decode()}'
    if "children" in expand and item.children is not None:
        inner = selected(expand["children"].get("$select", ""), vocabulary.DRIVE_ITEM)
        write = encoder(inner, hierarchical=hierarchical)
        text += f',"children":[{",".join(write(child) for child in item.children[:_CHILDREN_PAGE])}]'
    return text + "}"


def _units(call: Call, plain: int) -> int:
    return 5 if "permissions" in call.query.get("$expand", "") else plain


def _children(call: Call) -> Answer:
    item = _addressed(call, writing=False)
    start, size, select = skipped(call), call.top(_CHILDREN_PAGE, 1000), call.select()
    expand = call.expand("listItem", "permissions")
    shown = _arranged(call, item.children or [])
    write = encoder(select, hierarchical="hierarchicalsharing" in call.prefer)
    page = shown[start : start + size]
    values = ",".join([_whole(call, child, select or _BARE, expand) if expand else write(child) for child in page])
    more = start + size < len(shown)
    link = f'"@odata.nextLink":"{call.link(_skiptoken=skip_token(start + size))}",' if more else ""
    return Answer(f'{{{link}"value":[{values}]}}'.encode())


_BARE: frozenset[str] = frozenset()


def _arranged(call: Call, children: Sequence[Item]) -> Sequence[Item]:
    """Children by kind and order. The page of the operation knows no `$filter`; that on the kind is in wide use."""
    wanted, order = call.query.get("$filter"), call.query.get("$orderby")
    if wanted is not None:
        matched = _KINDS.fullmatch(wanted.strip())
        if matched is None:
            raise bad_request(f"The filter is not supported: {wanted}")
        folders = (matched[1].lower() == "folder") == (matched[2].lower() == "ne")
        children = [child for child in children if child.is_folder == folders]
    if order is not None:
        name, _, direction = order.strip().partition(" ")
        attribute = _ORDERS.get(name)
        if attribute is None or direction.strip() not in ("", "asc", "desc"):
            raise bad_request(f"Sorting by '{order}' is not supported.")

        def key(child: Item) -> Any:
            return child.name.casefold() if attribute == "name" else getattr(child, attribute)

        children = sorted(children, key=key, reverse=direction.strip() == "desc")
    return children


def _create_folder(call: Call) -> Answer:
    folder, asked = _addressed(call, writing=True), call.json()
    if not isinstance(asked.get("folder"), dict):
        raise call.absent("POST children of anything but a folder")
    made = files.create_folder(call.tenant, folder, str(asked.get("name") or ""), by=call.actor)
    return Answer(_whole(call, made, _BARE, {}).encode(), 201)


def _update(call: Call) -> Answer:
    """A new name, another folder, or both. To another library the id changes."""
    item, asked = _addressed(call, writing=True), call.json()
    if unknown := asked.keys() - {"name", "parentReference"}:
        raise call.absent(f"PATCH of an item's {', '.join(sorted(unknown))}")
    target = asked.get("parentReference") or {}
    if target.get("id"):
        folder = call.tenant.item(target.get("driveId") or item.drive.id, target["id"])
        if folder is not item.parent:
            item = files.move(call.tenant, item, folder, by=call.actor)
    if asked.get("name") and asked["name"] != item.name:
        files.rename(call.tenant, item, str(asked["name"]), by=call.actor)
    return Answer(_whole(call, item, _BARE, {}).encode())


def _delete(call: Call) -> Answer:
    files.delete(call.tenant, _addressed(call, writing=True))
    return Answer(None, 204)


def _versions(call: Call) -> Answer:
    item = _addressed(call, writing=False)
    if item.is_folder:
        raise bad_request("Folders have no versions.")
    earlier = item.drive.history.get(item.id, [])
    told = [*((each.at, each.by, each.size) for each in earlier), (item.modified, item.modified_by, item.size)]
    values = [
        {
            "id": f"{number}.0",
            "lastModifiedDateTime": instant(at),
            "lastModifiedBy": msgspec.Raw(identity(by).encode()),
            "size": size,
        }
        for number, (at, by, size) in enumerate(told, start=1)
    ]
    return paged(call, [chosen(each, call.select()) for each in reversed(values)], 200, 1000)


_DRIVE, _ITEM = "drives/{drive}", "drives/{drive}/items/{item}"
_NAMES, _FILTERED = vocabulary.DRIVE_ITEM, PAGED | {"$expand", "$orderby", "$filter"}
_DRIVES = EXPAND | PAGED | {"$orderby"}
OPERATIONS = (
    Operation("GET", "sites/{site}/drives", _drives_of_site, READ_FILES, 2, options=_DRIVES, names=vocabulary.DRIVE),
    Operation("GET", _DRIVE, _drive, READ_FILES, 1, options=EXPAND, names=vocabulary.DRIVE),
    Operation("GET", _ITEM, _item, READ_FILES, lambda call: _units(call, 1), options=EXPAND, names=_NAMES),
    Operation(
        "GET", _ITEM + "/children", _children, READ_FILES, lambda call: _units(call, 2), options=_FILTERED, names=_NAMES
    ),
    Operation("POST", _ITEM + "/children", _create_folder, WRITE_FILES, 2),
    Operation("PATCH", _ITEM, _update, WRITE_FILES, 2),
    Operation("DELETE", _ITEM, _delete, WRITE_FILES, 2),
    Operation("GET", _ITEM + "/versions", _versions, READ_FILES, 2, options=SELECT | PAGED, names=vocabulary.VERSION),
    Operation("GET", _ITEM + "/delta", delta.delta, READ_FILES, delta.units, options=DELTA, names=_NAMES),
)
