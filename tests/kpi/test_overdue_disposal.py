"""Overdue disposal: by the schedule's own periods, from days that the mirror knows, and of nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from custos.kpi.disposal import overdue_disposal
from custos.kpi.inputs import Inputs
from custos.kpi.model import Counted
from custos.notices.model import Verb
from custos.policy import Bundle
from custos.records.address import told_address
from custos.records.model import Hold
from tests.engine.inventory_builder import HOST, NOW, Inventory, day
from tests.notices.test_cards import case, line
from tests.policy.policies import shipped

SITE = "sites/housing-tenancy"
TRANSITORY, TENANCY, FOR_GOOD = "GEN-01 Transitory 60d", "HOU-01 Tenancy ended 6y", "PLN-01 Planning register permanent"


def library(inventory: Inventory) -> str:
    inventory.site(SITE)
    return inventory.library(SITE, "Repairs correspondence")


def row(inventory: Inventory, bundle: Bundle | None = None, **known: object) -> Counted:
    """The sum of all rows, with the first one's reason."""
    rows = list(overdue_disposal(replace(Inputs(bundle or shipped(), inventory.facts(), NOW), **known)))  # type: ignore[arg-type]
    return replace(
        rows[0],
        of=sum(one.of for one in rows),
        met=sum(one.met for one in rows),
        unknown=sum(one.unknown for one in rows),
    )


def counted(inventory: Inventory, **known: object) -> tuple[int, int, int]:
    """Overdue, due, unknown."""
    found = row(inventory, **known)
    return found.met, found.of, found.unknown


@pytest.mark.parametrize(
    ("created", "expected"),
    [
        ("2026-07-24", (1, 1, 0)),  # due on 22 September, 61 days ago
        ("2026-07-25", (0, 1, 0)),  # 60 days ago: in its grace
        ("2026-09-22", (0, 1, 0)),  # due yesterday
        ("2026-09-23", (0, 0, 0)),  # due today
    ],
)
def test_sixty_days_from_its_creation_and_sixty_of_grace(created: str, expected: tuple[int, int, int]) -> None:
    """A transitory file is due on the 60th day after it was made, and overdue from the 61st day after that."""
    inventory = Inventory()
    inventory.file(library(inventory), "old", label=TRANSITORY, created=day(created) + timedelta(hours=12))
    inventory.file(f"{SITE}/Repairs correspondence", "kept", label=FOR_GOOD)
    if expected == (0, 0, 0):
        assert not list(overdue_disposal(Inputs(shipped(), inventory.facts(), NOW)))
    else:
        assert counted(inventory) == expected


def _scheduled(period: str, trigger: str) -> Bundle:
    bundle = shipped()
    entry = replace(bundle.records.schedule["RS-HOU-01"], period=period, trigger_kind=trigger)
    return replace(bundle, records=replace(bundle.records, schedule={**bundle.records.schedule, entry.id: entry}))


@pytest.mark.parametrize(
    ("period", "started", "today", "due"),
    [
        ("P1Y", "2024-02-29", "2025-02-28", 0),  # the last day of a shorter month
        ("P1Y", "2024-02-29", "2025-03-01", 1),
        ("P1Y", "2023-02-28", "2024-02-29", 1),
        ("P1M", "2026-01-31", "2026-02-28", 0),
        ("P1M", "2026-01-31", "2026-03-01", 1),
        ("P6M", "2026-05-22", "2026-11-22", 0),
        ("P6M", "2026-05-21", "2026-11-22", 1),
    ],
)
def test_months_are_those_of_the_calendar(period: str, started: str, today: str, due: int) -> None:
    """Years and months are not so many days: a leap day, and the end of a short month, come out as on a calendar."""
    inventory = Inventory()
    inventory.file(library(inventory), "one", label=TENANCY, modified=day(started) + timedelta(hours=12))
    known = Inputs(_scheduled(period, "modified"), inventory.facts(), day(today) + timedelta(hours=12))
    assert sum(one.of for one in overdue_disposal(known)) == due


def test_what_the_mirror_cannot_know_is_unknown() -> None:
    """From the end of a tenancy nobody can count; neither of a label that was not read, nor of a file of which the library was not read
    to its end. A file without a label follows the entry of its library."""
    inventory = Inventory()
    here = library(inventory)
    inventory.file(here, "event", label=TENANCY)
    inventory.file(here, "unread", label=None)
    inventory.file(here, "bare", label="")
    inventory.file(here, "other", label="Somebody's own label")
    inventory.file(here, "undated", label=TRANSITORY, created=None)
    assert counted(inventory) == (0, 0, 5)
    assert "is counted from “Tenancy ended”, and that day is not in the mirror" in " ".join(
        one.why for one in overdue_disposal(Inputs(shipped(), inventory.facts(), NOW))
    )
    half = Inventory()
    half.site(SITE)
    half.file(half.library(SITE, "Repairs correspondence", state="incomplete"), "old", label=TRANSITORY)
    assert counted(half) == (0, 0, 1)


def test_what_is_on_hold_is_in_neither_half() -> None:
    """A hold on the asset, on one folder or on a span of days takes out what it covers, and the row says how many."""
    inventory = Inventory()
    here = library(inventory)
    folder = inventory.folder(here, "Claim")
    inventory.file(here, "free", label=TRANSITORY)
    inventory.file(here, "held", folder, label=TRANSITORY)
    bundle = shipped()
    (pattern, *_) = bundle.records.holds
    held = replace(pattern, asset_id="IA-005", schedule_refs=(), items_from=None, items_to=None, since=date(2026, 1, 1))

    def with_hold(hold: Hold) -> tuple[int, int, str]:
        found = row(inventory, replace(bundle, records=replace(bundle.records, holds=(hold,))))
        return found.met, found.of, found.why

    claim = told_address(f"{HOST}/{SITE}/Repairs correspondence/Claim")
    assert claim is not None
    assert with_hold(replace(held, locations=()))[:2] == (0, 0)
    met, of, why = with_hold(replace(held, locations=(claim,)))
    assert (met, of) == (1, 1)
    assert why.endswith("1 file on hold, not counted.")
    assert with_hold(replace(held, locations=(), items_to=date(2010, 1, 1)))[:2] == (2, 2)


def test_a_decision_to_keep_is_a_decision() -> None:
    """What an owner said stays is due, and not overdue, as long as the answer holds."""
    inventory = Inventory()
    here = library(inventory)
    inventory.file(here, "old", label=TRANSITORY)
    kept = replace(
        case(1, replace(line(), family="stale")), site_id=SITE, drive_id=here, decision=Verb.KEEP, decided_at=NOW
    )
    assert counted(inventory, cases=[replace(kept, keep_until=NOW + timedelta(days=100))]) == (0, 1, 0)
    assert counted(inventory, cases=[replace(kept, keep_until=NOW - timedelta(days=1))]) == (1, 1, 0)
