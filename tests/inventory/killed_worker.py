"""Storage and a lakehouse whose user dies at a chosen step, as a process does: at once, and for good."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from custos.inventory.lakehouse import Lakehouse, Writer
from custos.storage.account import Account
from custos.storage.blobs import Container
from custos.storage.rows import Row, Rows


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Fate:
    """Dies at step `at`, counting from 1; never with 0."""

    at: int = 0
    steps: int = 0

    def step(self) -> None:
        self.steps += 1
        if self.at and self.steps >= self.at:
            raise Killed


class MortalRows(Rows):
    """Rows; dies before or after a write."""

    fate: Fate

    async def insert(self, row: Row) -> str:
        self.fate.step()
        etag = await super().insert(row)
        self.fate.step()
        return etag

    async def replace(self, row: Row) -> str:
        self.fate.step()
        etag = await super().replace(row)
        self.fate.step()
        return etag

    async def delete(self, partition: str, key: str, *, etag: str = "") -> None:
        self.fate.step()
        await super().delete(partition, key, etag=etag)
        self.fate.step()


class MortalContainer(Container):
    """Blobs; dies before or after a write."""

    fate: Fate

    async def put(self, name: str, content: bytes | Iterable[bytes], *, overwrite: bool = True) -> None:
        self.fate.step()
        await super().put(name, content, overwrite=overwrite)
        self.fate.step()

    async def delete(self, name: str) -> None:
        self.fate.step()
        await super().delete(name)
        self.fate.step()

    async def names(self, prefix: str = "") -> AsyncIterator[str]:
        self.fate.step()
        async for name in super().names(prefix):
            yield name


class MortalAccount(Account):
    """An account whose tables and containers share one fate."""

    def __init__(self, account: Account, fate: Fate) -> None:
        super().__init__(account.settings)
        self.account = account
        self.fate = fate

    def rows(self, table: str) -> Rows:
        rows = MortalRows(self.account.rows(table).client)
        rows.fate = self.fate
        return rows

    def container(self, name: str) -> Container:
        container = MortalContainer(self.account.container(name).client)
        container.fate = self.fate
        return container


class MortalLakehouse(Lakehouse):
    """A lakehouse; dies before or after a commit."""

    fate: Fate = Fate()

    def append(self, table: str, frame: pl.DataFrame, *, writer: Writer | None = None) -> None:
        self.fate.step()
        super().append(table, frame, writer=writer)
        self.fate.step()

    def replace(self, table: str, frame: pl.DataFrame, **where: Any) -> None:
        self.fate.step()
        super().replace(table, frame, **where)
        self.fate.step()

    def change(self, table: str, frame: pl.DataFrame, gone: Sequence[str], *, writer: Writer) -> None:
        self.fate.step()
        super().change(table, frame, gone, writer=writer)
        self.fate.step()
