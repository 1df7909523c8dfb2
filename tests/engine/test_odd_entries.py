"""What Microsoft told in a way that cannot be understood is undecided, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest

from custos.engine.evaluate import evaluate
from custos.inventory.schema import ITEMS
from custos.policy import load_files
from tests.engine.inventory_builder import HOST, NOW, Inventory
from tests.policy.policies import bundle, policy, with_policy

SITE = "sites/housing-tenancy"
LIBRARY = f"{SITE}/Tenancy files"
ENTRY: dict[str, Any] = {
    **{name: None for name in ITEMS if name not in ("drive_id", "item_id", "label", "label_explicit", "is_record")},
    "unreadable": "entry",
}
"""An item of which nothing but its id can be read."""


@pytest.fixture
def inventory() -> Inventory:
    """A library with two folders and six files without a label, of which Microsoft told one thing oddly."""
    made = Inventory()
    made.library(made.site(SITE), "Tenancy files")
    for folder in ("T-1", "T-2"):
        made.folder(LIBRARY, folder)
        for number in range(3):
            made.file(LIBRARY, f"{folder} letter {number}", folder)
    return made


def odd(inventory: Inventory, item: str, **facts: Any) -> None:
    """Something about an item cannot be read."""
    row = next(row for row in inventory.rows["items"] if row["item_id"] == item)
    row |= facts


def counts(inventory: Inventory, when: str = "label: is_missing", about: str = "file") -> tuple[int, int]:
    """How many subjects a rule finds, and how many it cannot decide."""
    found = evaluate(bundle(policy(when=when, about=about)), inventory.facts(), NOW).counts["test-policy/something"]
    return found.matched, found.unknown


@pytest.mark.parametrize(
    "facts", [ENTRY, {"name": None}, {"parent_id": None}, {"is_folder": None}], ids=["entry", "name", "parent", "kind"]
)
def test_a_file_of_which_the_place_cannot_be_read_is_undecided(inventory: Inventory, facts: dict[str, Any]) -> None:
    """Whatever a rule asks, nothing is decided about it; its five neighbours are decided."""
    odd(inventory, "T-1 letter 0", **facts)
    assert counts(inventory) == (5, 1)


def test_a_date_that_cannot_be_read_is_unknown_to_those_who_ask_for_it(inventory: Inventory) -> None:
    """A rule about the date leaves the file undecided; a rule about its label does not."""
    odd(inventory, "T-1 letter 0", created=None, unreadable="created")
    assert counts(inventory, "file_created: {before: 2026-01-01}") == (5, 1)
    assert counts(inventory) == (6, 0)


@pytest.mark.parametrize(
    "facts", [ENTRY, {"name": None}, {"parent_id": None}, {}], ids=["entry", "name", "parent", "nobody told of it"]
)
def test_what_lies_in_a_folder_that_may_be_anywhere_is_decided_with_every_hold(
    inventory: Inventory, facts: dict[str, Any]
) -> None:
    """The files of a folder that lost its name or place are found, and held by a hold on any folder of their library."""
    if facts:
        odd(inventory, "T-1", **facts)
    else:
        inventory.rows["items"] = [row for row in inventory.rows["items"] if row["item_id"] != "T-1"]
    files = with_policy(policy())
    held = f"H-900,litigation,L,IA-005,,{HOST}/{SITE}/Tenancy%20files/T-2,,,2026-11-01,,,".encode()
    files["register/holds.csv"] = files["register/holds.csv"].splitlines()[0] + b"\n" + held + b"\n"
    found = list(evaluate(load_files(files), inventory.facts(), NOW).findings())
    letters = [one for one in found if one.subject.kind.value == "file" and "letter" in one.subject.item_id]
    assert {one.subject.item_id for one in letters} >= {
        f"{folder} letter {n}" for folder in ("T-1", "T-2") for n in range(3)
    }
    assert all(any(guard.code == "hold" for guard in one.protections) for one in letters)


def test_a_permission_that_cannot_be_read_is_undecided(inventory: Inventory) -> None:
    """It may be a link or a person's access: each rule has one more that it cannot decide, and the others stand."""
    inventory.link(LIBRARY, "T-1 letter 0", "L1")
    inventory.link(LIBRARY, "T-1 letter 1", "L2")
    inventory.grant(LIBRARY, "T-1 letter 2", "G1", "a@partner.example")
    assert counts(inventory, "link_scope: anonymous", "link") == (2, 0)
    nothing = dict.fromkeys(
        (
            "kind",
            "scope",
            "link_type",
            "roles",
            "has_expiry",
            "inherited",
            "principal",
            "login",
            "email",
            "domain",
            "user_id",
            "external",
        )
    )
    for item in ("T-1 letter 0", "T-2 letter 0"):
        inventory.link(LIBRARY, item, "#1")
        inventory.rows["permissions"][-1] |= nothing
    assert counts(inventory, "link_scope: anonymous", "link") == (2, 2)
    assert counts(inventory, "person_is_outside: yes", "grant") == (1, 2)
    assert counts(inventory, "outside_people: {more_than: 5}", "site") == (0, 1)
    assert counts(inventory, "anyone_link: yes") == (2, 1)


def test_links_of_a_file_without_a_name_are_undecided(inventory: Inventory) -> None:
    """Its sharing was read, but nobody can say where it is."""
    inventory.link(LIBRARY, "T-1 letter 0", "L1")
    inventory.link(LIBRARY, "T-1 letter 1", "L2")
    odd(inventory, "T-1 letter 0", name=None, unreadable="name")
    assert counts(inventory, "link_scope: anonymous", "link") == (1, 1)


def test_a_file_whose_sharing_cannot_be_read_is_undecided(inventory: Inventory) -> None:
    """Whether it is shared is unknown until its permissions are read, not "no"."""
    odd(inventory, "T-1 letter 0", shared_scope=None, unreadable="shared_scope")
    assert counts(inventory, "link_scope: anonymous", "link") == (0, 1)
    assert counts(inventory, "anyone_link: yes") == (0, 1)


def test_a_link_whose_end_cannot_be_read_is_undecided(inventory: Inventory) -> None:
    """An expiry in the year 9999 is neither an end nor none."""
    inventory.link(LIBRARY, "T-1 letter 0", "L1", has_expiry=None)
    inventory.link(LIBRARY, "T-1 letter 1", "L2")
    assert counts(inventory, "link_expires: is_missing", "link") == (1, 1)
