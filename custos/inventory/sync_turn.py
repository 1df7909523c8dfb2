"""One worker's turn at one drive: its lease, its row, its place in the tables, and the time it has."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from custos.clock import Clock
from custos.inventory.drive_source import Source
from custos.inventory.drive_state import DriveState, DriveStates, Round, Stage
from custos.inventory.lakehouse import Lakehouse, Writer
from custos.inventory.pending_changes import ChangedItems, Marker
from custos.inventory.sync_spool import SyncSpool
from custos.storage.lease import Lease, LeaseLost

_NO_ROUND: Mapping[str, object] = {
    "round": Round.NONE,
    "stage": Stage.NONE,
    "round_id": "",
    "round_started_at": None,
    "anchor_link": "",
    "label_link": "",
    "label_parts": 0,
    "next_link": "",
    "batch": 0,
    "held_parts": 0,
    "round_items": 0,
    "round_changed": 0,
    "round_drift": 0,
    "round_unreadable": 0,
    "round_unidentified": 0,
}


@dataclass
class SyncTurn:
    """The turn. `deadline` is in the machine's monotonic seconds; `batch_rows` are held and committed at once.

    `changed` and `removed` count rows of this turn; `was_mirrored`: the drive had been read to its end before it.
    """

    state: DriveState
    states: DriveStates
    lakehouse: Lakehouse
    parts: SyncSpool
    source: Source
    clock: Clock
    lease: Lease
    marker: Marker
    deadline: float
    batch_rows: int
    changed: int = 0
    removed: int = 0
    labels: Sequence[pl.DataFrame] = ()
    """Labels of the library that were read in this turn and are not put by."""
    was_mirrored: bool = field(init=False)
    _charged: int = 0
    _writers: dict[str, Writer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.was_mirrored = self.state.synced_at is not None

    @property
    def drive_id(self) -> str:
        return self.state.drive_id

    @property
    def is_over(self) -> bool:
        """The time is used up: commit what is in hand and hand the rest to the next turn."""
        return time.monotonic() >= self.deadline

    async def save(self, **changes: object) -> None:
        """Write the drive's row. Raises RowChanged or LeaseLost when the drive is no longer ours."""
        await self.hold()
        spent = self.source.cost.units - self._charged
        self._charged += spent
        self.state = await self.states.save(self.state, units=self.state.units + spent, **changes)

    async def hold(self) -> None:
        """Keep the lease."""
        if not await self.lease.renew():
            raise LeaseLost(f"the lease on drive {self.drive_id} was lost")

    async def writer(self, table: str) -> Writer:
        """Our turn at writing this drive in `table`: what we compare with is read at its version."""
        if table not in self._writers:
            self._writers[table] = await asyncio.to_thread(self.lakehouse.writer, table, self.drive_id)
        return self._writers[table]

    async def select(
        self,
        table: str,
        then: Callable[[pl.LazyFrame], pl.LazyFrame] = lambda frame: frame,
        *,
        columns: Sequence[str] | None = None,
    ) -> pl.DataFrame:
        """This drive's rows of `table`, as we may write them: `then` says what to make of them before they are collected."""
        writer = await self.writer(table)

        def read() -> pl.DataFrame:
            return self.lakehouse.collect(then(self.lakehouse.scan_own(writer, columns=columns)))

        return await asyncio.to_thread(read)

    async def commit(self, write: Callable[[], None], touched: ChangedItems) -> None:
        """Run a write of the lakehouse in a thread, as long as the lease is ours, having marked what it touches.

        Nothing is marked of a drive's first reading: what was never evaluated is evaluated with everything.
        """
        if self.state.synced_at is not None:
            await self.marker.mark(touched)
        await self.hold()
        await asyncio.get_running_loop().run_in_executor(self.lakehouse.waiting_room, write)

    async def begin(self, kind: Round, stage: Stage, **changes: object) -> None:
        """Begin a round, in the place of one that may be under way."""
        round_id = uuid.uuid4().hex
        fresh = {**_NO_ROUND, "round_id": round_id, "round_started_at": self.clock.now()}
        await self.save(**{**fresh, **changes, "round": kind, "stage": stage})
        await self.parts.clear(but=round_id)

    async def end(self, **changes: object) -> None:
        """End the round under way, with what it found out, and let go of what it put by."""
        had_parts = self.state.begun
        await self.save(**{**_NO_ROUND, **changes})
        if had_parts:
            await self.parts.clear()

    @property
    def started(self) -> datetime:
        """When the round under way began."""
        return self.state.round_started_at or self.clock.now()
