"""Sync of one drive: a turn of at most so many seconds, under the drive's lease, going on where the last turn stopped.

    lease ► (full round | changes) ► labels still unknown ► permissions that are due

Whatever goes wrong with one drive is written into its row and concerns that drive alone. Nothing that could not be read
is ever taken for deleted.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta

from custos.clock import Clock
from custos.errors import CustosError, RowChanged
from custos.inventory import delta_sync, full_sync, labels, pending_changes, permissions
from custos.inventory.drive_source import GraphSource, Source
from custos.inventory.drive_state import DriveState, DriveStates, Round, SyncState, Why
from custos.inventory.lakehouse import Lakehouse, Superseded
from custos.inventory.pending_changes import Marker
from custos.inventory.sync_requests import clear_request
from custos.inventory.sync_spool import SyncSpool
from custos.inventory.sync_turn import SyncTurn
from custos.m365 import Microsoft365
from custos.m365.errors import Forbidden, Gone, Locked, Malformed, MicrosoftTrouble, NotFound, Throttled, Unavailable
from custos.storage.account import Account
from custos.storage.lease import LeaseLost
from custos.storage.rows import key_part

LEASES = "drivestate"
BATCH_ROWS = 50_000
BUSY_SECONDS = 30
"""The longest wait before asking again for a drive that another worker holds."""

_RECENT = timedelta(minutes=1)
_RESTARTS = 2
_GIVE_UP_AFTER = 5
_REASONS: tuple[tuple[type[MicrosoftTrouble], Why], ...] = (
    (Locked, Why.LOCKED),
    (Forbidden, Why.FORBIDDEN),
    (NotFound, Why.NOT_FOUND),
    (Malformed, Why.MALFORMED),
    (Unavailable, Why.UNAVAILABLE),
)


class UnknownDrive(CustosError):
    """Discovery never met this drive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """What one turn did. `more` asks for another turn, in `retry_after` seconds.

    `state` and `why` are the drive's standing after it. `changed` counts rows written (items, and items whose
    permissions were read), `removed` rows removed. `waiting` tells that something of the drive is marked for an evaluation
    (`custos.inventory.pending_changes`), by this turn or one before; `was_mirrored` that the drive had been read to its end before this
    turn. `attempts` have failed since it was last complete. `busy` tells that another worker holds the drive and nothing
    was done.
    """

    drive_id: str
    state: SyncState
    why: Why
    detail: str = ""
    changed: int = 0
    removed: int = 0
    units: int = 0
    requests: int = 0
    waiting: bool = False
    was_mirrored: bool = False
    attempts: int = 0
    more: bool = False
    retry_after: int = 0
    busy: bool = False


async def sync_drive(
    m365: Microsoft365,
    account: Account,
    lakehouse: Lakehouse,
    clock: Clock,
    drive_id: str,
    *,
    deadline_seconds: float,
    full: bool = False,
) -> SyncReport:
    """Bring the mirror of one drive up to date; with `full`, by reading all of it anew.

    Raises UnknownDrive, and StorageTrouble when storage cannot be reached (then the message must stay in its queue);
    trouble with the tenant is in the report and in the drive's row.
    """
    return await sync_from(
        GraphSource(m365.observer), account, lakehouse, clock, drive_id, deadline_seconds=deadline_seconds, full=full
    )


async def sync_from(
    source: Source,
    account: Account,
    lakehouse: Lakehouse,
    clock: Clock,
    drive_id: str,
    *,
    deadline_seconds: float,
    full: bool = False,
    owner: str = "",
    batch_rows: int = BATCH_ROWS,
) -> SyncReport:
    """`sync_drive` from any source. `owner` names the holder of the lease; a name of its own by default."""
    deadline = time.monotonic() + deadline_seconds
    states = DriveStates.of(account)
    lease = account.lease(LEASES, key_part(drive_id), owner)
    if not await lease.take():
        return await _busy(states, drive_id, lease.busy_seconds)
    try:
        state = await _known(states, drive_id)
        marker, parts = Marker(account.rows(pending_changes.TABLE), drive_id), SyncSpool.of(account, drive_id)
        work = SyncTurn(state, states, lakehouse, parts, source, clock, lease, marker, deadline, batch_rows)
        await marker.read()
        await clear_request(account, drive_id)
        try:
            done = await _turn(work, full=full)
            return _report(work, more=not done)
        except Throttled as trouble:
            return _report(work, more=True, retry_after=int(trouble.retry_after or BUSY_SECONDS) + 1)
        except MicrosoftTrouble as trouble:
            return await _incomplete(work, trouble)
        except (Superseded, LeaseLost, RowChanged):
            return _report(work, more=True, retry_after=BUSY_SECONDS)
    finally:
        await lease.release()


async def _known(states: DriveStates, drive_id: str) -> DriveState:
    state = await states.get(drive_id)
    if state is None:
        raise UnknownDrive(f"Drive {drive_id} is not known: run discovery first.")
    return state


async def _busy(states: DriveStates, drive_id: str, seconds: int) -> SyncReport:
    state = await _known(states, drive_id)
    wait = min(seconds, BUSY_SECONDS)
    return SyncReport(drive_id=drive_id, state=state.state, why=state.why, more=True, retry_after=wait, busy=True)


async def _turn(work: SyncTurn, *, full: bool) -> bool:
    """Go as far as the time allows. True when nothing is left to do."""
    if work.state.begun and work.state.attempts >= _GIVE_UP_AFTER:
        # The place where this round stopped does not heal: begin another.
        full = full or work.state.round is Round.FULL
        await work.end(attempts=0)
    for _ in range(_RESTARTS):
        try:
            done = await _rounds(work, full=full)
        except Gone as gone:
            await work.save(state=SyncState.INCOMPLETE, why=Why.RESYNC, detail=str(gone))
            await full_sync.begin(work, link=gone.location)
            full = False
        else:
            return done and await labels.fill(work) and await permissions.read_due(work)
    return False


async def _rounds(work: SyncTurn, *, full: bool) -> bool:
    """A full round when one is under way or asked for, else the changes.

    Before a drive that is known is read anew its changes are read: what the full round finds then is what delta missed.
    """
    if work.state.round is Round.LABELS and not full and not await labels.bulk(work):
        return False
    if work.state.round is not Round.FULL and (full or not work.state.delta_link):
        if work.state.delta_link:
            await delta_sync.run(work)
        await full_sync.begin(work)
    if work.state.round is Round.FULL:
        began = work.started
        if not await full_sync.run(work):
            return False
        if work.clock.now() - began < _RECENT:
            return True  # what happened meanwhile comes with the next sync
    return await delta_sync.run(work)


async def _incomplete(work: SyncTurn, trouble: MicrosoftTrouble) -> SyncReport:
    """Note what could not be read. What was known stays, and the round goes on from there another time."""
    why = next((why for kind, why in _REASONS if isinstance(trouble, kind)), Why.REFUSED)
    await work.save(state=SyncState.INCOMPLETE, why=why, detail=str(trouble)[:1000], attempts=work.state.attempts + 1)
    return _report(work)


def _report(work: SyncTurn, *, more: bool = False, retry_after: int = 0) -> SyncReport:
    return SyncReport(
        drive_id=work.drive_id,
        state=work.state.state,
        why=work.state.why,
        detail=work.state.detail,
        changed=work.changed,
        removed=work.removed,
        units=work.source.cost.units,
        requests=work.source.cost.requests,
        waiting=work.marker.waiting,
        was_mirrored=work.was_mirrored,
        attempts=work.state.attempts,
        more=more,
        retry_after=retry_after,
    )
