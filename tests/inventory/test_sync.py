"""Sync of one drive, on real storage, against a library in memory."""

from __future__ import annotations

import polars as pl
import pytest

from custos.inventory.drive_state import DriveStates, SyncState, Why
from custos.inventory.sync import UnknownDrive
from custos.m365.errors import Forbidden, Locked, Malformed, MicrosoftTrouble, NotFound, Throttled, Unavailable
from custos.storage.lease import Lease
from tests.inventory.synced_drive import Desk


async def test_first_sync_mirrors_everything(desk: Desk) -> None:
    """After its first sync a drive is complete, with facts and labels as the tenant has them."""
    report = await desk.sync()
    assert (report.state, report.more) == (SyncState.COMPLETE, False)
    assert desk.is_true()


async def test_second_sync_costs_what_changed(desk: Desk) -> None:
    """When nothing happened, a sync costs one unit and writes nothing."""
    await desk.settle()
    before, version = desk.library.cost.units, desk.lakehouse.versions()
    report = await desk.sync()
    assert desk.library.cost.units - before == 1
    assert (report.changed, report.removed) == (0, 0)
    assert desk.lakehouse.versions() == version


async def test_changes_arrive(desk: Desk) -> None:
    """Edits, moves, new items and relabelling reach the mirror at the next sync."""
    await desk.settle()
    library = desk.library
    library.edit("id0002", name="renamed.docx")
    library.edit("id0003", parent="root")
    library.add("new.docx", "id0001", label="PLN-02")
    library.relabel("id0004", "PLN-09")
    report = await desk.sync()
    assert report.changed == 4
    assert desk.is_true()


async def test_what_leaves_its_place_is_written_down(desk: Desk) -> None:
    """A file or folder that is moved, renamed or removed leaves its former path and what may survive of it; an edit leaves nothing."""
    await desk.settle()
    library = desk.library
    folder = library.add("HJ", folder=True)
    moved, renamed, edited, gone = (library.add(name, folder) for name in ("m.pdf", "r.pdf", "e.pdf", "g.pdf"))
    await desk.settle()
    assert desk.lakehouse.read("moved_items").height == 0
    library.edit(moved, parent="root")
    library.edit(renamed, name="other.pdf")
    library.relabel(edited, "PLN-01")
    library.remove(gone)
    await desk.settle()
    library.edit(folder, name="Done")
    await desk.settle()
    library.remove_unnoticed(edited)
    await desk.sync(full=True)
    await desk.settle()
    left = desk.lakehouse.read("moved_items").sort("left_at", "name")
    assert [(row["item_id"], row["path"]) for row in left.iter_rows(named=True)] == [
        (gone, ["HJ", "g.pdf"]),
        (moved, ["HJ", "m.pdf"]),
        (renamed, ["HJ", "r.pdf"]),
        (folder, ["HJ"]),
        (edited, ["Done", "e.pdf"]),
    ]
    assert left["left_at"].null_count() == left["created"].null_count() == 0


async def test_deleted_folder_takes_its_contents(desk: Desk) -> None:
    """A folder's tombstone removes everything below it that was not told of again."""
    await desk.settle()
    desk.library.remove("id0001")
    report = await desk.sync()
    assert report.removed == 8
    assert desk.is_true()


async def test_what_was_moved_out_survives_its_folder(desk: Desk) -> None:
    """A file that is moved out before its folder is deleted stays."""
    await desk.settle()
    desk.library.edit("id0003", parent="root")
    desk.library.remove("id0001")
    await desk.sync()
    assert desk.is_true()
    assert "id0003" in desk.mirror()["item_id"]


async def test_kept_folder_is_not_removed(desk: Desk) -> None:
    """A folder's tombstone is not final while something that was told of again lies below it."""
    await desk.settle()
    library = desk.library
    library.edit("id0008")
    kept = library.nodes["id0007"]
    del library.nodes["id0007"]
    library.log.append("id0007")
    await desk.sync()
    library.nodes["id0007"] = kept
    assert {"id0007", "id0008"} <= set(desk.mirror()["item_id"])


@pytest.mark.parametrize("location", ["", "all:99|"])
async def test_lapsed_link_means_reading_anew(desk: Desk, location: str) -> None:
    """On 410 the drive is read anew from where Microsoft says, and what is gone is swept."""
    await desk.settle()
    desk.library.remove_unnoticed("id0002")
    desk.library.edit("id0003", name="changed.docx")
    desk.library.location = location
    desk.library.lapse()
    report = await desk.settle()
    assert report.state is SyncState.COMPLETE
    assert desk.is_true()


async def test_old_rows_stay_until_the_resync_ends(desk: Desk) -> None:
    """While a resync is under way the drive is incomplete and keeps its rows."""
    await desk.settle()
    desk.library.lapse()
    report = await desk.sync(deadline=0)
    assert (report.state, report.why, report.more) == (SyncState.INCOMPLETE, Why.RESYNC, True)
    assert desk.mirror().height == 10


