"""Writes on people's content: sent once, and not after their time. Whoever wants one again looks at what stands first."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from custos.m365 import errors, labels, sharing, site_admin
from custos.m365.graph import Graph
from custos.m365.sharepoint import SharePoint
from tests.m365.scripted_server import Wire, answer, error, hang_up
from tests.m365.test_sharepoint import BULK, PROPERTIES, SITE, properties, refused, sharepoint

__all__ = ["sharepoint"]

type Write = Callable[[Graph, float], Awaitable[object]]

ITEM = "/graph/v1.0/drives/d/items/i"
WRITES: dict[str, tuple[str, str, Write]] = {
    "set a label": (
        "PATCH",
        f"{ITEM}/retentionLabel",
        lambda graph, until: labels.set_label(graph, "d", "i", "x", until=until),
    ),
    "take a label off": (
        "DELETE",
        f"{ITEM}/retentionLabel",
        lambda graph, until: labels.clear_label(graph, "d", "i", until=until),
    ),
    "set a link's end": (
        "PATCH",
        f"{ITEM}/permissions/p",
        lambda graph, until: sharing.set_link_expiry(graph, "d", "i", "p", datetime.now(UTC), until=until),
    ),
    "remove a permission": (
        "DELETE",
        f"{ITEM}/permissions/p",
        lambda graph, until: sharing.remove_permission(graph, "d", "i", "p", until=until),
    ),
    "take people off a link": (
        "POST",
        f"{ITEM}/permissions/p/revokeGrants",
        lambda graph, until: sharing.remove_people(graph, "d", "i", "p", emails=["a@b.c"], until=until),
    ),
    "invite": (
        "POST",
        f"{ITEM}/invite",
        lambda graph, until: sharing.invite(graph, "d", "i", emails=["a@b.c"], roles=["read"], until=until),
    ),
}
TROUBLES = {"cut off": hang_up, "a gateway's error": error(504), "throttled": error(429, "TooManyRequests")}


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("write", WRITES)
async def test_a_write_is_never_repeated_by_itself(wire: Wire, graph: Graph, write: str, trouble: str) -> None:
    """Cut off, failed or throttled (K4): it is sent once, and whoever asked for it hears whether it may have happened."""
    method, path, send = WRITES[write]
    wire.script(method, path, TROUBLES[trouble])
    with pytest.raises((errors.Unavailable, errors.Throttled)) as raised:
        await send(graph, time.time() + 60)
    assert len(wire.calls(path)) == 1
    assert getattr(raised.value, "maybe_done", False) is (trouble != "throttled")


@pytest.mark.parametrize("write", WRITES)
async def test_a_late_write_does_not_leave(wire: Wire, graph: Graph, write: str) -> None:
    """A worker that stood still past the time of its write sends nothing (K5), however far the write had come."""
    method, path, send = WRITES[write]
    wire.script(method, path, answer({}))
    with pytest.raises(errors.Late):
        await send(graph, time.time() - 0.001)
    assert wire.calls(path) == []


async def test_labels_in_bulk_are_sent_once_and_never_late(wire: Wire, sharepoint: SharePoint) -> None:
    """SharePoint's bulk call is no exception, whatever the library would retry."""
    for number, trouble in enumerate((hang_up, refused(502), refused(429, **{"Retry-After": "0.01"})), start=1):
        wire.script("POST", BULK, trouble)
        with pytest.raises(errors.MicrosoftTrouble):
            await labels.set_labels_in_bulk(sharepoint, SITE, SITE, "x", [1], until=time.time() + 60)
        assert len(wire.calls(BULK)) == number
    with pytest.raises(errors.Late):
        await labels.set_labels_in_bulk(sharepoint, SITE, SITE, "x", [1], until=time.time() - 0.001)
    assert len(wire.calls(BULK)) == 3


async def test_a_sites_sharing_is_set_once_and_never_late(wire: Wire, sharepoint: SharePoint) -> None:
    """The administration's update is not repeated by the library either."""
    update = f"{PROPERTIES.rpartition('/')[0]}/sites('1111')"
    wire.script("POST", PROPERTIES, properties(1))
    wire.script("POST", update, hang_up)
    for moment, sent in ((time.time() - 0.001, 0), (time.time() + 60, 1)):
        with pytest.raises(errors.MicrosoftTrouble):
            await site_admin.set_sharing_capability(sharepoint, SITE, "disabled", until=moment)
        assert [seen.path for seen in wire.seen].count(update) == sent, [seen.path for seen in wire.seen]
