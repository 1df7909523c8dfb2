"""Reading permissions where a sign asks for it, and nowhere else."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from custos.inventory.drive_source import Guests
from custos.inventory.mirror_reader import read_facts
from custos.inventory.permissions import ALL_EVERY, FOLDERS_EVERY, permission_rows
from custos.m365.permissions import Permission
from custos.m365.principals import Grantee
from tests.inventory.memory_library import BEGAN
from tests.inventory.synced_drive import Desk


async def _read_at(desk: Desk, item: str) -> object:
    tables = await read_facts(desk.account, desk.lakehouse, drives=[desk.drive_id])
    items = tables.frames["items"].lazy().filter(pl.col("item_id") == item).select("permissions_read_at").collect()
    return items.item()


async def test_only_what_is_shared_is_read(desk: Desk) -> None:
    """Of ten items, the shared one and the library's root are read."""
    await desk.settle()
    read = desk.lakehouse.read("permissions", drives=[desk.drive_id])
    assert set(read["item_id"]) == {"root", "id0009"}
    assert (await desk.state()).permissions_pending == 0


async def test_new_sharing_is_read_at_the_next_sync(desk: Desk) -> None:
    """An item that gets a link is read; one that loses its last link is read too, and its rows go."""
    await desk.settle()
    desk.library.edit("id0002", scope="anonymous", links=("L7",))
    desk.library.edit("id0009", scope=None, links=())
    await desk.sync()
    assert desk.is_true()


async def test_permissions_that_cannot_be_read_are_unknown(desk: Desk) -> None:
    """After a sign of sharing, permissions are unknown until they are read, and the old ones are not believed."""
    await desk.settle()
    assert await _read_at(desk, "id0009") is not None
    desk.library.unreadable.add("id0009")
    desk.library.edit("id0009", links=("L1", "L2"))
    await desk.sync()
    assert await _read_at(desk, "id0009") is None
    assert (await desk.state()).permissions_pending == 1
    desk.library.unreadable.clear()
    await desk.sync()
    assert await _read_at(desk, "id0009") is not None
    assert desk.is_true()


async def test_shared_folders_are_read_every_night(desk: Desk) -> None:
    """A folder's sharing that changed without a sign is found the next night."""
    desk.library.edit("id0001", scope="users", links=("L3",))
    await desk.settle()
    desk.library.share_silently("id0001", "L3", "L4")
    desk.clock.advance(FOLDERS_EVERY)
    await desk.sync()
    assert desk.is_true()


async def test_everything_shared_is_read_every_week(desk: Desk) -> None:
    """A link that changed without any sign is found within the week."""
    await desk.settle()
    desk.library.share_silently("id0009", "L1", "L9")
    desk.clock.advance(ALL_EVERY + timedelta(hours=1))
    await desk.sync()
    assert desk.is_true()


async def test_deleted_items_take_their_permissions_along(desk: Desk) -> None:
    """No permission outlives its item."""
    await desk.settle()
    desk.library.remove("id0009")
    await desk.sync()
    assert "id0009" not in desk.lakehouse.read("permissions", drives=[desk.drive_id])["item_id"]


def _grant(person: Grantee) -> Permission:
    return Permission(
        permission_id="P",
        kind="grant",
        scope="",
        link_type="",
        roles=("read", "write"),
        expires=None,
        has_password=None,
        inherited=False,
        grantees=(person,),
        web_url="",
        share_id="",
    )


def test_directory_tells_guests_from_staff() -> None:
    """A person whose name tells nothing is external when the directory says guest, internal when it knows the id."""
    unknown = Grantee(principal="user", login="i:0#.f|membership|x@wrenbridge.example", user_id="u1")
    stranger = Grantee(principal="user", email="x@elsewhere.example")
    for person, guests, external in (
        (unknown, Guests(frozenset({"u1"})), True),
        (unknown, Guests(is_whole=False), None),
        (unknown, Guests(), False),
        (stranger, Guests(), None),
    ):
        rows = permission_rows("d", {"i": [_grant(person)]}, guests, BEGAN)
        assert rows["external"].to_list() == [external]


def test_item_without_permissions_leaves_a_trace() -> None:
    """An item that was read and has none is told from one that was never read."""
    rows = permission_rows("d", {"i": []}, Guests(), BEGAN)
    assert rows.select("item_id", "permission_id", "read_at").rows() == [("i", "", BEGAN)]