async def test_turns_without_time_reach_the_end(desk: Desk) -> None:
    """A sync that is cut off after each page ends with the same mirror."""
    await desk.settle(deadline=0)
    assert desk.is_true()
    for name in range(7):
        desk.library.add(f"more {name}")
    desk.library.remove("id0007")
    await desk.settle(deadline=0)
    assert desk.is_true()


async def test_reconciliation_without_drift_writes_nothing(desk: Desk) -> None:
    """A full reading of an unchanged drive adds no version to any table."""
    await desk.settle()
    version = desk.lakehouse.versions()
    report = await desk.sync(full=True)
    assert (report.state, report.changed, report.removed) == (SyncState.COMPLETE, 0, 0)
    assert desk.lakehouse.versions() == version


async def test_reconciliation_finds_what_delta_missed(desk: Desk) -> None:
    """A full reading finds silent deletions and silent relabelling, and counts them."""
    await desk.settle()
    desk.library.remove_unnoticed("id0002")
    desk.library.relabel_silently("id0004", "PLN-07")
    await desk.sync(full=True)
    assert desk.is_true()
    state = await DriveStates.of(desk.account).get(desk.drive_id)
    assert state is not None
    assert state.drift == 2


@pytest.mark.parametrize(
    ("trouble", "why"),
    [
        (Locked("locked"), Why.LOCKED),
        (NotFound("gone"), Why.NOT_FOUND),
        (Forbidden("no"), Why.FORBIDDEN),
        (Malformed("cut short"), Why.MALFORMED),
        (Unavailable("down"), Why.UNAVAILABLE),
    ],
)
async def test_trouble_is_never_a_deletion(desk: Desk, trouble: MicrosoftTrouble, why: Why) -> None:
    """A drive that cannot be read becomes incomplete, says why, loses nothing, and heals by itself."""
    await desk.settle()
    before = desk.mirror()
    desk.library.remove("id0007")

    def fail() -> None:
        raise trouble

    desk.library.step = fail
    report = await desk.sync()
    assert (report.state, report.why, report.more) == (SyncState.INCOMPLETE, why, False)
    assert desk.mirror().equals(before)
    desk.library.step = lambda: None
    report = await desk.sync()
    assert report.state is SyncState.COMPLETE
    assert desk.is_true()


async def test_pages_before_a_bad_one_are_kept(desk: Desk) -> None:
    """A page that cannot be read does not cost the pages before it: the next turn begins at that page."""
    answers = iter(range(100))

    def fail() -> None:
        if next(answers) == 6:  # the anchor, three pages of labels, two of items
            raise Malformed("cut short")

    desk.library.step = fail
    report = await desk.sync()
    assert report.why is Why.MALFORMED
    assert desk.mirror().height == 6
    assert (await desk.sync()).state is SyncState.COMPLETE
    assert desk.is_true()


async def test_throttled_drive_comes_back(desk: Desk) -> None:
    """A throttled sync asks for another turn after the wait, and the drive is no worse for it."""
    await desk.settle()

    def fail() -> None:
        raise Throttled("slow down", retry_after=120.0)

    desk.library.step = fail
    report = await desk.sync()
    assert (report.state, report.more) == (SyncState.COMPLETE, True)
    assert report.retry_after >= 120


async def test_two_workers_never_share_a_drive(desk: Desk) -> None:
    """While another worker holds the drive, a sync does nothing and asks for another turn."""
    lease = Lease(desk.account.rows("drivestate"), desk.drive_id, "somebody else")
    assert await lease.take()
    report = await desk.sync()
    assert (report.busy, report.more) == (True, True)
    assert desk.library.cost.requests == 0


async def test_unknown_drive_is_refused(desk: Desk) -> None:
    """A drive that discovery never met is not synced."""
    desk.drive_id = "b!nobody"
    with pytest.raises(UnknownDrive, match="discovery"):
        await desk.sync()


async def test_unread_label_is_unknown_until_read(desk: Desk) -> None:
    """The label of a changed item that cannot be read is null, and is read when it can be."""
    await desk.settle()
    desk.library.unreadable.add("id0003")
    desk.library.edit("id0003", label="PLN-08")
    await desk.sync()
    row = desk.mirror().filter(pl.col("item_id") == "id0003")
    assert row["label"].to_list() == [None]
    desk.library.unreadable.clear()
    await desk.sync()
    assert desk.is_true()


async def test_many_changes_read_labels_in_bulk(desk: Desk) -> None:
    """When single reads would cost more than the whole list, labels come from the list."""
    for number in range(40):
        desk.library.add(f"bulk {number}.docx", label="PLN-03")
    desk.library.page = desk.library.label_page = 1000
    await desk.settle()
    for number in range(12, 40):
        desk.library.edit(f"id{number:04}", label="PLN-04")
    before = desk.library.cost.units
    await desk.settle()
    assert desk.is_true()
    assert desk.library.cost.units - before < 15
