"""Which files a link that anyone can open reaches."""

from __future__ import annotations

from datetime import timedelta

import pytest

from custos.engine.frames import Frames
from custos.engine.register_locations import place_registers
from custos.engine.site_facts import site_facts
from custos.model.subject import Kind
from tests.engine.inventory_builder import NOW, Inventory
from tests.policy.policies import shipped

LIBRARY = "sites/housing-tenancy/Tenancy files"


def reached(inventory: Inventory, kind: Kind = Kind.FILE) -> dict[str, bool | None]:
    """`anyone_link` by item."""
    facts = inventory.facts()
    frames = Frames(facts, shipped(), site_facts(place_registers(shipped(), facts), facts, NOW), NOW)
    rows = frames.of(kind, frozenset({"anyone_link"})).collect()
    return dict(rows.select("item_id", "anyone_link").iter_rows())


@pytest.fixture
def inventory() -> Inventory:
    """A library with a file at its top, and a folder in a folder with a file in each."""
    made = Inventory()
    made.library(made.site("sites/housing-tenancy"), "Tenancy files")
    made.file(LIBRARY, "top")
    made.folder(LIBRARY, "outer")
    made.file(LIBRARY, "in-outer", "outer")
    made.folder(LIBRARY, "inner", "outer")
    made.file(LIBRARY, "in-inner", "inner")
    return made


def read(inventory: Inventory, item: str, **changes: object) -> None:
    """Say of an item what was read of its sharing."""
    next(row for row in inventory.rows["items"] if row["item_id"] == item).update(permissions_read_at=NOW, **changes)


def test_no_link_reaches_nothing(inventory: Inventory) -> None:
    """Without a link nothing is open, and that is known."""
    assert reached(inventory) == {"top": False, "in-outer": False, "in-inner": False}


def test_link_on_a_folder_reaches_everything_below(inventory: Inventory) -> None:
    """A link on a folder opens its files and those of its folders, and nothing beside it."""
    read(inventory, "outer", shared_scope="anonymous")
    inventory.link(LIBRARY, "outer", "everybody")
    assert reached(inventory) == {"top": False, "in-outer": True, "in-inner": True}
    assert reached(inventory, Kind.FOLDER) == {"outer": True, "inner": True}


def test_link_on_a_file_reaches_that_file(inventory: Inventory) -> None:
    """A link on a file opens no other."""
    read(inventory, "in-outer", shared_scope="anonymous")
    inventory.link(LIBRARY, "in-outer", "everybody")
    assert reached(inventory) == {"top": False, "in-outer": True, "in-inner": False}


def test_link_that_has_ended_reaches_nothing(inventory: Inventory) -> None:
    """A link whose day has passed opens nothing; one that ends tomorrow still does."""
    read(inventory, "top", shared_scope="anonymous")
    read(inventory, "outer", shared_scope="anonymous")
    inventory.link(LIBRARY, "top", "old", has_expiry=True, expires=NOW - timedelta(days=1))
    inventory.link(LIBRARY, "outer", "new", has_expiry=True, expires=NOW + timedelta(days=1))
    assert reached(inventory) == {"top": False, "in-outer": True, "in-inner": True}


def test_broken_inheritance_shuts_the_link_out(inventory: Inventory) -> None:
    """An item whose entries are all its own has nothing of its folder's; one that also inherits has."""
    read(inventory, "outer", shared_scope="anonymous")
    inventory.link(LIBRARY, "outer", "everybody")
    for item, inherited in (("inner", False), ("in-outer", True)):
        read(inventory, item, shared_scope="users")
        inventory.grant(LIBRARY, item, "somebody", "a@partner.example")
        inventory.grant(LIBRARY, item, "members", "b@wrenbridge.example", inherited=inherited)
    assert reached(inventory) == {"top": False, "in-outer": True, "in-inner": False}


def test_what_was_not_read_is_unknown(inventory: Inventory) -> None:
    """A shared folder whose entries were not read leaves everything below undecided."""
    row = next(row for row in inventory.rows["items"] if row["item_id"] == "outer")
    row.update(shared_scope="anonymous")
    assert reached(inventory) == {"top": False, "in-outer": None, "in-inner": None}
