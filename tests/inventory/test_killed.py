"""A worker may die at any line: whoever comes next goes on, and the mirror ends the same."""

from __future__ import annotations

from tests.inventory.synced_drive import Desk


def _mutate(desk: Desk, turn: int) -> None:
    """A bit of everything that people do."""
    library = desk.library
    folder = library.add(f"folder {turn}", folder=True)
    library.add("a.docx", folder, label="PLN-01")
    kept = library.add("b.docx", folder, scope="anonymous", links=("L2",))
    library.add("c.docx", label="PLN-02")
    library.edit("id0002", name=f"renamed {turn}.docx")
    library.relabel("id0004", f"PLN-{turn}")
    library.edit("id0009", links=(f"L{turn}",))
    if turn % 2:
        library.edit(kept, parent="root")
        library.remove(folder)


async def test_killed_while_reading_changes(desk: Desk) -> None:
    """Dying at any step of a round of changes leaves nothing undone and nothing done twice."""
    desk.batch_rows, desk.library.page, desk.library.label_page = 5, 4, 1000
    await desk.settle()
    step, ended = 1, False
    while not ended:
        _mutate(desk, step)
        ended = await desk.survives(step)
        await desk.settle()
        assert desk.is_true()
        step += 1
    assert step > 15


async def test_killed_while_reading_everything(desk: Desk) -> None:
    """Dying at any step of a full round, deletions that nobody told of included, ends in the same mirror."""
    desk.batch_rows, desk.library.page, desk.library.label_page = 8, 6, 1000
    await desk.settle()
    step, ended, new = 1, False, ""
    while not ended:
        desk.library.relabel_silently("id0002", f"PLN-{step}")
        if step > 1:
            desk.library.remove_unnoticed(new)
        new = desk.library.add("new.docx")
        ended = await desk.survives(step, full=True)
        await desk.settle()
        if not ended and (await desk.state()).reconciled_at != desk.clock.moment:
            await desk.sync(full=True)
        assert desk.is_true()
        step += 1
    assert step > 15


async def test_killed_before_anything_was_known(desk: Desk) -> None:
    """A first reading whose worker dies again and again, a step later each time, ends complete."""
    desk.batch_rows = 4
    step = 1
    while not await desk.survives(step, deadline=0 if step % 3 else 60):
        step += 1
    await desk.settle()
    assert desk.is_true()
