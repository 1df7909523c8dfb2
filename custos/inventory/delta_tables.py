"""Opening Delta tables: found, made when missing, and kept open between uses.

Opening a table anew replays its log and costs several times what an update of an open one does, so open tables are kept: one
that all threads read from, and one for whoever writes. An update lists the whole log, so it is asked first whether there is a
commit after the one we know: commits are numbered without gaps. Threads that want to read at the same time share that question.
Threads of one process take turns at writing a table: commits to it happen one after the other anyway, and whoever loses the
race reads the winner's commit and begins again. The container is made when it is missing.
Sources: https://delta-io.github.io/delta-rs/ and
https://github.com/delta-io/delta/blob/master/PROTOCOL.md#delta-log-entries
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock, RLock
from typing import TYPE_CHECKING

import polars as pl

from custos.errors import StorageTrouble
from custos.inventory.schema import PARTITIONS, TABLES, empty
from custos.storage.account import Account

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient
    from deltalake import DeltaTable

CONTAINER = "inventory"

_CONFIGURATION = {
    "delta.checkpointInterval": "20",
    "delta.dataSkippingNumIndexedCols": "2",  # ids are looked for by their extremes; nothing else is, so the log stays small
}

_LISTED_AFTER_SECONDS = 3_600.0
"""A table that was not looked at for so long is updated from the list: old commits are removed from the log after days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """Which tables there are, in which container, and how they are made. `client` is for the container."""

    container: str
    client: Callable[[Account], ContainerClient]
    tables: Mapping[str, dict[str, pl.DataType]]
    configuration: Mapping[str, str | None]
    partitions: Mapping[str, list[str]] = field(default_factory=dict)


MIRROR = Declared(
    container=CONTAINER,
    client=lambda account: account.blocking_container(CONTAINER),
    tables=TABLES,
    configuration=_CONFIGURATION,
    partitions=PARTITIONS,
)
"""The inventory's."""


@dataclass(slots=True)
class _Open:
    """An open table, and when it was last made sure that it is at the newest version (monotonic seconds)."""

    table: DeltaTable
    as_of: float


