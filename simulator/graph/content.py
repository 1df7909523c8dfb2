"""Libraries and what lies in them: drives, items, children; delta, list items, labels and permissions beside them.

Sources: https://learn.microsoft.com/graph/api/drive-get, drive-list, driveitem-get, driveitem-list-children
"""

from __future__ import annotations

from json.encoder import encode_basestring
from typing import Any

import msgspec

from simulator.graph import delta, labels, list_items, permissions
from simulator.graph.calls import READ_FILES, READ_SITES, Answer, Call, Operation, answer, chosen
from simulator.graph.items import drive_type, encoder, etag
from simulator.graph.skip import skip_token, skipped
from simulator.refusal import Refused
from simulator.tenant.clock import instant
from simulator.tenant.files import check_site
from simulator.tenant.model import Drive, Item

_CHILDREN_PAGE = 200


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
    return answer(drive_body(drive, call.select(), call.tenant.id))


def _drives_of_site(call: Call) -> Answer:
    site = call.tenant.site(call["site"])
    select = call.select()
    if site.lock == "NoAccess":
        raise Refused(423, "notAllowed", "Access to this site has been blocked.", inner="resourceLocked")
    shown = [drive for drive in site.drives if "system" in select or not drive.system]
    return answer({"value": [drive_body(drive, select, call.tenant.id) for drive in shown]})


def _list_of_drive(call: Call) -> Answer:
    drive = call.tenant.drive(call["drive"])
    check_site(drive, writing=False)
    return answer(chosen(list_body(drive), call.select()))


def list_body(drive: Drive) -> dict[str, Any]:
    """The list behind a library."""
    template = "mySiteDocumentLibrary" if drive.site.personal else "documentLibrary"
    return {
        "id": drive.list_id,
        "name": drive.path,
        "displayName": drive.name,
        "webUrl": drive.url.replace(" ", "%20"),
        "createdDateTime": instant(drive.created),
        "lastModifiedDateTime": instant(drive.root.modified),
        "list": {"contentTypesEnabled": False, "hidden": drive.system, "template": template},
        "parentReference": {"siteId": drive.site.id},
    }


def _list(call: Call) -> Answer:
    drive = list_items.library(call)
    return answer(chosen(list_body(drive), call.select()))


def _item(call: Call) -> Answer:
    item = call.tenant.item(call["drive"], call["item"])
    check_site(item.drive, writing=False)
    expand = set(filter(None, call.query.get("$expand", "").split(",")))
    if expand - {"retentionLabel"}:
        raise Refused(501, "notSupported", f"$expand={call.query['$expand']} is not supported by this tenant.")
    return Answer(_whole(call, item, with_label="retentionLabel" in expand).encode())


def _whole(call: Call, item: Item, *, with_label: bool) -> str:
    select = call.select()
    text = encoder(select, hierarchical="hierarchicalsharing" in call.prefer)(item)[:-1]
    if not select or "cTag" in select:
        text += f',"cTag":{encode_basestring(etag(item).replace("{", "c:{", 1))}'
    if with_label:
        text += f',"retentionLabel":{msgspec.json.encode(labels.label_body(item)).decode()}'
    return text + "}"


def _children(call: Call) -> Answer:
    item = call.tenant.item(call["drive"], call["item"])
    check_site(item.drive, writing=False)
    start, size = skipped(call), call.top(_CHILDREN_PAGE, 1000)
    write = encoder(call.select(), hierarchical="hierarchicalsharing" in call.prefer)
    children = item.children or []
    values = ",".join(write(child) for child in children[start : start + size])
    more = start + size < len(children)
    link = f'"@odata.nextLink":"{call.link(_skiptoken=skip_token(start + size))}",' if more else ""
    return Answer(f'{{{link}"value":[{values}]}}'.encode())


OPERATIONS = (
    Operation("GET", "sites/{site}/drives", _drives_of_site, READ_FILES, 2),
    Operation("GET", "sites/{site}/lists/{list}", _list, READ_SITES, 1),
    Operation("GET", "drives/{drive}", _drive, READ_FILES, 1),
    Operation("GET", "drives/{drive}/list", _list_of_drive, READ_SITES, 1),
    Operation("GET", "drives/{drive}/items/{item}", _item, READ_FILES, 1),
    Operation("GET", "drives/{drive}/items/{item}/children", _children, READ_FILES, 2),
    Operation("GET", "drives/{drive}/items/{item}/delta", delta.delta, READ_FILES, delta.units),
    *list_items.OPERATIONS,
    *labels.OPERATIONS,
    *permissions.OPERATIONS,
)
