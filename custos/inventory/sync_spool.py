"""What a round puts by while it is under way: parts of columns as Parquet blobs in the container `sync`.

Named `DRIVE/ROUND/KIND-NUMBER`. Which parts count is said by the drive's state row: a part that was written just before
its worker died is written again, and parts of rounds that ended or were given up are removed when the next one begins.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from custos.errors import StorageTrouble
from custos.storage.account import Account
from custos.storage.blobs import Container
from custos.storage.rows import key_part

CONTAINER = "sync"


@dataclass
class SyncSpool:
    """The parts of one drive."""

    container: Container
    drive_id: str

    @classmethod
    def of(cls, account: Account, drive_id: str) -> SyncSpool:
        return cls(account.container(CONTAINER), drive_id)

    async def put(self, round_id: str, kind: str, number: int, frame: pl.DataFrame) -> None:
        """Write part `number`, over one that may be there."""
        target = io.BytesIO()
        frame.write_parquet(target, compression="zstd")
        await self.container.put(self._name(round_id, kind, number), target.getvalue())

    async def get(self, round_id: str, kind: str, numbers: Sequence[int]) -> list[pl.DataFrame]:
        """The parts in the order of `numbers`. Raises StorageTrouble when one is missing: it was promised."""
        frames = []
        for number in numbers:
            content = await self.container.get(self._name(round_id, kind, number))
            if content is None:
                raise StorageTrouble(f"part {number} of what drive {self.drive_id} put by ({kind}) is missing")
            frames.append(pl.read_parquet(io.BytesIO(content)))
        return frames

    async def clear(self, *, but: str = "") -> None:
        """Remove the parts of every round but one."""
        prefix = f"{key_part(self.drive_id)}/"
        for name in [name async for name in self.container.names(prefix)]:
            if not but or not name.startswith(f"{prefix}{but}/"):
                await self.container.delete(name)

    def _name(self, round_id: str, kind: str, number: int) -> str:
        return f"{key_part(self.drive_id)}/{round_id}/{kind}-{number:06}.parquet"
