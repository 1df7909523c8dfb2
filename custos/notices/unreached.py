"""A message that no channel took: its questions go on to whoever comes after the one who could not be reached, the same day where the
next one has had no message yet. Where nobody else can be asked they stay, and are tried again with the next digest."""

from __future__ import annotations

from datetime import datetime

from custos.errors import RowChanged
from custos.notices.assignment import Accountability
from custos.notices.case_store import CaseStore, Stored
from custos.notices.digest import Digest, Messages
from custos.notices.reassignment import handed_on, passed_over


async def move_on(
    digest: Digest, *, book: CaseStore, accountable: Accountability, queue: Messages, now: datetime
) -> int:
    """Hand the questions of an undelivered digest on; how many somebody else has by now and was not told of. Harmless when it runs again:
    what was handed on by a worker that died before it said so is said then. Raises StorageTrouble."""
    how = "; ".join(digest.attempts)
    written: list[Stored] = []
    others: list[str] = []
    for case_id in digest.cases:
        stored = await book.get(case_id)
        if stored is None or not stored.case.is_to_tell:
            continue
        if stored.case.assignee.user_id != digest.person.user_id:
            if digest.person.user_id in {one.who.user_id for one in stored.case.unreached}:
                others.append(stored.case.assignee.user_id)
            continue
        case = passed_over(stored.case, digest.day, how)
        case, notes = handed_on(case, accountable, now, why=f"they could not be reached: {how}")
        if case == stored.case:
            continue
        try:
            written.append(await book.put(stored, case, *notes))
        except RowChanged:
            continue  # somebody else did it
        if notes and case.assignee.user_id:
            others.append(case.assignee.user_id)
    await book.flush(written)
    for user_id in dict.fromkeys(others):
        await queue.send({"prepare": user_id})
    return len(others)
