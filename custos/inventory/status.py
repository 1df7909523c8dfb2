"""How current the mirror is: what is known, what is being read, what could not be read and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from custos.clock import Clock
from custos.inventory.dirty import dirty_since
from custos.inventory.state import DriveState, DriveStates, Round, SyncState, Why
from custos.inventory.subscriptions import Subscriptions
from custos.storage.account import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A round under way. `expected` is how many items the drive had after its last round; 0 when it never had one."""

    drive_id: str
    name: str
    round: Round
    since: datetime | None
    items: int
    expected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Incomplete:
    """A drive that could not be read: its items are unknown and nothing acts on them until it heals."""

    drive_id: str
    name: str
    why: Why
    detail: str
    attempts: int
    synced_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryStatus:
    """The mirror in figures. Times are the tenant's.

    `oldest_sync` is the age of the drive that was synced longest ago, of those that were synced at all. `units` are
    resource units spent on drives, ever. `drift` is what the last reconciliations found that delta had not told.
    """

    drives: Mapping[SyncState, int]
    items: int
    oldest_sync: timedelta | None
    oldest_reconciliation: timedelta | None
    labels_incomplete: int
    permissions_pending: int
    drift: int
    running: tuple[Running, ...]
    incomplete: tuple[Incomplete, ...]
    waiting: int
    subscriptions: int
    next_expiry: datetime | None
    units: int

    @property
    def coverage(self) -> tuple[int, int]:
        """Libraries read completely, libraries expected."""
        return self.drives[SyncState.COMPLETE], sum(self.drives.values())


async def status(account: Account, clock: Clock) -> InventoryStatus:
    """The figures as they are now. Asks storage only; costs no resource units."""
    now = clock.now()
    states = [state async for state in DriveStates.of(account).all()]
    subscriptions = await Subscriptions(account).all()
    synced = [state.synced_at for state in states if state.synced_at is not None]
    reconciled = [state.reconciled_at for state in states if state.reconciled_at is not None]
    return InventoryStatus(
        drives={kind: sum(state.state is kind for state in states) for kind in SyncState},
        items=sum(state.items for state in states),
        oldest_sync=now - min(synced) if synced else None,
        oldest_reconciliation=now - min(reconciled) if reconciled else None,
        labels_incomplete=sum(not state.labels_complete for state in states),
        permissions_pending=sum(state.permissions_pending for state in states),
        drift=sum(state.drift for state in states),
        running=tuple(_running(state) for state in states if state.begun),
        incomplete=tuple(_incomplete(state) for state in states if state.state is SyncState.INCOMPLETE),
        waiting=len(await dirty_since(account)),
        subscriptions=len(subscriptions),
        next_expiry=min((one.expires for one in subscriptions), default=None),
        units=sum(state.units for state in states),
    )


def _running(state: DriveState) -> Running:
    return Running(
        drive_id=state.drive_id,
        name=state.name,
        round=state.round,
        since=state.round_started_at,
        items=state.round_items,
        expected=state.items,
    )


def _incomplete(state: DriveState) -> Incomplete:
    return Incomplete(
        drive_id=state.drive_id,
        name=state.name,
        why=state.why,
        detail=state.detail,
        attempts=state.attempts,
        synced_at=state.synced_at,
    )