@dataclass
class OpenTables:
    """The tables that are `declared`, under `root`. `root` is a directory in tests that need no storage account."""

    account: Account | None
    root: str
    declared: Declared = MIRROR
    _known: set[str] = field(default_factory=set, init=False)
    _writable: dict[str, _Open] = field(default_factory=dict, init=False)
    _readable: dict[str, _Open] = field(default_factory=dict, init=False)
    _turns: dict[str, RLock] = field(default_factory=lambda: defaultdict(RLock), init=False)
    _looking: dict[str, Lock] = field(default_factory=lambda: defaultdict(Lock), init=False)
    _client: ContainerClient | None = field(default=None, init=False)

    def exists(self, table: str) -> bool:
        """Whether the table has been made. Raises StorageTrouble when nobody can tell."""
        if table in self._known:
            return True
        if found := self._has_log(table):
            self._known.add(table)
        return found

    @contextmanager
    def writing(self, table: str) -> Iterator[None]:
        """This thread's turn at writing the table."""
        with self._turns[table]:
            yield

    @contextmanager
    def opened(self, table: str) -> Iterator[DeltaTable]:
        """The table at its newest version, for the thread whose turn at `writing` it is."""
        kept = self._writable.pop(table, None)
        now = self._newest(table, kept)
        yield now.table
        self._writable[table] = now  # not after an error: what state it is in is unknown then

    @contextmanager
    def looked_at(self, table: str, version: int | None = None) -> Iterator[DeltaTable]:
        """The table for reading, at `version`, or at one no older than this call. Nothing that takes time belongs inside."""
        asked = time.monotonic()
        with self._looking[table]:
            kept = self._readable.get(table)
            if version is None and (kept is None or kept.as_of < asked):
                self._readable.pop(table, None)  # what state it is in after an error is unknown
                kept = self._readable[table] = self._newest(table, kept)
            if kept is not None and version in (None, kept.table.version()):
                yield kept.table
                return
        yield self.at(table, version)

    def _newest(self, table: str, kept: _Open | None) -> _Open:
        """The table at a version no older than this call."""
        from deltalake.exceptions import DeltaError

        now = time.monotonic()
        if kept is None:
            return _Open(self.at(table, None), now)
        if now - kept.as_of > _LISTED_AFTER_SECONDS or self._is_committed(table, kept.table.version() + 1):
            try:
                kept.table.update_incremental()
            except (DeltaError, OSError) as error:
                raise StorageTrouble(f"table {table} cannot be opened: {brief(error)}") from error
        return _Open(kept.table, now)

    def _has_log(self, table: str) -> bool:
        """Whether anything was ever committed. Asked by the SDK's kept client: delta-rs makes a client of its own for each question."""
        log = f"{self._uri(table)}/_delta_log/"
        if self.account is None:
            return any(Path(log).glob("*"))
        from azure.core.exceptions import AzureError, ResourceNotFoundError

        blobs = self._container(self.account).list_blob_names(name_starts_with=self._blob(log), results_per_page=1)
        try:
            return next(blobs, None) is not None
        except ResourceNotFoundError:
            return False  # the container is made with the first table
        except AzureError as error:
            raise StorageTrouble(f"table {table} cannot be looked for: {type(error).__name__}") from error

    def _is_committed(self, table: str, version: int) -> bool:
        commit = f"{self._uri(table)}/_delta_log/{version:020}.json"
        if self.account is None:
            return Path(commit).exists()
        from azure.core.exceptions import AzureError

        try:
            return self._container(self.account).get_blob_client(self._blob(commit)).exists()
        except AzureError as error:
            raise StorageTrouble(f"table {table} cannot be opened: {type(error).__name__}") from error

    def _container(self, account: Account) -> ContainerClient:
        if self._client is None:
            self._client = self.declared.client(account)
        return self._client

    def at(self, table: str, version: int | None) -> DeltaTable:
        """The table as it stood at `version`, None being now. Raises StorageTrouble, also for a version that is forgotten."""
        from deltalake import DeltaTable
        from deltalake.exceptions import DeltaError

        try:
            return DeltaTable(self._uri(table), version=version, storage_options=dict(self.options()))
        except (DeltaError, OSError) as error:
            raise StorageTrouble(f"table {table} cannot be opened: {brief(error)}") from error

    def create(self, table: str) -> None:
        """Make the table; harmless when it is there."""
        if self.exists(table):
            return
        from deltalake import write_deltalake
        from deltalake.exceptions import DeltaError

        self._make_container()
        try:
            write_deltalake(
                self._uri(table), empty(self.declared.tables[table]), mode="ignore",
                partition_by=self.declared.partitions.get(table), configuration=dict(self.declared.configuration),
                storage_options=dict(self.options()),
            )  # fmt: skip
        except (DeltaError, OSError) as error:
            if not self.exists(table):  # two workers may have made it at the same moment
                raise StorageTrouble(f"table {table} cannot be made: {brief(error)}") from error

    def options(self) -> Mapping[str, str]:
        """How the storage is reached, for delta-rs and Polars alike."""
        return self.account.delta_options() if self.account is not None else {}

    def _uri(self, table: str) -> str:
        return f"{self.root}/{table}"

    def _blob(self, uri: str) -> str:
        """A blob's name in the container."""
        return uri.removeprefix(f"az://{self.declared.container}/")

    def _make_container(self) -> None:
        if self.account is None:
            return
        from azure.core.exceptions import AzureError, ResourceExistsError

        with self.declared.client(self.account) as container:
            try:
                container.create_container()
            except ResourceExistsError:
                return
            except AzureError as error:
                raise StorageTrouble(
                    f"container {self.declared.container} cannot be made: {type(error).__name__}"
                ) from error


def brief(error: Exception) -> str:
    """The first line of a library's error: what may follow are addresses."""
    return f"{type(error).__name__}: {str(error).partition('\n')[0][:200]}"
