"""Retention labels on items."""

from __future__ import annotations

from typing import Any

import pytest

from custos.m365 import errors, labels
from custos.m365.graph import Graph
from tests.m365.scripted_server import Wire, answer, error, raw

ITEMS = "/graph/v1.0/sites/s/lists/l/items"
ITEM = "/graph/v1.0/drives/d/items/i/retentionLabel"
LABEL: dict[str, Any] = {
    "name": "Finance 7y",
    "isLabelAppliedExplicitly": True,
    "labelAppliedDateTime": "2026-11-01T10:00:00Z",
    "labelAppliedBy": {"application": {"id": "7777"}},
    "retentionSettings": {"behaviorDuringRetentionPeriod": "retain", "isLabelUpdateAllowed": True},
}


def row(number: int, **fields: Any) -> dict[str, Any]:
    return {"id": str(number), "fields": {"@odata.etag": "x", **fields}}


async def test_labels_of_a_list_are_read_in_bulk(wire: Wire, graph: Graph) -> None:
    """Rows of all pages: "" where there is no label, None where the list does not tell a record."""
    second = {"value": [row(19, _ComplianceTag=None), row(20, _ComplianceTag="Finance 7y")]}
    first = {
        "value": [row(17, _ComplianceTag="Finance 7y", _IsRecord="1"), row(18, _ComplianceTag="", _IsRecord=False)],
        "@odata.nextLink": f"{wire.url}{ITEMS}?$skiptoken=2",
    }
    wire.script("GET", ITEMS, answer(first), answer(second))
    rows = [one async for page in labels.label_pages(graph, "s", "l") for one in page.rows]
    assert [(one.list_item_id, one.label, one.is_record) for one in rows] == [
        (17, "Finance 7y", True),
        (18, "", False),
        (19, "", False),
        (20, "Finance 7y", None),
    ]
    assert wire.seen[0].query["$expand"].startswith("fields($select=_ComplianceTag")
    assert graph.throttle.spent().units == 4
    rest = [one async for one in labels.label_pages(graph, "s", "l", link=f"{wire.url}{ITEMS}?$skiptoken=2")]
    assert [one.list_item_id for page in rest for one in page.rows] == [19, 20]


@pytest.mark.parametrize("body", [b"{}", b'{"val', b'{"value":7}'])
async def test_a_page_of_list_items_that_is_not_whole_is_malformed(wire: Wire, graph: Graph, body: bytes) -> None:
    """Without a list of values: the labels are unknown."""
    wire.script("GET", ITEMS, raw(body))
    with pytest.raises(errors.Malformed):
        [one async for one in labels.label_pages(graph, "s", "l")]


async def test_the_label_of_one_item(wire: Wire, graph: Graph) -> None:
    """Name, explicit or inherited, and what it forbids."""
    wire.script("GET", ITEM, answer(LABEL))
    label = await labels.read_label(graph, "d", "i")
    assert (label.name, label.is_explicit, label.is_update_allowed, label.is_record) == (
        "Finance 7y",
        True,
        True,
        False,
    )
    assert label.applied_by == "7777"


@pytest.mark.parametrize("told", [answer({"name": None, "retentionSettings": None}), raw(b"", status=204)])
async def test_an_item_without_a_label_is_known_to_have_none(wire: Wire, graph: Graph, told: Any) -> None:
    """Nulls or nothing at all: no label, which is something else than unknown."""
    wire.script("GET", ITEM, told)
    label = await labels.read_label(graph, "d", "i")
    assert (label.name, label.is_record) == ("", False)


@pytest.mark.parametrize(
    ("behaviour", "record", "regulatory"),
    [("retainAsRecord", True, False), ("retainAsRegulatoryRecord", True, True), ("somethingNew", False, False)],
)
async def test_records_are_told(wire: Wire, graph: Graph, behaviour: str, record: bool, regulatory: bool) -> None:
    """Record and regulatory labels by their behaviour; words yet unknown do no harm."""
    wire.script("GET", ITEM, answer({**LABEL, "retentionSettings": {"behaviorDuringRetentionPeriod": behaviour}}))
    label = await labels.read_label(graph, "d", "i")
    assert (label.is_record, label.is_regulatory) == (record, regulatory)


async def test_many_labels_come_with_their_troubles(wire: Wire, graph: Graph) -> None:
    """In a batch, an item that cannot be read keeps its trouble, and the others are read."""
    locked = {"error": {"code": "notAllowed"}}
    told = [{"id": "0", "status": 200, "body": LABEL}, {"id": "1", "status": 423, "body": locked}]
    wire.script("POST", "/graph/v1.0/$batch", answer({"responses": told}))
    found = await labels.read_labels(graph, [("d", "i"), ("d", "j")])
    first = found["d", "i"]
    assert isinstance(first, labels.ItemLabel)
    assert first.name == "Finance 7y"
    assert isinstance(found["d", "j"], errors.Locked)


@pytest.mark.parametrize("status", [200, 201])
async def test_a_label_is_set_by_name(wire: Wire, graph: Graph, status: int) -> None:
    """The first label answers 201, later ones 200; both are success."""
    wire.script("PATCH", ITEM, answer(LABEL, status))
    assert (await labels.set_label(graph, "d", "i", "Finance 7y")).name == "Finance 7y"
    assert wire.seen[0].json == {"name": "Finance 7y"}
    assert graph.throttle.spent().units == 2


async def test_a_label_that_does_not_exist_is_refused(wire: Wire, graph: Graph) -> None:
    """400 is Refused with its code, and not tried again."""
    wire.script("PATCH", ITEM, error(400, "invalidRequest"))
    with pytest.raises(errors.Refused) as raised:
        await labels.set_label(graph, "d", "i", "No such")
    assert raised.value.code == "invalidRequest"
    assert len(wire.seen) == 1


async def test_a_label_is_taken_off(wire: Wire, graph: Graph) -> None:
    """DELETE, 204."""
    wire.script("DELETE", ITEM, raw(b"", status=204))
    await labels.clear_label(graph, "d", "i")
    assert wire.seen[0].method == "DELETE"


async def test_a_write_that_got_no_answer_says_that_it_may_have_happened(wire: Wire, graph: Graph) -> None:
    """A label write that fails to the end is Unavailable with `maybe_done`."""
    wire.script("PATCH", ITEM, error(502))
    with pytest.raises(errors.Unavailable) as raised:
        await labels.set_label(graph, "d", "i", "Finance 7y")
    assert raised.value.maybe_done
