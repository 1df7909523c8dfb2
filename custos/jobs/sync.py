"""Keeping the mirror current: one message a library, its sync, and what follows from it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from custos.did_you_mean import nearest
from custos.errors import BadInput, Mark, Problem
from custos.inventory.drive_state import DriveStates, SyncState
from custos.inventory.sync import SyncReport, sync_drive
from custos.jobs import evaluation_lock, moved_items
from custos.m365 import subscriptions
from custos.m365.errors import Forbidden, NotFound, Refused
from custos.m365.graph import Graph
from custos.storage.account import Account
from custos.storage.queues import SYNC
from custos.telemetry import about, logger

if TYPE_CHECKING:
    from custos.bootstrap import Custos

_log = logger(__name__)

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
        await _reauthorise(app.m365.observer, reauthorise)
    report = await sync_drive(
        app.m365, app.account, app.lakehouse, app.clock, drive_id, deadline_seconds=TURN_SECONDS, full=full
    )
    if report.more:
        # `full` began a round that is now under way: the next turn goes on with it instead of beginning another.
        await app.account.queue(SYNC).send({"drive": drive_id}, delay_seconds=report.retry_after)
    elif report.state is not SyncState.COMPLETE:
        await app.account.queue(SYNC).send({"drive": drive_id}, delay_seconds=_pause(report.attempts))
    if report.waiting and report.state is SyncState.COMPLETE and report.was_mirrored:
        await evaluation_lock.request(app.account, app.clock)
    await app.m365.throttle.flush()
    with about(drive=drive_id):
        fields = {"state": report.state.value, "changed": report.changed}
        _log.info("library synced", extra=fields)
        app.telemetry.event("library synced", **fields)
        await app.telemetry.send()
    return report


def _pause(attempts: int) -> int:
    """Seconds until an incomplete library is asked for again: a minute, then ever longer, an hour at most."""
    return int(min(60 * 2 ** max(0, attempts - 1), _LONGEST_PAUSE))


async def _reauthorise(observer: Graph, subscription_id: str) -> None:
    """Confirm a subscription. One that is gone, or may not be confirmed, is left to the comparison of subscriptions: the
    library is read all the same, for that is what its last notification asked for.
    """
    try:
        await subscriptions.reauthorise(observer, subscription_id)
    except (NotFound, Forbidden, Refused) as trouble:
        _log.warning(
            "subscription not reauthorised", extra={"subscription": subscription_id, "fault": type(trouble).__name__}
        )


async def queue_all(account: Account, *, full: bool = False) -> int:
    """Queue a sync of every library, whatever notifications came; `full`: to be read anew and compared. Returns how many."""
    return await queue(account, [state.drive_id async for state in DriveStates.of(account).all()], full=full)


async def reconcile(app: Custos) -> int:
    """The night's upkeep: queue a full comparison of every library, write the audit's checkpoint of the day, let go of what nobody needs
    any more, and join the inventory's small files. Returns how many libraries.
    """
    try:
        await app.audit.checkpoint()
    finally:  # an audit that was tampered with is an incident, and keeps nothing else from being done
        await moved_items.forget(app)
        await asyncio.to_thread(app.lakehouse.compact)
        queued = await queue_all(app.account, full=True)
    return queued


async def queue_some(account: Account, drives: Sequence[str], *, full: bool = False) -> int:
    """Queue a sync of libraries that somebody named. Raises BadInput for an id that is no library's, and queues nothing then."""
    known = {state.drive_id async for state in DriveStates.of(account).all()}
    problems = [
        Problem(Mark("command line"), f'There is no library "{drive}".', _meant(drive, known), code="drive")
        for drive in dict.fromkeys(drives)
        if drive not in known
    ]
    if problems:
        raise BadInput(problems)
    return await queue(account, dict.fromkeys(drives), full=full)


def _meant(drive: str, known: Collection[str]) -> str:
    near = nearest(drive, known)
    return (
        near
        if near.startswith("Did")
        else "`custos find library '{files: {at_least: 0}}' --json` tells the ids of those that are known."
    )


async def queue(account: Account, drives: Iterable[str], *, full: bool = False) -> int:
    """Queue a sync of these libraries."""
    room = asyncio.Semaphore(_AT_ONCE)

    async def send(drive_id: str) -> None:
        async with room:
            await account.queue(SYNC).send({"drive": drive_id, "full": full})

    wanted = list(drives)
    async with asyncio.TaskGroup() as group:
        for drive_id in wanted:
            group.create_task(send(drive_id))
    return len(wanted)
