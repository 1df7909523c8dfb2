"""Marks: what was written into the mirror is named before it is written, until it was evaluated."""

from __future__ import annotations

import polars as pl

from custos.inventory.columns import FACTS
from custos.inventory.pending_changes import AT_MOST, TABLE, ChangedItems, Marker, PendingChange, clear, marks, settled
from custos.inventory.sync import LEASES
from custos.storage.lease import Lease
from custos.storage.rows import key_part
from tests.inventory.synced_drive import Desk


async def waiting(desk: Desk) -> list[PendingChange]:
    """The marks of the desk's drive that an evaluation would take."""
    found = [mark for mark in await marks(desk.account) if mark.drive_id == desk.drive_id]
    return await settled(desk.account, found, LEASES)


async def evaluated(desk: Desk) -> None:
    await clear(desk.account, await waiting(desk))


def differing(before: pl.DataFrame, after: pl.DataFrame) -> set[str]:
    """Ids of the items that are new, gone or otherwise than before."""
    pairs = ((before, after), (after, before))
    return {
        item
        for one, other in pairs
        for item in one.join(other, on=[*FACTS, "item_id", "label"], how="anti", nulls_equal=True)["item_id"]
    }


async def test_only_what_changed_is_marked(desk: Desk) -> None:
    """After a round of changes the changed and removed items are marked, with a folder whose name all below it bear."""
    await desk.settle()
    await evaluated(desk)
    desk.library.edit("id0002", name="renamed.docx")
    desk.library.edit("id0001", name="drawings")
    desk.library.remove("id0003")
    await desk.settle()
    (mark,) = await waiting(desk)
    assert mark.touched.items >= {"id0001", "id0002", "id0003"}
    assert mark.touched.items.isdisjoint({"id0004", "id0005", "id0006"})
    assert mark.touched.below == {"id0001"}
    assert not mark.touched.whole


async def test_permissions_that_are_as_they_were_mark_nothing(desk: Desk) -> None:
    """A shared file that is read again is marked when somebody else has access now, not when all is as before."""
    await desk.settle()
    await evaluated(desk)
    desk.library.edit("id0009", links=("L1", "L9"))
    await desk.settle()
    assert {item for mark in await waiting(desk) for item in mark.touched.items} >= {"id0009"}
    await evaluated(desk)
    await desk.settle()
    assert await waiting(desk) == []


async def test_no_death_loses_a_change(desk: Desk) -> None:
    """A worker may die at any step of a sync: when the next one is done, whatever differs from before is marked."""
    desk.batch_rows, desk.library.page, desk.library.label_page = 5, 4, 1000
    await desk.settle()
    await evaluated(desk)
    step, ended = 1, False
    while not ended:
        before = desk.mirror()
        folder = desk.library.add(f"folder {step}", folder=True)
        desk.library.add("a.docx", folder, label="PLN-01")
        desk.library.edit("id0002", name=f"renamed {step}.docx")
        desk.library.relabel("id0004", f"PLN-{step}")
        desk.library.remove(desk.library.add("short-lived.docx") if step == 1 else folder)
        ended = await desk.survives(step)
        await desk.settle()
        (mark,) = await waiting(desk)
        assert mark.touched.items >= differing(before, desk.mirror())
        await evaluated(desk)
        step += 1
    assert step > 10


async def test_what_is_marked_while_it_is_evaluated_stays(desk: Desk) -> None:
    """An evaluation forgets only what it read: a drive that was marked again since is evaluated again."""
    marker = Marker(desk.account.rows(TABLE), desk.drive_id)
    await marker.mark(ChangedItems.of(["a"]))
    read = await waiting(desk)
    await marker.mark(ChangedItems.of(["a"]))
    await clear(desk.account, read)
    (left,) = await waiting(desk)
    assert left.touched.items == {"a"}
    await clear(desk.account, [left])
    await marker.mark(ChangedItems.of(["b"]))
    assert [mark.touched.items for mark in await waiting(desk)] == [{"b"}]


async def test_what_a_worker_is_at_is_not_taken(desk: Desk) -> None:
    """While a drive is being synced its mark may run ahead of the mirror: an evaluation leaves it alone."""
    lease = Lease(desk.account.rows(LEASES), key_part(desk.drive_id), "a worker")
    assert await lease.take()
    await Marker(desk.account.rows(TABLE), desk.drive_id).mark(ChangedItems.of(["a"]))
    assert await waiting(desk) == []
    await lease.release()
    assert len(await waiting(desk)) == 1


async def test_too_much_to_name_is_everything(desk: Desk) -> None:
    """Beyond a bound not ids are kept but that all of the drive changed."""
    marker = Marker(desk.account.rows(TABLE), desk.drive_id)
    ids = [f"01{number:032}" for number in range(AT_MOST + 1)]
    await marker.mark(ChangedItems.of(ids[:-1]))
    assert [mark.touched.items for mark in await waiting(desk)] == [frozenset(ids[:-1])]
    await marker.mark(ChangedItems.of(ids[-1:]))
    assert [mark.touched for mark in await waiting(desk)] == [ChangedItems(whole=True)]
