"""Keeping the mirror current: one message a library, its sync, and what follows from it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from custos.did_you_mean import nearest
from custos.errors import BadInput, Mark, Problem
from custos.inventory.drive_state import DriveStates, SyncState
from custos.inventory.sync import SyncReport, sync_drive
from custos.jobs import evaluation_lock, moved_items
from custos.m365 import subscriptions
from custos.m365.errors import Forbidden, NotFound, Refused
from custos.storage.queues import SYNC

if TYPE_CHECKING:
    from custos.bootstrap import Custos

_log = logging.getLogger(__name__)

TURN_SECONDS = 240.0
"""A turn ends well within the host's time-out; what is left goes on in the next message."""
_AT_ONCE = 16
_LONGEST_PAUSE = 3_600


async def sync(app: Custos, drive_id: str, *, full: bool = False, reauthorise: str = "") -> SyncReport:
    """One turn at one library; queues another when more is left, and asks for an evaluation when something changed.

    The first mirror of a library asks for none of its own: the timer evaluates everything together. `reauthorise`
    is a subscription that Graph asked to confirm. Raises StorageTrouble: then the message stays in its queue.
    """
    if reauthorise:
        await _reauthorise(app, reauthorise)
    known = await DriveStates.of(app.account).get(drive_id)
    report = await sync_drive(
        app.m365, app.account, app.lakehouse, app.clock, drive_id, deadline_seconds=TURN_SECONDS, full=full
    )
    if report.more:
        # `full` began a round that is now under way: the next turn goes on with it instead of beginning another.
        await app.account.queue(SYNC).send({"drive": drive_id}, delay_seconds=report.retry_after)
    elif report.state is not SyncState.COMPLETE:
        await _again_later(app, drive_id)
    if report.waiting and report.state is SyncState.COMPLETE and known is not None and known.synced_at is not None:
        await evaluation_lock.request(app)
    await app.m365.throttle.flush()
    _log.info("library synced", extra={"drive": drive_id, "state": report.state.value, "changed": report.changed})
    return report


async def _reauthorise(app: Custos, subscription_id: str) -> None:
    """Confirm a subscription. One that is gone, or may not be confirmed, is left to the comparison of subscriptions: the
    library is read all the same, for that is what its last notification asked for.
    """
    try:
        await subscriptions.reauthorise(app.m365.observer, subscription_id)
    except (NotFound, Forbidden, Refused) as trouble:
        _log.warning("subscription not reauthorised", extra={"subscription": subscription_id, "trouble": str(trouble)})


async def queue_all(app: Custos) -> int:
    """Queue a sync of every library, whatever notifications came. Returns how many."""
    return await queue(app, [state.drive_id async for state in DriveStates.of(app.account).all()])


async def queue_reconciliation(app: Custos) -> int:
    """Queue a full comparison of every library, write the day's checkpoint, join the inventory's small files. Returns how many."""
    await app.audit.checkpoint()
    await moved_items.forget(app)
    await asyncio.to_thread(app.lakehouse.compact)
    return await queue(app, [state.drive_id async for state in DriveStates.of(app.account).all()], full=True)


async def queue_some(app: Custos, drives: Sequence[str], *, full: bool = False) -> int:
    """Queue a sync of libraries that somebody named. Raises BadInput for an id that is no library's, and queues nothing then."""
    known = {state.drive_id async for state in DriveStates.of(app.account).all()}
    problems = [
        Problem(Mark("command line"), f'There is no library "{drive}".', _meant(drive, known), code="drive")
        for drive in dict.fromkeys(drives)
        if drive not in known
    ]
    if problems:
        raise BadInput(problems)
    return await queue(app, dict.fromkeys(drives), full=full)


def _meant(drive: str, known: Collection[str]) -> str:
    near = nearest(drive, known)
    return (
        near
        if near.startswith("Did")
        else "`custos find library '{files: {at_least: 0}}' --json` tells the ids of those that are known."
    )


async def queue(app: Custos, drives: Iterable[str], *, full: bool = False) -> int:
    """Queue a sync of these libraries."""
    room = asyncio.Semaphore(_AT_ONCE)

    async def send(drive_id: str) -> None:
        async with room:
            await app.account.queue(SYNC).send({"drive": drive_id, "full": full})

    wanted = list(drives)
    async with asyncio.TaskGroup() as group:
        for drive_id in wanted:
            group.create_task(send(drive_id))
    return len(wanted)


async def _again_later(app: Custos, drive_id: str) -> None:
    """Ask for an incomplete library again: after a minute, then ever longer, an hour at most."""
    standing = await DriveStates.of(app.account).get(drive_id)
    attempts = standing.attempts if standing else 1
    pause = min(60 * 2 ** max(0, attempts - 1), _LONGEST_PAUSE)
    await app.account.queue(SYNC).send({"drive": drive_id}, delay_seconds=pause)
