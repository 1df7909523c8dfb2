"""What changed in the retention schedule, in sentences."""

from __future__ import annotations

from custos.records.load import load_records
from custos.records.schedule_changes import schedule_changes
from tests.records.registers import changed, shipped


def test_each_change_of_an_entry_is_a_sentence() -> None:
    """What it was and what it is; a review that was done as well."""
    before = load_records(shipped())[0].schedule
    after = load_records(changed("retention_schedule", "2026-06-30", "2027-06-30"))[0].schedule
    assert list(schedule_changes(before, after)) == [
        "RS-PLN-03, Planning enforcement case: review due 30 June 2026 ► 30 June 2027."
    ]
    assert list(schedule_changes(before, before)) == []


def test_entries_that_came_and_went() -> None:
    """Each by its name and class."""
    whole = load_records(shipped())[0].schedule
    less = {name: entry for name, entry in whole.items() if name != "RS-GEN-01"}
    assert list(schedule_changes(whole, less)) == ["RS-GEN-01, Meeting recordings, working copies, is gone."]
    (new,) = schedule_changes(less, whole)
    assert new == "RS-GEN-01, Meeting recordings, working copies, is new: P60D, then destroy."
