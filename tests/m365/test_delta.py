"""Delta pages."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from custos.m365 import delta, errors
from custos.m365.graph import Graph
from tests.m365.scripted_server import Wire, answer, error, raw

FEED = "/graph/v1.0/drives/b!A/root/delta"
ITEM: dict[str, Any] = {
    "id": "01AAA",
    "name": "plan.docx",
    "size": 48211,
    "eTag": '"{E1},7"',
    "createdDateTime": "2023-01-01T00:00:00Z",
    "lastModifiedDateTime": "2026-10-01T09:00:00.1234567Z",
    "lastModifiedBy": {"user": {"id": "5555", "displayName": "Ann", "email": None}},
    "fileSystemInfo": {"lastModifiedDateTime": "2022-06-06T00:00:00Z"},
    "parentReference": {"driveId": "b!A", "id": "01ROOT", "siteId": "1111"},
    "file": {"mimeType": "x", "hashes": {"quickXorHash": "abc="}},
    "shared": {"scope": "anonymous"},
    "sharepointIds": {"listItemId": "17", "listItemUniqueId": "6666"},
    "@microsoft.graph.sharedChanged": "True",
    "somethingNew": {"a": [1]},
}
GONE = {"id": "01BBB", "deleted": {"state": "deleted"}, "parentReference": {"driveId": "b!A"}}


def page(wire: Wire, items: list[Any], following: str = "", last: str = "") -> Any:
    body: dict[str, Any] = {"value": items}
    if following:
        body["@odata.nextLink"] = f"{wire.url}{FEED}{following}"
    if last:
        body["@odata.deltaLink"] = f"{wire.url}{FEED}{last}"
    return answer(body)


async def test_pages_are_followed_to_the_delta_link(wire: Wire, graph: Graph) -> None:
    """An empty last page with the deltaLink is part of the round; Prefer goes with every page; units are those of a
    round.
    """
    wire.script(
        "GET", FEED, page(wire, [ITEM], "?token=2"), page(wire, [GONE], "?token=3"), page(wire, [], "", "?token=z")
    )
    found = [one async for one in delta.pages(graph, "b!A")]
    assert [len(one.items) for one in found] == [1, 1, 0]
    assert found[-1].delta_link.endswith("?token=z")
    assert all(seen.headers["Prefer"] == ", ".join(delta.PREFER) for seen in wire.seen)
    assert wire.seen[0].query["$top"] == "1000"
    assert "sharepointIds" in wire.seen[0].query["$select"]
    assert graph.throttle.spent().units == 6


async def test_a_round_of_changes_costs_one_unit_a_page(wire: Wire, graph: Graph) -> None:
    """From a deltaLink on, a page costs one unit; the rest of a broken-off full round costs two."""
    wire.script("GET", FEED, page(wire, [], "", "?token=z"))
    link = f"{wire.url}{FEED}?token=y"
    assert [one async for one in delta.pages(graph, "b!A", link=link)]
    assert graph.throttle.spent().units == 1
    assert [one async for one in delta.pages(graph, "b!A", link=link, full=True)]
    assert graph.throttle.spent().units == 3


async def test_an_item_is_read_with_the_fields_of_the_inventory(wire: Wire, graph: Graph) -> None:
    """Every field finds its place; unknown ones and nulls do no harm."""
    wire.script("GET", FEED, page(wire, [ITEM, GONE, {"id": "R", "name": "root", "root": {}}], "", "?token=z"))
    [only] = [one async for one in delta.pages(graph, "b!A")]
    item, gone, root = only.items
    assert (item.name, item.size, item.parent_id, item.list_item_id) == ("plan.docx", 48211, "01ROOT", 17)
    assert item.client_modified == datetime(2022, 6, 6, tzinfo=UTC)
    assert (item.content_hash, item.shared_scope, item.sharing_changed) == ("abc=", "anonymous", True)
    assert (item.modified_by, item.modified_by_kind, item.is_folder) == ("5555", "person", False)
    assert (gone.deleted is not None, gone.name, gone.unread) == (True, None, ())
    assert (root.is_folder, root.parent_id) == (True, "")


@pytest.mark.parametrize(
    ("who", "kind"),
    [
        ({"user": {"id": "5"}}, "person"),
        ({"application": {"id": "7"}}, "app"),
        ({"application": {"id": "7"}, "user": {"displayName": "SharePoint App"}}, "app"),
        ({"user": {"displayName": "System Account"}}, "app"),
        ({}, None),
        (None, None),
        ("Ann", None),
    ],
)
def test_people_are_told_from_applications(who: Any, kind: str | None) -> None:
    """Only a user with an Entra id is a person; where nobody said who, that is unknown."""
    body = {"value": [{"id": "1", "name": "a", "lastModifiedBy": who}], "@odata.deltaLink": "x"}
    assert delta.page_from(json.dumps(body).encode()).items[0].modified_by_kind == kind


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>busy</html>",
        b'{"value":[{"id":"1","na',
        b'{"value":[]}',
        b'{"@odata.deltaLink":"x"}',
        b'{"value":[],"@odata.nextLink":"x","@odata.deltaLink":"y"}',
        b'{"value":[],"@odata.nextLink":7}',
        b'{"value":{},"@odata.deltaLink":"x"}',
    ],
)
async def test_a_page_that_is_not_whole_is_malformed(wire: Wire, graph: Graph, body: bytes) -> None:
    """Cut short, HTML, without value or link: the drive is incomplete, not empty."""
    wire.script("GET", FEED, raw(body))
    with pytest.raises(errors.Malformed):
        [one async for one in delta.pages(graph, "b!A")]


async def test_a_lapsed_link_tells_where_to_begin_anew(wire: Wire, graph: Graph) -> None:
    """410 raises Gone with the location."""
    place = f"{wire.url}{FEED}?token=fresh"
    wire.script("GET", FEED, error(410, "resyncChangesApplyDifferences", headers={"Location": place}))
    with pytest.raises(errors.Gone) as raised:
        [one async for one in delta.pages(graph, "b!A", link=f"{wire.url}{FEED}?token=old")]
    assert raised.value.location == place


async def test_a_location_on_another_host_is_not_handed_out(wire: Wire, graph: Graph) -> None:
    """A Location that leads elsewhere is Malformed."""
    wire.script("GET", FEED, error(410, headers={"Location": "https://evil.example/x"}))
    with pytest.raises(errors.Malformed):
        [one async for one in delta.pages(graph, "b!A", link=f"{wire.url}{FEED}?token=old")]


async def test_a_next_link_on_another_host_ends_the_round(wire: Wire, graph: Graph) -> None:
    """The pages before it are given, then Malformed is raised."""
    wire.script("GET", FEED, answer({"value": [ITEM], "@odata.nextLink": "https://evil.example/x"}))
    feed = delta.pages(graph, "b!A")
    assert len((await anext(feed)).items) == 1
    with pytest.raises(errors.Malformed):
        await anext(feed)


async def test_a_page_that_fails_after_two_good_ones_is_raised(wire: Wire, graph: Graph) -> None:
    """The round does not end quietly when a later page cannot be had."""
    wire.script("GET", FEED, page(wire, [ITEM], "?token=2"), page(wire, [ITEM], "?token=3"), error(500))
    feed = delta.pages(graph, "b!A")
    assert [len((await anext(feed)).items) for _ in range(2)] == [1, 1]
    with pytest.raises(errors.Unavailable):
        await anext(feed)


async def test_the_next_page_is_under_way_while_the_caller_works(wire: Wire, graph: Graph) -> None:
    """While the first page is in hand, the second is asked for; stopping early leaves nothing running."""

    asked = asyncio.Event()

    async def slow(_: web.Request) -> web.Response:
        asked.set()
        await asyncio.Event().wait()  # until the caller hangs up
        return web.Response()

    wire.script("GET", FEED, page(wire, [ITEM], "?token=2"), slow)
    async with aclosing(delta.pages(graph, "b!A")) as feed:
        await anext(feed)
        await asked.wait()
        assert wire.seen[1].query["token"] == "2"


async def test_latest_starts_watching_without_enumerating(wire: Wire, graph: Graph) -> None:
    """`token=latest` gives the deltaLink of now, asked for with the fields that later rounds need: the link keeps them."""
    wire.script("GET", FEED, page(wire, [], "", "?token=now"))
    assert (await delta.latest(graph, "b!A")).endswith("?token=now")
    assert wire.seen[0].query["token"] == "latest"
    assert wire.seen[0].query["$select"] == delta.FIELDS
