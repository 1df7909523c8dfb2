"""Everything that a sync needs, at hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import polars as pl
from polars.testing import assert_frame_equal

from custos.clock import FixedClock
from custos.inventory.columns import FACTS
from custos.inventory.drive_state import DriveState, DriveStates
from custos.inventory.lakehouse import Lakehouse
from custos.inventory.sync import SyncReport, sync_from
from custos.storage.account import Account
from tests.inventory.killed_worker import Fate, Killed, MortalAccount, MortalLakehouse
from tests.inventory.memory_library import Library


@dataclass
class Desk:
    """A drive, its library, and where its mirror is kept."""

    account: Account
    lakehouse: Lakehouse
    clock: FixedClock
    drive_id: str
    library: Library = field(default_factory=Library)
    batch_rows: int = 50_000

    async def register(self) -> None:
        states = DriveStates.of(self.account)
        await states.register(self.drive_id, site_id="site", list_id="list", name="Documents")

    async def state(self) -> DriveState:
        found = await DriveStates.of(self.account).get(self.drive_id)
        assert found is not None
        return found

    async def sync(self, *, full: bool = False, deadline: float = 60.0, fate: Fate | None = None) -> SyncReport:
        """One turn. With `fate`, the worker may die: then Killed is raised."""
        self.clock.advance(timedelta(minutes=1))
        account, lakehouse = self.account, self.lakehouse
        if fate is not None:
            account = MortalAccount(account, fate)
            mortal = MortalLakehouse(lakehouse.account, lakehouse.root)
            mortal.fate = fate
            lakehouse = mortal
            self.library.step = fate.step
        try:
            return await sync_from(
                self.library, account, lakehouse, self.clock, self.drive_id,
                deadline_seconds=deadline, full=full, owner="the worker", batch_rows=self.batch_rows,
            )  # fmt: skip
        finally:
            if fate is not None:
                self.library.step = lambda: None

    async def survives(self, at: int, *, full: bool = False, deadline: float = 60.0) -> bool:
        """One turn that dies at step `at`. False when it died."""
        try:
            await self.sync(full=full, deadline=deadline, fate=Fate(at))
        except Killed:
            return False
        return True

    async def settle(self, *, deadline: float = 60.0) -> SyncReport:
        """Turns until no more is asked for."""
        for _ in range(100):
            report = await self.sync(deadline=deadline)
            if not report.more:
                return report
        raise AssertionError("the sync never ends")

    def mirror(self) -> pl.DataFrame:
        rows = self.lakehouse.read("items", drives=[self.drive_id])
        return rows.select("item_id", *FACTS, "label").sort("item_id")

    def is_true(self) -> bool:
        """Whether the mirror says exactly what a fresh reading of the library would."""
        assert_frame_equal(self.mirror(), self.library.mirror())
        shares = self.lakehouse.read("permissions", drives=[self.drive_id]).filter(pl.col("permission_id") != "")
        assert set(shares.select("item_id", "permission_id").rows()) == self.library.shares()
        return True
