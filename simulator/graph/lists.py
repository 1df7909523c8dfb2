"""Lists: those of a site, libraries and others, and the columns of libraries.

Sources: https://learn.microsoft.com/graph/api/list-list, list-get, list-create, list-list-columns
"""

from __future__ import annotations

from typing import Any

from simulator.council.empty_sites import add_library, add_list
from simulator.graph import filters, plain_lists, vocabulary
from simulator.graph.calls import READ_SITES, WRITE_FILES, Answer, Call, Operation, answer, chosen
from simulator.graph.list_items import COLUMNS, library
from simulator.graph.listing import paged
from simulator.graph.options import EXPAND, PAGED
from simulator.refusal import Refused, bad_request
from simulator.tenant.clock import instant
from simulator.tenant.files import check_open, check_site
from simulator.tenant.identifiers import guid
from simulator.tenant.model import Drive

_DISPLAY = {"FileLeafRef": "Name", "_ComplianceTag": "Retention label", "Editor": "Modified By"}
_FILTERED = frozenset({"displayName", "name", "list/template", "list/hidden"})
_DATES = frozenset({"Created", "Modified", "_ComplianceTagWrittenTime"})


def list_body(drive: Drive, select: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The list behind a library; ids and the mark of a system list only when selected."""
    template = (
        "webPageLibrary" if drive.pages else "mySiteDocumentLibrary" if drive.site.personal else "documentLibrary"
    )
    body: dict[str, Any] = {
        "id": drive.list_id,
        "name": drive.path,
        "displayName": drive.name,
        "webUrl": drive.url.replace(" ", "%20"),
        "createdDateTime": instant(drive.created),
        "lastModifiedDateTime": instant(drive.root.modified),
        "list": {"contentTypesEnabled": False, "hidden": drive.is_hidden, "template": template},
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
    shown, others = [drive for drive in site.drives if "system" in select or not drive.system], site.lists
    if wanted := call.query.get("$filter", "").strip():
        expression = filters.parse(wanted)
        if any(test.path not in _FILTERED or test.operator != "eq" for test, _ in filters.tests(expression)):
            raise call.absent(f"$filter={wanted} of a site's lists")
        shown = [drive for drive in shown if filters.holds(expression, list_body(drive))]
        others = [each for each in others if filters.holds(expression, plain_lists.list_body(each))]
    libraries = [list_body(drive, select) for drive in shown]
    return paged(call, libraries + [plain_lists.list_body(each, select) for each in others], 200, 1000)


def _create(call: Call) -> Answer:
    """A new list: a library, or one of the kinds of list that are here. Columns of one's own are not here."""
    site, asked = call.tenant.site(call["site"]), call.json()
    check_open(site, writing=True)
    name, kind = str(asked.get("displayName") or "").strip(), asked.get("list") or {}
    template = str(kind.get("template") or "genericList") if isinstance(kind, dict) else ""
    if not name:
        raise bad_request("A list needs a displayName.")
    if asked.get("columns"):
        raise call.absent("columns of a new list")
    taken = {each.casefold() for drive in site.drives for each in (drive.name, drive.path)}
    if name.casefold() in taken or call.tenant.plain_list(site, name) is not None:
        raise Refused(409, "nameAlreadyExists", "The specified name is already in use.")
    if template == "documentLibrary":
        return answer(list_body(add_library(call.tenant, site, name, at=call.tenant.now()), call.select()), 201)
    found = next((each for each in plain_lists.TEMPLATES if each == template), None)
    if found is None:
        raise call.absent(f"a new list of the template {template}")
    made = add_list(call.tenant, site, name, template=found, at=call.tenant.now())
    return answer(plain_lists.list_body(made, call.select()), 201)


def _list(call: Call) -> Answer:
    call.expand()
    if (found := plain_lists.asked(call)) is not None:
        return answer(plain_lists.list_body(found, call.select()))
    return answer(list_body(library(call), call.select()))


def _list_of_drive(call: Call) -> Answer:
    drive = call.tenant.drive(call["drive"])
    check_site(drive, writing=False)
    call.expand()
    return answer(list_body(drive, call.select()))


def _columns(call: Call) -> Answer:
    if (found := plain_lists.asked(call)) is not None:
        return plain_lists.columns(call, found)
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


_MAKE = ("Sites.Manage.All", "Sites.ReadWrite.All", "Sites.FullControl.All")
_ONE, _NAMES = "sites/{site}/lists/{list}", vocabulary.LIST
OPERATIONS = (
    Operation("GET", "sites/{site}/lists", _lists, READ_SITES, 2, options=EXPAND | PAGED | {"$filter"}, names=_NAMES),
    Operation("POST", "sites/{site}/lists", _create, _MAKE, 2, names=_NAMES),
    Operation("POST", _ONE + "/items", plain_lists.create, WRITE_FILES[1:], 2, names=vocabulary.LIST_ITEM),
    Operation("GET", _ONE, _list, READ_SITES, 1, options=EXPAND, names=_NAMES),
    Operation("GET", "drives/{drive}/list", _list_of_drive, READ_SITES, 1, options=EXPAND, names=_NAMES),
    Operation("GET", _ONE + "/columns", _columns, READ_SITES, 2, options=PAGED, names=vocabulary.COLUMN),
)
