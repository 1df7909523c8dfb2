"""Entries that Microsoft tells in a way that cannot be understood: each costs itself, never its page."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from custos.inventory.columns import observed
from custos.m365 import delta, directory, errors, labels, sharing, sites, subscriptions
from custos.m365.graph import Graph
from custos.m365.permissions import NAMELESS, permission_from
from custos.m365.sites import UNREADABLE
from custos.m365.timestamps import expiry, moment
from tests.m365.scripted_server import Wire, answer, raw

BASE = "/graph/v1.0"
FILE: dict[str, Any] = {
    "id": "01AAA",
    "name": "plan.docx",
    "size": 48211,
    "createdDateTime": "2023-01-01T00:00:00Z",
    "lastModifiedDateTime": "2026-10-01T09:00:00Z",
    "lastModifiedBy": {"user": {"id": "5555"}},
    "fileSystemInfo": {"lastModifiedDateTime": "2022-06-06T00:00:00Z"},
    "parentReference": {"id": "01ROOT"},
    "file": {"hashes": {"quickXorHash": "abc="}},
    "shared": {"scope": "anonymous"},
    "sharepointIds": {"listItemId": "17"},
}
GOOD = {**FILE, "id": "01GOOD"}
MAX_VALUE = "9999-12-31T23:59:59.9999999Z"
MIN_VALUE = "0001-01-01T00:00:00Z"


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in FILE.items() if key != name}


@pytest.mark.parametrize(
    ("entry", "lost"),
    [
        (without("name"), {"name"}),
        ({**FILE, "name": ""}, {"name"}),
        ({**FILE, "name": 7}, {"name"}),
        (without("parentReference"), {"parent_id"}),
        ({**FILE, "parentReference": {}}, {"parent_id"}),
        ({**FILE, "parentReference": "01ROOT"}, {"parent_id"}),
        ({**FILE, "lastModifiedDateTime": MAX_VALUE}, {"modified"}),
        ({**FILE, "createdDateTime": "9999-12-31T23:59:59.999999Z"}, {"created"}),
        ({**FILE, "createdDateTime": MIN_VALUE}, {"created"}),
        ({**FILE, "lastModifiedDateTime": "0001-01-01T00:00:00+05:00"}, {"modified"}),
        ({**FILE, "lastModifiedDateTime": "1601-01-01T00:00:00Z"}, {"modified"}),
        ({**FILE, "lastModifiedDateTime": "2026-10-01T09:00:00"}, {"modified"}),
        ({**FILE, "lastModifiedDateTime": "yesterday"}, {"modified"}),
        ({**FILE, "lastModifiedDateTime": 1_790_000_000}, {"modified"}),
        ({**FILE, "fileSystemInfo": {"lastModifiedDateTime": MAX_VALUE}}, {"client_modified"}),
        ({**FILE, "fileSystemInfo": {"lastModifiedDateTime": MIN_VALUE}}, {"client_modified"}),
        ({**FILE, "size": -1}, {"size"}),
        ({**FILE, "size": 2**63}, {"size"}),
        ({**FILE, "size": "many"}, {"size"}),
        ({**FILE, "shared": "yes"}, {"shared_scope"}),
        ({**FILE, "lastModifiedBy": {"user": {"id": 7}}}, {"modified_by", "modified_by_kind"}),
        ({**FILE, "file": 7}, {"content_hash", "is_folder"}),
        ({**FILE, "folder": 7}, {"is_folder"}),
        ({**FILE, "deleted": "perhaps"}, {"is_folder"}),
        ({**FILE, "sharepointIds": 7}, {"list_item_id"}),
        ({"id": "01AAA"}, {"name", "parent_id", "is_folder"}),
    ],
)
def test_a_fact_that_cannot_be_read_is_unknown(entry: dict[str, Any], lost: set[str]) -> None:
    """Of an item in a page of delta, exactly what cannot be read is null and named; its neighbours are whole."""
    page = delta.page_from(json.dumps({"value": [entry, GOOD], "@odata.deltaLink": "x"}).encode())
    odd, good = observed(page.items).iter_rows(named=True)
    whole = {name for name, value in good.items() if value is not None}
    told = {name for name, value in odd.items() if value is not None}
    assert lost <= whole - told
    assert set(odd["unreadable"].split(",")) & lost
    assert good["unreadable"] == ""
    if len(entry) > 1:
        assert whole - told == lost


def test_a_list_item_number_that_no_list_has_is_unknown() -> None:
    """A number beyond what SharePoint counts to is none, and breaks nothing."""
    for number in ("99999999999", "-3", "0", "\u0663", "1e3", ""):
        entry = {**FILE, "sharepointIds": {"listItemId": number}}
        page = delta.page_from(json.dumps({"value": [entry], "@odata.deltaLink": "x"}).encode())
        assert observed(page.items)["list_item_id"].to_list() == [None]


@pytest.mark.parametrize("entry", [{"name": "no id"}, {**FILE, "id": 7}, {**FILE, "id": "a/../b"}, None, 7, [], "text"])
def test_an_entry_without_an_id_is_counted(entry: Any) -> None:
    """Nobody knows what it was about; the others are read."""
    page = delta.page_from(json.dumps({"value": [GOOD, entry, GOOD], "@odata.nextLink": "x"}).encode())
    assert ([item.id for item in page.items], page.unidentified) == (["01GOOD", "01GOOD"], 1)


def test_text_that_is_no_text_costs_its_entry() -> None:
    """Half a surrogate pair in a name, which no column can hold, makes the name unknown."""
    body = b'{"value":[{"id":"1","name":"\\ud800.docx","parentReference":{"id":"r"},"file":{}}],"@odata.deltaLink":"x"}'
    page = delta.page_from(body)
    assert (page.items[0].name, observed(page.items)["unreadable"].to_list()) == (None, ["name"])


def test_the_root_folder_needs_neither_name_nor_folder() -> None:
    """The root is the root, whatever it is called."""
    page = delta.page_from(b'{"value":[{"id":"1","root":{},"folder":{}}],"@odata.deltaLink":"x"}')
    assert (page.items[0].unread, page.items[0].parent_id, page.items[0].is_folder) == ((), "", True)


def test_more_digits_than_python_keeps_are_a_moment() -> None:
    """A fraction of a second may have any number of digits."""
    entry = {**FILE, "lastModifiedDateTime": "2026-10-01T09:00:00.1234567890123Z", "size": "many"}
    page = delta.page_from(json.dumps({"value": [entry], "@odata.deltaLink": "x"}).encode())
    assert page.items[0].modified == datetime(2026, 10, 1, 9, 0, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "ends", "when"),
    [
        (None, False, None),
        ("", False, None),
        (MIN_VALUE, False, None),
        ("2026-12-31T00:00:00.1234567Z", True, datetime(2026, 12, 31, 0, 0, 0, 123456, tzinfo=UTC)),
        (MAX_VALUE, None, None),
        ("soon", None, None),
        (7, None, None),
    ],
)
def test_an_expiry_is_read_or_unknown(text: object, ends: bool | None, when: datetime | None) -> None:
    """Year 1 is never, year 9999 is something that nobody documents."""
    assert expiry(text) == (ends, when)
    assert moment(text) == when


async def test_a_list_item_without_fields_is_unknown(wire: Wire, graph: Graph) -> None:
    """One list item without `fields`, or with a label that is no text, has an unknown label; the others are read."""
    fields = {"_ComplianceTag": "Finance 7y", "FileLeafRef": "a"}
    items = [
        {"id": "17", "fields": fields},
        {"id": "18"},
        {"id": "19", "fields": {"_ComplianceTag": 7}},
        {"id": "x", "fields": fields},
        {"id": "99999999999", "fields": fields},
        7,
        {"id": "20", "fields": {"FileLeafRef": "b"}},
    ]
    wire.script("GET", f"{BASE}/sites/s/lists/l/items", answer({"value": items}))
    rows = [row async for page in labels.label_pages(graph, "s", "l") for row in page.rows]
    assert [(row.list_item_id, row.label) for row in rows] == [(17, "Finance 7y"), (18, None), (19, None), (20, "")]


async def test_a_site_without_an_address_is_listed_as_unreadable(wire: Wire, graph: Graph) -> None:
    """One entry of `getAllSites` without `webUrl` costs that site; one without an id is counted; odd dates are unknown."""
    good = {"id": "h,c,1", "webUrl": "https://x/1", "createdDateTime": "2020-01-01T00:00:00Z"}
    entries = [
        good,
        {"id": "h,c,2"},
        {"webUrl": "https://x/3"},
        {"id": "h,c,4", "webUrl": "https://x/4", "createdDateTime": MAX_VALUE},
        {"id": "h,c,5", "webUrl": "https://x/5", "isPersonalSite": "perhaps"},
        {"id": "h,c,6", "error": {"code": "itemNotFound"}},
        good,
    ]
    wire.script("GET", f"{BASE}/sites/getAllSites", answer({"value": entries}))
    found = await sites.list_sites(graph)
    assert {site.site_id[-1]: site.error for site in found.values} == {
        "1": "", "2": UNREADABLE, "4": "", "5": UNREADABLE, "6": "itemNotFound",
    }  # fmt: skip
    assert [site.created is None for site in found.values] == [False, True, True, True, True]
    assert (len(found.values), found.unidentified) == (5, 1)


async def test_a_library_without_a_name_is_listed_as_unknown(wire: Wire, graph: Graph) -> None:
    """One library that cannot be read costs itself."""
    good = {"id": "b!1", "name": "Plans", "webUrl": "https://x/Plans", "driveType": "documentLibrary"}
    entries = [good, {**good, "id": "b!2", "name": None}, {**good, "id": "b!3", "driveType": 7}, {"name": "x"}]
    wire.script("GET", f"{BASE}/sites/s/drives", answer({"value": entries}))
    found = await sites.drives_of(graph, "s")
    assert {drive.drive_id: drive.is_known for drive in found.values} == {"b!1": True, "b!2": False, "b!3": False}
    assert found.unidentified == 1


async def test_a_group_and_a_person_cost_themselves(wire: Wire, graph: Graph) -> None:
    """What of a group or person cannot be read is unknown, never "no"."""
    groups = [{"id": "g1", "resourceProvisioningOptions": "Team"}, {"id": "g2", "createdDateTime": MIN_VALUE}, {}]
    people = [{"id": "u1", "userType": 7, "accountEnabled": "yes"}, {"id": "u2", "userType": "Guest"}, None]
    wire.script("GET", f"{BASE}/groups", answer({"value": groups}))
    wire.script("GET", f"{BASE}/groups/g1/members/microsoft.graph.user", answer({"value": people}))
    found, members = await directory.groups(graph), await directory.members(graph, "g1")
    assert [(one.group_id, one.is_team, one.created) for one in found.values] == [
        ("g1", None, None),
        ("g2", False, None),
    ]
    assert [(one.user_id, one.is_guest, one.enabled) for one in members.values] == [
        ("u1", None, None),
        ("u2", True, None),
    ]
    assert (found.unidentified, members.unidentified) == (1, 1)


async def test_an_account_that_cannot_be_read_costs_itself(wire: Wire, graph: Graph) -> None:
    """Of people who are looked up together, one garbled answer is one person of whom nothing is known: not gone."""
    bodies = [{"id": "u1", "accountEnabled": True}, {"displayName": "no id"}, {"id": "u3", "accountEnabled": 7}]
    parts = [{"id": str(number), "status": 200, "body": body} for number, body in enumerate(bodies)]
    wire.script("POST", f"{BASE}/$batch", answer({"responses": [*parts, {"id": "3", "status": 404, "body": {}}]}))
    found = await directory.users_by_upn(graph, ["a", "b", "c", "d"])
    assert isinstance(found["b"], errors.Malformed)
    assert [getattr(found[upn], "enabled", "gone") for upn in "acd"] == [True, None, "gone"]


async def test_a_permission_costs_itself(wire: Wire, graph: Graph) -> None:
    """One odd permission of an item is unknown; the others are read; one without an id is kept as nameless."""
    link = {"id": "aTow/x=", "link": {"scope": "anonymous"}, "roles": ["read"]}
    entries = [
        link,
        {**link, "id": "p2", "expirationDateTime": MAX_VALUE},
        {**link, "id": "p3", "link": "anonymous"},
        {"id": "p4", "grantedToIdentitiesV2": [{"user": {"id": "u"}}, 5]},
        {"id": "p5", "inheritedFrom": 7},
        {"roles": ["read"]},
        link,
    ]
    wire.script("GET", f"{BASE}/drives/d/items/i/permissions", answer({"value": entries}))
    found = {one.permission_id: one for one in await sharing.read_item_permissions(graph, "d", "i")}
    assert {key: one.is_known for key, one in found.items()} == {
        "aTow/x=": True, "p2": True, "p3": False, "p4": False, "p5": False, f"{NAMELESS}1": False,
    }  # fmt: skip
    assert [one.has_expiry for one in found.values()] == [False, None, None, None, None, None]


def test_dates_of_one_permission() -> None:
    """An expiry of seven digits is a moment; one that is no text is unknown, and the rest of the link is known."""
    body = {"id": "p", "link": {"scope": "anonymous"}, "expirationDateTime": "2026-12-31T00:00:00.0000000Z"}
    assert permission_from(json.dumps(body).encode()).expires == datetime(2026, 12, 31, tzinfo=UTC)
    odd = permission_from(json.dumps({**body, "expirationDateTime": 7}).encode())
    assert (odd.has_expiry, odd.expires, odd.scope, odd.is_known) == (None, None, "anonymous", True)


async def test_a_subscription_costs_itself(wire: Wire, graph: Graph) -> None:
    """One odd subscription is unknown; a far or missing end is unknown too; the others are read."""
    good = {"id": "s1", "resource": "/drives/b!1/root", "expirationDateTime": "2026-12-01T00:00:00.0000000Z"}
    entries = [good, {"id": "s2", "expirationDateTime": MAX_VALUE}, {**good, "id": "s3", "expirationDateTime": 7}, {}]
    wire.script("GET", f"{BASE}/subscriptions", answer({"value": entries}))
    found = await subscriptions.list_all(graph)
    assert [(one.subscription_id, one.is_known, one.expires is None) for one in found.values] == [
        ("s1", True, False), ("s2", False, True), ("s3", True, True),
    ]  # fmt: skip
    assert found.unidentified == 1


async def test_a_part_of_a_batch_that_cannot_be_read_is_missing(wire: Wire, graph: Graph) -> None:
    """The other parts are read; that one is asked for again."""
    good = {"id": "0", "status": 200, "body": {"value": []}}
    parts = [{"responses": [good, {"id": "1", "status": "200"}]}, {"responses": [{**good, "id": "1"}]}]
    wire.script("POST", f"{BASE}/$batch", *(answer(part) for part in parts))
    found = await sharing.read_permissions(graph, [("d", "a"), ("d", "b")])
    assert list(found.values()) == [[], []]
    assert [len(seen.json["requests"]) for seen in wire.seen] == [2, 1]


async def test_a_label_with_an_odd_date_is_read(wire: Wire, graph: Graph) -> None:
    """When a label was applied may be unknown; which it is, is not."""
    told = {"name": "Finance 7y", "labelAppliedDateTime": MAX_VALUE}
    wire.script("GET", f"{BASE}/drives/d/items/i/retentionLabel", raw(json.dumps(told).encode()))
    label = await labels.read_label(graph, "d", "i")
    assert (label.name, label.applied) == ("Finance 7y", None)
