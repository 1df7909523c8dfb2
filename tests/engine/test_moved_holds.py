"""A hold follows what it was placed on: a file or a folder, moved or renamed, to any place, also while nobody knows yet."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from custos.engine.register_locations import place_registers
from tests.engine.inventory_builder import HOST, Inventory, day
from tests.engine.test_register_locations import HOLD, changed, labelled

SITE, OTHER = "sites/housing-tenancy", "sites/planning-casework"
GUID = "c0ffee00-1234-4abc-a123-0123456789ab"
type Move = Callable[[Inventory, str, str], str]


def renamed(inventory: Inventory, arrears: str, _: str) -> str:
    """The file gets another name where it lies."""
    inventory.rows["items"][-1] |= {"name": "new.docx"}
    inventory.leaves(arrears, "file", "HJ", "file", name="file")
    return "file"


def moved_within(inventory: Inventory, arrears: str, _: str) -> str:
    """The file is moved to the library's root."""
    inventory.rows["items"][-1] |= {"parent_id": "root"}
    inventory.leaves(arrears, "file", "HJ", "file")
    return "file"


def moved_away(**same: object) -> Move:
    """The file is another item in another library, with only what is told of it the same."""

    def move(inventory: Inventory, arrears: str, there: str) -> str:
        unlike = {"name": "there", "created": day("2026-11-19"), "content_hash": "other", "etag": "e"}
        inventory.file(there, "there", **(unlike | same))
        inventory.leaves(arrears, "file", "HJ", "file", unique_id=GUID, content_hash="hash")
        inventory.remove(arrears, "file")
        return "there"

    return move


def seen_there_first(inventory: Inventory, arrears: str, there: str) -> str:
    """The other library was read after the move, the library that the file left was not."""
    inventory.rows["states"][0] |= {"synced_at": day("2026-11-20")}
    inventory.file(there, "there", name="file", seen_at=day("2026-11-21"))
    return "there"


def folder_renamed(inventory: Inventory, arrears: str, _: str) -> str:
    """The folder in which the file lies has another name."""
    inventory.leaves(arrears, "HJ", "HJ")
    for row in inventory.rows["items"]:
        if row["item_id"] == "HJ":
            row |= {"name": "Done"}
    return "file"


MOVES: dict[str, Move] = {
    "renamed": renamed,
    "moved within the library": moved_within,
    "moved away, its unique id survives": moved_away(etag=f'"{{{GUID.upper()}}},3"'),
    "moved away, its name and creation survive": moved_away(name="file", created=day("2020-01-01")),
    "deleted and uploaded elsewhere": moved_away(content_hash="hash"),
    "seen where it went before it was missed": seen_there_first,
    "its folder was renamed": folder_renamed,
}


@pytest.mark.parametrize(
    "target", [(SITE, "Complaints"), (OTHER, "Building control")], ids=["same asset", "another asset"]
)
@pytest.mark.parametrize("held", ["/Arrears/HJ/file", "/Arrears/HJ", "/Arrears", ""])
@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES)
def test_what_is_moved_stays_held(move: Move, held: str, target: tuple[str, str]) -> None:
    """Whatever the hold names, the file or what it lay in, and wherever the file went, it is held there; a neighbour is not."""
    inventory = Inventory()
    arrears = inventory.library(inventory.site(SITE), "Arrears")
    site = inventory.site(target[0]) if target[0] != SITE else SITE
    there = inventory.library(site, target[1])
    inventory.file(there, "neighbour", created=day("2024-01-01"))
    inventory.folder(arrears, "HJ")
    inventory.file(arrears, "file", "HJ", content_hash="hash")
    moved = move(inventory, arrears, there)
    location = f"{HOST}/{SITE}{held}" if held else ""
    bundle = changed("holds", HOLD.format(asset="IA-005", location=location))
    found = labelled(bundle, inventory.facts())
    assert "H-061" in found[moved]
    if held and target[0] == OTHER:
        assert found["neighbour"] == []


def test_what_left_before_the_hold_began_is_free() -> None:
    """A hold covers what was there when it began."""
    inventory = Inventory()
    arrears = inventory.library(inventory.site(SITE), "Arrears")
    inventory.folder(arrears, "HJ")
    inventory.file(arrears, "file")
    inventory.leaves(arrears, "file", "HJ", "file", left_at=day("2026-10-30"))
    bundle = changed("holds", HOLD.format(asset="IA-005", location=f"{HOST}/{SITE}/Arrears/HJ"))
    assert labelled(bundle, inventory.facts()) == {"file": []}


def test_a_copy_is_free_once_the_original_was_seen_again() -> None:
    """The library of the original was read after the copy appeared, and the original is there."""
    inventory = Inventory()
    arrears = inventory.library(inventory.site(SITE), "Arrears")
    there = inventory.library(inventory.site(OTHER), "Building control")
    inventory.file(arrears, "file")
    inventory.file(there, "copy", name="file", seen_at=day("2026-11-20"))
    inventory.rows["states"][0] |= {"synced_at": day("2026-11-21")}
    bundle = changed("holds", HOLD.format(asset="IA-005", location=f"{HOST}/{SITE}/Arrears"))
    assert labelled(bundle, inventory.facts()) == {"file": ["H-061"], "copy": []}


def test_what_is_gone_without_a_trace_makes_the_hold_cover_its_asset_and_is_told() -> None:
    """The held file is nowhere in the mirror: until it is found all of the asset is held, and every listing says so."""
    inventory = Inventory()
    arrears = inventory.library(inventory.site(SITE), "Arrears")
    elsewhere = inventory.library(SITE, "Complaints")
    inventory.file(arrears, "held")
    inventory.file(elsewhere, "letter", created=day("2024-01-01"))
    location = f"{HOST}/{SITE}/Arrears/held"
    bundle = changed("holds", HOLD.format(asset="IA-005", location=location))
    assert labelled(bundle, inventory.facts()) == {"held": ["H-061"], "letter": []}
    inventory.leaves(arrears, "held", "held")
    inventory.remove(arrears, "held")
    assert labelled(bundle, inventory.facts()) == {"letter": ["H-061"]}
    told = [one.sentence for one in place_registers(bundle, inventory.facts()).doubts() if one.reference == "H-061"]
    assert any("it is not known where to" in sentence for sentence in told)


def test_where_something_is_held_now_is_told() -> None:
    """The row is listed with the present address, so that somebody writes it down."""
    inventory = Inventory()
    arrears = inventory.library(inventory.site(OTHER), "Building control")
    inventory.file(arrears, "file")
    inventory.leaves(arrears, "file", "HJ", "file")
    bundle = changed("holds", HOLD.format(asset="IA-004", location=f"{HOST}/{OTHER}/Building control/HJ"))
    told = [one.sentence for one in place_registers(bundle, inventory.facts()).left()]
    assert told == [
        f"H-061: something that it covers was moved to {HOST}/{OTHER}/Building control/file, and is held there. Write the new address."
    ]
