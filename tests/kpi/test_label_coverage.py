"""Label coverage: by the asset's own entries, of files that are old enough, of what is known."""

from __future__ import annotations

from datetime import timedelta

from custos.kpi.inputs import Inputs
from custos.kpi.labels import label_coverage
from tests.engine.inventory_builder import NOW, Inventory
from tests.policy.policies import shipped

SITE = "sites/housing-tenancy"
OWN, ANOTHERS = "HOU-01 Tenancy ended 6y", "INF-01 Information request 3y"


def counted(inventory: Inventory) -> tuple[int, int, int]:
    """Met, of, unknown of the whole inventory."""
    rows = list(label_coverage(Inputs(shipped(), inventory.facts(), NOW)))
    return sum(row.met for row in rows), sum(row.of for row in rows), sum(row.unknown for row in rows)


def test_only_a_label_of_the_assets_entries_counts() -> None:
    """Another asset's label is no cover, and an unlabelled file is none."""
    inventory = Inventory()
    inventory.site(SITE)
    library = inventory.library(SITE, "Repairs correspondence")
    inventory.file(library, "right", label=OWN)
    inventory.file(library, "anothers", label=ANOTHERS)
    inventory.file(library, "bare", label="")
    assert counted(inventory) == (1, 3, 0)


def test_what_is_young_or_unread_is_left_out() -> None:
    """A file of this week is not counted, one whose label was not read is unknown, and a folder is no file."""
    inventory = Inventory()
    inventory.site(SITE)
    library = inventory.library(SITE, "Repairs correspondence")
    today = NOW - timedelta(days=2)
    inventory.file(library, "young", created=today, modified=today, client_modified=today)
    inventory.file(library, "unread", label=None)
    inventory.folder(library, "folder")
    assert counted(inventory) == (0, 0, 1)


def test_an_unregistered_site_is_not_counted() -> None:
    """Where no asset is, no entry can be right: register coverage says so, and not this indicator."""
    inventory = Inventory()
    inventory.site("sites/gis-working")
    inventory.file(inventory.library("sites/gis-working", "Shared Documents"), "loose", label="")
    assert counted(inventory) == (0, 0, 0)
