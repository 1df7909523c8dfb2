"""Lists: those of a site, and their columns. Every list of this tenant is a document library.

Sources: https://learn.microsoft.com/graph/api/list-list, list-get, list-list-columns
"""

from __future__ import annotations

from typing import Any

from simulator.graph import filters, vocabulary
from simulator.graph.calls import READ_SITES, Answer, Call, Operation, answer, chosen
from simulator.graph.list_items import COLUMNS, library
from simulator.graph.listing import paged
from simulator.graph.options import EXPAND, PAGED
from simulator.tenant.clock import instant
from simulator.tenant.files import check_open, check_site
from simulator.tenant.identifiers import guid
from simulator.tenant.model import Drive

_DISPLAY = {"FileLeafRef": "Name", "_ComplianceTag": "Retention label", "Editor": "Modified By"}
_FILTERED = frozenset({"displayName", "name", "list/template", "list/hidden"})
_DATES = frozenset({"Created", "Modified", "_ComplianceTagWrittenTime"})


def list_body(drive: Drive, select: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The list behind a library; ids and the mark of a system list only when selected."""
    template = "mySiteDocumentLibrary" if drive.site.personal else "documentLibrary"
    body: dict[str, Any] = {
        "id": drive.list_id,
        "name": drive.path,
        "displayName": drive.name,
        "webUrl": drive.url.replace(" ", "%20"),
        "createdDateTime": instant(drive.created),
        "lastModifiedDateTime": instant(drive.root.modified),
        "list": {"contentTypesEnabled": False, "hidden": drive.system, "template": template},
        "parentReference": {"siteId": drive.site.id},
    }
    if "sharepointIds" in select:
        body["sharepointIds"] = {
            "listId": drive.list_id,
            "siteId": drive.site.collection_id,
            "webId": drive.site.web_id,
        }
    if "system" in select and drive.system:
        body["system"] = {}
    return chosen(body, select)


def _lists(call: Call) -> Answer:
    site, select = call.tenant.site(call["site"]), call.select()
    check_open(site, writing=False)
    call.expand()
    shown = [drive for drive in site.drives if "system" in select or not drive.system]
    if wanted := call.query.get("$filter", "").strip():
        expression = filters.parse(wanted)
        if any(test.path not in _FILTERED or test.operator != "eq" for test, _ in filters.tests(expression)):
            raise call.absent(f"$filter={wanted} of a site's lists")
        shown = [drive for drive in shown if filters.holds(expression, list_body(drive))]
    return paged(call, [list_body(drive, select) for drive in shown], 200, 1000)


def _list(call: Call) -> Answer:
    call.expand()
    return answer(list_body(library(call), call.select()))


def _list_of_drive(call: Call) -> Answer:
    drive = call.tenant.drive(call["drive"])
    check_site(drive, writing=False)
    call.expand()
    return answer(list_body(drive, call.select()))


def _columns(call: Call) -> Answer:
    drive, select = library(call), call.select()
    return paged(call, [chosen(_column(call, drive, name), select) for name in COLUMNS], 200, 1000)


def _column(call: Call, drive: Drive, name: str) -> dict[str, Any]:
    kind = {"dateTime": {"format": "dateTime"}} if name in _DATES else {"text": {"allowMultipleLines": False}}
    return {
        "id": guid(call.tenant.seed, "column", drive.list_id, name),
        "name": name,
        "displayName": _DISPLAY.get(name, name),
        "hidden": name.startswith("_"),
        "indexed": False,
        "readOnly": name not in ("FileLeafRef", "ComplianceAssetId"),
        "required": name == "FileLeafRef",
        **kind,
    }


_ONE, _NAMES = "sites/{site}/lists/{list}", vocabulary.LIST
OPERATIONS = (
    Operation("GET", "sites/{site}/lists", _lists, READ_SITES, 2, options=EXPAND | PAGED | {"$filter"}, names=_NAMES),
    Operation("GET", _ONE, _list, READ_SITES, 1, options=EXPAND, names=_NAMES),
    Operation("GET", "drives/{drive}/list", _list_of_drive, READ_SITES, 1, options=EXPAND, names=_NAMES),
    Operation("GET", _ONE + "/columns", _columns, READ_SITES, 2, options=PAGED, names=vocabulary.COLUMN),
)
