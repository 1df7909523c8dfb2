"""The tenant's labels against the schedule: what differs is said in words, and what is not known is not called missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from custos.engine.label_drift import Published, TenantLabel, deleting, drift
from custos.engine.refusals import KnownRefusals, Refusal, RefusalScope
from custos.records.model import ScheduleEntry
from tests.engine.planned import LABEL, NOW, entry, records

SITES = ("https://wrenbridge.sharepoint.example/sites/planning-casework",)
ENTRY = replace(entry("RS-PLN-02", LABEL), label_days=2557)
AS_WANTED = TenantLabel(name=LABEL, days=2557, is_record=False, deletes=False)


def found(wanted: ScheduleEntry, *labels: TenantLabel, refused: KnownRefusals | None = None) -> Mapping[str, str]:
    registers = replace(records(), schedule={wanted.id: wanted})
    published = Published({label.name: label for label in labels}, SITES)
    return drift(registers, published, refused or KnownRefusals())


def test_a_label_as_the_schedule_says_is_no_drift() -> None:
    """Days, record flag and end agree: nothing is said."""
    assert found(ENTRY, AS_WANTED) == {}


@pytest.mark.parametrize(
    ("wanted", "label", "said"),
    [
        (ENTRY, replace(AS_WANTED, days=2555), "2,555 days; RS-PLN-02 wants 2,557 days: 2 too few"),
        (ENTRY, replace(AS_WANTED, days=None), "keeps for ever; RS-PLN-02 wants 2,557 days"),
        (replace(ENTRY, label_days=None), AS_WANTED, "wants for ever: it would end too early"),
        (ENTRY, replace(AS_WANTED, is_record=True), "declares records"),
        (replace(ENTRY, is_record=True), AS_WANTED, "wants it to declare records"),
        (ENTRY, replace(AS_WANTED, deletes=True), "IT DELETES AT THE END OF ITS PERIOD; RS-PLN-02 wants: review"),
    ],
)
def test_what_differs_is_said(wanted: ScheduleEntry, label: TenantLabel, said: str) -> None:
    """Each difference names the schedule's entry, both values and the line of the register."""
    told = found(wanted, label)[LABEL]
    assert said in told
    assert "policies/test.yaml:3" in told


def test_a_label_that_no_site_publishes_is_missing() -> None:
    """It is said on how many sites it was looked for, because a label can exist unpublished."""
    assert "not published on the one site that Custos looked at" in found(ENTRY)[LABEL]


def test_a_refused_label_is_drift_although_no_site_was_read() -> None:
    """Microsoft's refusal stands for itself; where nothing was read, nothing is called missing."""
    refusal = Refusal(
        scope=RefusalScope.LABEL, about=LABEL, detail="", code="", since=NOW, times=1, again_at=NOW + timedelta(days=1)
    )
    registers = replace(records(), schedule={ENTRY.id: ENTRY})
    told = drift(registers, None, KnownRefusals({LABEL: refusal}))
    assert told == {LABEL: "Microsoft has refused it since 23 November 2026; files of RS-PLN-02 stay without it."}
    assert drift(registers, None, KnownRefusals()) == {}


def test_an_unapproved_entry_asks_for_no_label() -> None:
    """What the schedule only drafts, the tenant need not have."""
    assert found(replace(ENTRY, status="draft")) == {}


@pytest.mark.parametrize(
    ("action", "deletes", "withheld"), [("review", True, True), ("destroy", True, False), ("review", False, False)]
)
def test_a_label_that_deletes_unasked_is_named(action: str, *, deletes: bool, withheld: bool) -> None:
    """Where the schedule wants a review and the tenant's label deletes, it is put on nothing."""
    wanted = replace(ENTRY, final_action=action)
    registers = replace(records(), schedule={wanted.id: wanted})
    published = Published({LABEL: replace(AS_WANTED, deletes=deletes)}, SITES)
    assert deleting(registers, published) == (frozenset({LABEL}) if withheld else frozenset())
