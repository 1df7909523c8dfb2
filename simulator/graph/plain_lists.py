"""Lists that are no libraries: themselves, and their rows. They are no drives.

Sources: https://learn.microsoft.com/graph/api/resources/list, https://learn.microsoft.com/graph/api/listitem-list, listitem-create
"""

from __future__ import annotations

from typing import Any

from simulator.graph.calls import Answer, Call, answer, chosen
from simulator.graph.listing import paged
from simulator.refusal import bad_request, not_found
from simulator.tenant.clock import instant
from simulator.tenant.files import check_open
from simulator.tenant.identifiers import guid
from simulator.tenant.model import ListRow, ListTemplate, OwnColumn, PlainList

TEMPLATES: tuple[ListTemplate, ...] = ("genericList", "events", "tasks")


def asked(call: Call) -> PlainList | None:
    """The list of `sites/{site}/lists/{list}` if it is no library. Raises Refused 404, or 423 when the site is locked."""
    site = call.tenant.site(call["site"])
    check_open(site, writing=False)
    return call.tenant.plain_list(site, call["list"])


def list_body(found: PlainList, select: frozenset[str] = frozenset()) -> dict[str, Any]:
    """A list; its ids only when selected."""
    body: dict[str, Any] = {
        "id": found.id,
        "name": found.name,
        "displayName": found.name,
        "webUrl": found.url.replace(" ", "%20"),
        "createdDateTime": instant(found.created),
        "lastModifiedDateTime": instant(found.modified),
        "list": {"contentTypesEnabled": False, "hidden": False, "template": found.template},
        "parentReference": {"siteId": found.site.id},
    }
    if "sharepointIds" in select:
        site = found.site
        body["sharepointIds"] = {"listId": found.id, "siteId": site.collection_id, "webId": site.web_id}
    return chosen(body, select)


def columns(call: Call, found: PlainList) -> Answer:
    """What may be filled in, and what SharePoint fills in itself."""
    own = [OwnColumn("Title", "Title"), *found.columns]
    kept = [
        OwnColumn("Modified", "Modified", "dateTime", {"format": "dateTime"}),
        OwnColumn("ContentType", "Content Type"),
    ]
    bodies = [
        {
            "id": guid(call.tenant.seed, "column", found.id, each.name),
            "name": each.name,
            "displayName": each.title,
            "hidden": False,
            "indexed": False,
            "readOnly": each in kept,
            "required": each.name == "Title",
            each.kind: dict(each.details),
        }
        for each in (*own, *kept)
    ]
    return paged(call, [chosen(body, call.select()) for body in bodies], 200, 1000)


def rows(call: Call, found: PlainList) -> Answer:
    """The rows of a list, with their columns when `fields` is expanded."""
    if "$filter" in call.query or "$orderby" in call.query:
        raise call.absent("filtering or sorting a list that is no library")
    return paged(call, [_row(call, found, number) for number in range(1, len(found.rows) + 1)], 200, 5000)


def create(call: Call) -> Answer:
    """A new row with its title. Other columns are not here, and neither are rows of libraries, which come with their files."""
    found, asked = asked_for_writing(call), call.json()
    fields = asked.get("fields")
    if not isinstance(fields, dict) or not isinstance(fields.get("Title", ""), str):
        raise bad_request("'fields' must be an object, and its Title a text.")
    if others := sorted(fields.keys() - {"Title"}):
        raise call.absent(f"the columns {', '.join(others)} of a list")
    now, by = call.tenant.now(), call.actor
    found.rows.append(ListRow(fields.get("Title", ""), now, now, by))
    return answer(_row(call, found, len(found.rows)), 201)


def asked_for_writing(call: Call) -> PlainList:
    """The list that is written to. Raises Refused; 501 for a library's."""
    site = call.tenant.site(call["site"])
    check_open(site, writing=True)
    found = call.tenant.plain_list(site, call["list"])
    if found is None:
        call.tenant.list_of(site, call["list"])
        raise call.absent("a new row of a library")
    return found


def row(call: Call, found: PlainList) -> Answer:
    """One row by its number. Raises Refused 404."""
    number = int(call["item"]) if call["item"].isdecimal() else 0
    if not 0 < number <= len(found.rows):
        raise not_found("The item")
    return answer(_row(call, found, number))


def _row(call: Call, found: PlainList, number: int) -> dict[str, Any]:
    held, expand = found.rows[number - 1], call.expand("fields")
    body: dict[str, Any] = {
        "id": str(number),
        "webUrl": f"{found.url.replace(' ', '%20')}/{number}_.000",
        "createdDateTime": instant(held.created),
        "lastModifiedDateTime": instant(held.modified),
        "contentType": {"id": "0x0100", "name": "Item"},
    }
    if "sharepointIds" in call.select():
        unique = guid(call.tenant.seed, "row", found.id, number)
        body["sharepointIds"] = {"listId": found.id, "listItemId": str(number), "listItemUniqueId": unique}
    told = chosen(body, call.select())
    if "fields" in expand:
        fields = {"id": str(number), "Title": held.title, "ContentType": "Item"}
        dates = {"Created": body["createdDateTime"], "Modified": body["lastModifiedDateTime"]}
        wanted = frozenset(filter(None, expand["fields"].get("$select", "").replace(" ", "").split(",")))
        told["fields"] = chosen(fields | dates | held.fields, wanted)
    return told
