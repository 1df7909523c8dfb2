"""Entries that Microsoft tells in a way that cannot be understood: the library is complete but for them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from custos.inventory.columns import FACTS
from custos.inventory.drive_state import SyncState, Why
from custos.inventory.pending_changes import marks
from custos.m365.delta import _Times
from tests.inventory.synced_drive import Desk

NAMELESS: dict[str, Any] = {"name": None, "unread": ("name",)}
ENTRY: dict[str, Any] = {
    **dict.fromkeys(("name", "size", "etag", "created", "modified", "parent", "file", "folder", "sharepoint_ids")),
    "unread": ("name", "parentReference"),
}
FAR: dict[str, Any] = {
    "modified": datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    "created": datetime(1, 1, 1, tzinfo=UTC),
    "times": _Times(modified=datetime(1601, 1, 1, tzinfo=UTC)),
}


def row(desk: Desk, item: str) -> dict[str, Any]:
    """The mirror of one item."""
    return desk.lakehouse.read("items", drives=[desk.drive_id]).row(by_predicate=pl.col("item_id") == item, named=True)


async def complete(desk: Desk, odd: int) -> bool:
    """Whether the library is complete but for so many entries."""
    state = await desk.state()
    return (state.state, state.why, state.odd) == (SyncState.COMPLETE, Why.NONE, odd)


@pytest.mark.parametrize("full", [True, False], ids=["full", "changes"])
@pytest.mark.parametrize(
    ("told", "unreadable"),
    [(NAMELESS, "name"), (ENTRY, "name,parent_id"), (FAR, "created,modified,client_modified")],
    ids=["name", "entry", "dates"],
)
async def test_an_odd_entry_costs_itself(desk: Desk, told: dict[str, Any], unreadable: str, *, full: bool) -> None:
    """A file that was known is unknown in what cannot be read any more; all others are as they are, and it heals."""
    await desk.settle()
    before = desk.mirror()
    desk.library.odd["id0003"] = told
    desk.library.edit("id0003")
    assert (await desk.sync(full=full)).state is SyncState.COMPLETE
    assert await complete(desk, 1)
    assert row(desk, "id0003")["unreadable"] == unreadable
    for name in unreadable.split(","):
        assert row(desk, "id0003")[name] is None
    others = pl.col("item_id") != "id0003"
    assert desk.mirror().filter(others).equals(before.filter(others))
    assert desk.is_true()
    desk.library.odd.clear()
    await desk.sync(full=True)
    assert await complete(desk, 0)
    assert desk.is_true()


async def test_an_odd_entry_is_counted_however_the_turns_are_cut(desk: Desk) -> None:
    """A first reading in turns without time, with two odd entries on different pages, counts them."""
    desk.library.odd |= {"id0002": NAMELESS, "id0009": FAR}
    await desk.settle(deadline=0)
    assert await complete(desk, 2)
    await desk.sync()
    assert await complete(desk, 2)


async def test_sharing_of_an_unknown_file_is_read(desk: Desk) -> None:
    """Whether it is shared cannot be told from delta, so its permissions are asked for."""
    await desk.settle()
    desk.library.odd["id0003"] = {**ENTRY, "unread": (*ENTRY["unread"], "shared")}
    desk.library.edit("id0003", links=("L9",))
    await desk.sync()
    assert row(desk, "id0003")["shared_scope"] is None
    permissions = desk.lakehouse.read("permissions", drives=[desk.drive_id])
    assert "L9" in permissions.filter(pl.col("item_id") == "id0003")["permission_id"]


async def test_a_label_that_the_list_garbles_is_asked_for(desk: Desk) -> None:
    """A list item without fields does not stop the reading: its label is read from the file itself; else it is unknown."""
    await desk.settle()
    desk.library.odd_labels.add("id0003")
    desk.library.relabel_silently("id0003", "PLN-07")
    await desk.sync(full=True)
    assert desk.is_true()
    assert row(desk, "id0003")["label"] == "PLN-07"
    desk.library.unreadable.add("id0003")
    await desk.sync(full=True)
    assert row(desk, "id0003")["label"] is None
    labels = desk.lakehouse.read("items", drives=[desk.drive_id])["label"]
    assert labels.null_count() == 1


async def test_an_entry_without_an_id_is_never_a_deletion(desk: Desk) -> None:
    """What a full reading did not see may be what such an entry was about: it becomes unknown, and is kept."""
    await desk.settle()
    desk.library.nameless.add("id0004")
    desk.library.remove_unnoticed("id0005")
    assert (await desk.sync(full=True)).removed == 0
    assert await complete(desk, 3)
    for item in ("id0004", "id0005"):
        kept = row(desk, item)
        assert kept["unreadable"] == "entry"
        assert {kept[name] for name in FACTS if name != "unreadable"} == {None}
    desk.library.nameless.clear()
    assert (await desk.sync(full=True)).removed == 1
    assert await complete(desk, 0)
    assert desk.is_true()


async def test_an_entry_without_an_id_is_counted_until_all_is_read_again(desk: Desk) -> None:
    """In a round of changes nobody knows what it was about: it is told, until the next full reading."""
    await desk.settle()
    desk.library.nameless.add("id0004")
    desk.library.edit("id0004", name="renamed.docx")
    await desk.sync()
    assert await complete(desk, 1)
    await desk.sync()
    assert await complete(desk, 1)
    desk.library.nameless.clear()
    await desk.sync(full=True)
    assert await complete(desk, 0)
    assert desk.is_true()


async def test_a_folder_that_lost_its_name_touches_what_lies_in_it(desk: Desk) -> None:
    """What depends on the folder's name is evaluated again, without waiting for the nightly comparison."""
    await desk.settle()
    desk.library.odd["id0007"] = NAMELESS
    desk.library.edit("id0007")
    report = await desk.sync()
    assert report.waiting
    (mark,) = [mark for mark in await marks(desk.account) if mark.drive_id == desk.drive_id]
    assert "id0007" in mark.touched.below
