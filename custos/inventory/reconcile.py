"""Reconciliation: once a night every library is read anew and compared, because delta does not tell everything.

Deletions by retention labels may be missing from delta, and some changes of links raise no sign. A full round compares with
the mirror and writes only what differs; how much that was is the drive's `drift`, kept in its row.
Source: https://learn.microsoft.com/onedrive/developer/rest-api/concepts/scan-guidance
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from custos.clock import Clock
from custos.inventory.state import DriveState, DriveStates, Round, SyncState
from custos.inventory.sync import SyncReport, sync_drive
from custos.inventory.tables import Lakehouse
from custos.m365 import Microsoft365
from custos.storage.account import Account

EVERY = timedelta(hours=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """A drive compared. `drift` counts rows that delta should have told of and did not; None while `report.more`."""

    report: SyncReport
    drift: int | None


def is_due(state: DriveState, now: datetime) -> bool:
    """Whether a drive should be read anew: it was read once, and that is most of a day ago."""
    return state.reconciled_at is not None and now - state.reconciled_at >= EVERY


async def due(account: Account, clock: Clock) -> list[str]:
    """The drives to reconcile, those that waited longest first."""
    now = clock.now()
    waiting = [state async for state in DriveStates.of(account).all() if is_due(state, now)]
    return [state.drive_id for state in sorted(waiting, key=lambda state: state.reconciled_at or now)]


async def reconcile_drive(
    m365: Microsoft365,
    account: Account,
    lakehouse: Lakehouse,
    clock: Clock,
    drive_id: str,
    *,
    deadline_seconds: float,
) -> Reconciliation:
    """One turn at reading a drive anew: begins it, or goes on with it. Raises as `sync_drive` does."""
    report = await sync_drive(m365, account, lakehouse, clock, drive_id, deadline_seconds=deadline_seconds, full=True)
    state = await DriveStates.of(account).get(drive_id)
    ended = state is not None and state.round is not Round.FULL and report.state is SyncState.COMPLETE
    return Reconciliation(report=report, drift=state.drift if state is not None and ended else None)
