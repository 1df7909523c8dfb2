"""What is written down and was left behind is found, queued again, and told. The timer `sweep` calls it every few minutes.

Whoever writes something down and queues its message may die in between; so may whoever has a message in hand for the last
time. Each part below compares what is written down with what waits in the queue, and none trusts that somebody was told.
What comes twice is done once.
"""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from custos.engine.abandoned_runs import sweep_runs
from custos.engine.run_store import RunState
from custos.errors import BadInput
from custos.inventory.drive_state import DriveStates, SyncState
from custos.inventory.sync_requests import forgotten_requests
from custos.jobs import (
    action_reports,
    evaluation_lock,
    incidents,
    loosening,
    measurements,
    pending_changes,
    policies,
    run_incidents,
    sync,
)
from custos.jobs.incidents import Incident, Poisoned
from custos.notices.cards_behind import behind
from custos.notices.council_hours import may_tell
from custos.notices.digest import DigestState, tidy_digests
from custos.storage.queues import ACT, EVALUATE, NOTIFY, SYNC
from custos.telemetry import logger

if TYPE_CHECKING:
    from custos.bootstrap import Custos

_log = logger(__name__)


async def sweep(app: Custos) -> None:
    """Sweep everything; what fails in one part does not keep the others from theirs.

    Raises the first failure at the end.
    """
    troubles: list[Exception] = []
    for part in _PARTS:
        try:
            await part(app)
        except Exception as trouble:  # noqa: BLE001  # raised at the end, after the other parts
            _log.exception("a part of the sweep failed", extra={"part": part.__name__})
            troubles.append(trouble)
    if troubles:
        raise troubles[0]


async def _runs(app: Custos) -> None:
    """Runs: batches whose messages were lost, runs that were never finished, runs that do not move."""
    swept = await sweep_runs(app.dispatcher, waiting=await app.account.queue(ACT).length())
    if swept.resumed or swept.abandoned:
        _log.warning("runs were left behind", extra={"resumed": dict(swept.resumed), "abandoned": swept.abandoned})
    await incidents.settle(app, Incident.STUCK_RUN, swept.stuck)
    await run_incidents.settle(app)


async def _libraries(app: Custos) -> None:
    """Libraries that are not read completely and have no message, and those that were notified of and never read."""
    unread = {
        state.drive_id async for state in DriveStates.of(app.account).all() if state.state is not SyncState.COMPLETE
    }
    forgotten = unread if len(unread) > await app.account.queue(SYNC).length() else set()
    forgotten |= set(await forgotten_requests(app.account, app.clock))
    if forgotten:
        _log.warning("libraries were left behind", extra={"libraries": len(forgotten)})
        await sync.queue(app.account, sorted(forgotten))


async def _evaluation(app: Custos) -> None:
    """What a sync marked and nobody asked to have evaluated."""
    if await app.account.queue(EVALUATE).length() == 0 and await pending_changes.due(app.account):
        await evaluation_lock.request(app.account, app.clock)


async def _digests(app: Custos) -> None:
    """Digests that were promised, or begun, and left behind, in the hours in which they may go out."""
    now, holidays = app.clock.now(), (await policies.in_force(app)).bundle.records.holidays
    if not may_tell(now, app.zone, holidays):
        return
    today = now.astimezone(app.zone).date()
    await tidy_digests(app.digests, app.account.queue(NOTIFY), today, machine_now=time.time())


async def _notes(app: Custos) -> None:
    """Writes that nobody has been told of yet, late on a working day."""
    await action_reports.notes(app)


async def _loosened(app: Custos) -> None:
    """What an edit of the files loosened, of which somebody was not told yet."""
    await loosening.tell(app, (await policies.in_force(app)).bundle.records)


async def _poison(app: Custos) -> None:
    """Messages that failed each time, and whose work has been done since by other means."""
    await incidents.forget_poison(
        app, [one async for one in incidents.poisoned(app.account) if await _done_since(app, one)]
    )


async def _done_since(app: Custos, poisoned: Poisoned) -> bool:
    """Whether the work of a message is done. Of one that names no work nobody can tell: a person closes its incident."""
    try:
        message = json.loads(poisoned.message)
        match poisoned.queue, message:
            case (name, {"drive": str(drive)}) if name == SYNC:
                state = await DriveStates.of(app.account).get(drive)
                return state is not None and state.synced_at is not None and state.synced_at > poisoned.at
            case (name, {"run": str(run), "batch": int(number)}) if name == ACT:
                return (await app.runs.get(run)).state is not RunState.RUNNING or (
                    await app.runs.batch(run, number)
                ).done
            case (name, {"digest": str(digest)}) if name == NOTIFY:
                stored = await app.digests.get(digest)
                return stored is not None and stored.digest.state in _ENDED
            case (name, {"update": str(digest)}) if name == NOTIFY:
                return digest not in behind(stored.case for stored in await app.cases.all())
            case (name, {"asked_at": str()}) if name == EVALUATE:
                return not await pending_changes.due(app.account)
    except (ValueError, BadInput):
        return False
    return False


_ENDED = frozenset(DigestState) - {DigestState.PREPARED, DigestState.CLAIMED, DigestState.SENDING}
_PARTS: tuple[Callable[[Custos], Awaitable[None]], ...] = (
    _runs,
    _libraries,
    _evaluation,
    _digests,
    _notes,
    _loosened,
    _poison,
    measurements.tell,
)
