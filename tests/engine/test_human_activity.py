"""The last work by a person: who counts, how sure it is, and what cannot be told."""

from __future__ import annotations

from typing import Any

import pytest

from custos.engine.evaluate import evaluate
from custos.policy import Bundle, load_files
from tests.engine.inventory_builder import BOT, MIGRATION, NOW, Inventory, day
from tests.policy.policies import policy, with_policy

SITE, LIBRARY = "sites/regulatory", "sites/regulatory/Licences"
APP = {"modified_by": BOT, "modified_by_kind": "app"}


def asking(about: str) -> Bundle:
    """A policy that finds whatever has been quiet for a year and tells its activity."""
    when = "last_human_activity:\n  older_than: 1 year"
    return load_files(
        with_policy(
            policy(about=about, when=when, because="{last_human_activity} {activity_confidence} {files} {size}")
        )
    )


def said(inventory: Inventory, about: str) -> list[str]:
    """What is quiet, with its activity in words."""
    findings = evaluate(asking(about), inventory.facts(), NOW).findings()
    return sorted(f"{one.subject.name}: {one.because}" for one in findings)


def one_file(**changes: Any) -> Inventory:
    """A library with a file."""
    inventory = Inventory()
    inventory.library(inventory.site(SITE), "Licences")
    inventory.file(LIBRARY, "licence", **changes)
    return inventory


def test_a_change_by_a_person_is_certain() -> None:
    """The server's date counts when a person made the change."""
    assert said(one_file(modified=day("2025-01-02")), "library") == ["Licences: 2 January 2025 certain 1 1.0 KB"]


@pytest.mark.parametrize("machine", [APP, {"modified_by": MIGRATION}])
def test_the_bot_and_the_migration_account_are_nobody(machine: dict[str, Any]) -> None:
    """Their change of yesterday is discounted; the file's own date is taken, and called so."""
    inventory = one_file(modified=day("2026-11-21"), client_modified=day("2013-05-06"), **machine)
    assert said(inventory, "library") == ["Licences: 6 May 2013 file date 1 1.0 KB"]


def test_a_file_date_in_the_future_is_not_believed() -> None:
    """A file's own date is never later than the server's."""
    inventory = one_file(modified=day("2020-01-01"), client_modified=day("2099-01-01"), **APP)
    assert said(inventory, "library") == ["Licences: 1 January 2020 file date 1 1.0 KB"]


def test_without_a_file_date_a_machines_change_leaves_bounds() -> None:
    """It was certainly no later than the machine's change: quiet when that is old, unknown when it is fresh."""
    old = one_file(modified=day("2020-01-01"), client_modified=None, **APP)
    assert len(said(old, "library")) == 1
    fresh = one_file(modified=day("2026-11-21"), client_modified=None, **APP)
    assert said(fresh, "library") == []
    assert evaluate(asking("library"), fresh.facts(), NOW).unknown == {"test-policy/something": 1}


def test_a_fresh_file_decides_whatever_else_is_unknown() -> None:
    """One certain change of last week is enough to know that a library is in use."""
    inventory = one_file(modified_by_kind=None)
    inventory.file(LIBRARY, "other")
    evaluation = evaluate(asking("library"), inventory.facts(), NOW)
    assert evaluation.counts["test-policy/something"].matched == 0
    assert evaluation.unknown == {}


def test_folders_are_judged_with_everything_below_them() -> None:
    """A quiet folder with a busy one inside is busy; its quiet neighbour is found with all its files."""
    inventory = one_file()
    old = {"modified": day("2015-03-04"), "client_modified": day("2015-03-04")}
    for case in ("A", "B"):
        inventory.folder(LIBRARY, case)
        inventory.folder(LIBRARY, f"{case}/1", case)
        inventory.folder(LIBRARY, f"{case}/1/x", f"{case}/1")
        inventory.file(LIBRARY, f"{case}-letter", case, **old)
    inventory.file(LIBRARY, "A-deep", "A/1/x")
    inventory.file(LIBRARY, "B-deep", "B/1/x", **old)
    found = said(inventory, "folder")
    assert "B: 4 March 2015 certain 2 2.0 KB" in found
    assert "B/1/x: 4 March 2015 certain 1 1.0 KB" in found
    assert not [line for line in found if line.startswith("A")]


def test_a_site_is_as_lively_as_its_liveliest_library() -> None:
    """One busy library keeps a site from being asked about; empty ones say nothing."""
    inventory = one_file(modified=day("2015-01-01"), client_modified=day("2015-01-01"))
    inventory.library(SITE, "Empty")
    assert said(inventory, "site") == [f"{SITE}: 1 January 2015 certain 1 1.0 KB"]
    inventory.file(inventory.library(SITE, "Busy"), "new")
    assert said(inventory, "site") == []


def test_a_site_with_an_unread_library_is_unknown() -> None:
    """What lies in the unread library may be fresh."""
    inventory = one_file(modified=day("2015-01-01"), client_modified=day("2015-01-01"))
    inventory.library(SITE, "Unread", state="pending")
    evaluation = evaluate(asking("site"), inventory.facts(), NOW)
    assert evaluation.counts["test-policy/something"].matched == 0
    assert evaluation.unknown == {"test-policy/something": 1}


def test_the_passing_of_time_alone_makes_content_stale() -> None:
    """The same facts a year later are a finding: nothing is read again."""
    inventory = one_file(modified=day("2026-11-01"))
    assert said(inventory, "library") == []
    later = evaluate(asking("library"), inventory.facts(), NOW.replace(year=2027))
    assert len(list(later.findings())) == 1
