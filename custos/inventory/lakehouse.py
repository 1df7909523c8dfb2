"""The lakehouse: the inventory's Delta Lake tables, written with delta-rs and read with Polars.

All of it blocks; asynchronous callers go through `asyncio.to_thread`. Tables come into being with their first row, and a
table that does not exist yet reads as an empty frame with the right columns. Every write of one drive names its partition
as a literal, so drives never conflict with each other.
Sources: https://delta-io.github.io/delta-rs/ and https://github.com/delta-io/delta/blob/master/PROTOCOL.md
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

import polars as pl

from custos.errors import StorageTrouble
from custos.inventory.delta_tables import CONTAINER, OpenTables, brief
from custos.inventory.file_cache import FileCache, file_cache
from custos.inventory.schema import KEYS, PARTITIONS, TABLES, empty
from custos.storage.account import Account

if TYPE_CHECKING:
    from deltalake import CommitProperties, DeltaTable

KEEP_HOURS = 7 * 24
"""How long an old version can still be read: longer than any plan lives."""

_ATTEMPTS = 6
_REWRITTEN_ROWS = 50_000  # up to here writing a drive's rows anew costs less than half of having delta-rs merge them
_TOGETHER_ROWS = 200_000  # of drives that share a commit
_LINGER_SECONDS = 0.2  # a commit costs about as much for ten drives as for one
_LOOK_AGAIN_SECONDS = 0.01
_WAITING_ROOM = 32  # threads
_TARGET_BYTES = 16 * 1024 * 1024  # a merge rewrites whole files: smaller files, cheaper changes


class Superseded(StorageTrouble):
    """Another worker wrote this drive since our snapshot: what we hold is no longer the truth. Nothing was written."""

    def __init__(self, drive: str) -> None:
        super().__init__(f"drive {drive} was written by another worker")
        self.drive = drive


@dataclass
class Writer:
    """One worker's turn at one drive of one table: its writes succeed only while nobody else writes that drive.

    `files` hold the drive's rows at `version` of the table (-1: it did not exist yet), and nobody else can have changed them
    since: every write names its drive in the commit itself (Delta's `txn` action), so a worker that outlived its lease is
    refused by the table, not by luck.
    """

    table: str
    drive: str
    version: int
    files: Sequence[str]

    @property
    def application(self) -> str:
        return f"custos/{self.drive}"


@dataclass(eq=False, slots=True)
class _Replacement:
    """Rows that are to take the place of those of a writer's drive, waiting for their turn at the table."""

    writer: Writer
    rows: pl.DataFrame
    is_settled: bool = False
    error: StorageTrouble | None = None


@dataclass
class Lakehouse:
    """The tables of `schema.TABLES` under `root`. `root` is a directory in tests that need no storage account."""

    account: Account | None
    root: str = f"az://{CONTAINER}"
    _tables: OpenTables = field(init=False)
    _copies: FileCache | None = field(init=False)
    _waiting: dict[str, list[_Replacement]] = field(default_factory=lambda: defaultdict(list), init=False)
    _at_work: WeakValueDictionary[tuple[str, str], Writer] = field(default_factory=WeakValueDictionary, init=False)
    """Writers that have not written yet, by table and drive."""
    _room: Lock = field(default_factory=Lock, init=False)
    waiting_room: ThreadPoolExecutor = field(init=False)
    """For writes of asynchronous callers: who waits there for a turn at the table keeps no thread from who reads."""

    def __post_init__(self) -> None:
        self._tables = OpenTables(self.account, self.root)
        self._copies = file_cache(self.account, CONTAINER) if self.account is not None else None
        self.waiting_room = ThreadPoolExecutor(_WAITING_ROOM, thread_name_prefix="lakehouse")

    # reading

    def scan(
        self,
        table: str,
        *,
        columns: Sequence[str] | None = None,
        drives: Iterable[str] | None = None,
        version: int | None = None,
    ) -> pl.LazyFrame:
        """The table's rows, lazily: of `drives`, as they stood at `version` (default: now), with `columns` only.

        Which files that means is settled here; later writes change nothing in the frame.
        """
        return self._frame(table, self._files(table, drives, version), columns)

    def scan_own(self, writer: Writer, *, columns: Sequence[str] | None = None) -> pl.LazyFrame:
        """The rows of a writer's drive as it left them. Asks storage for no list of files."""
        return self._frame(writer.table, writer.files, columns)

    def _frame(self, table: str, files: Sequence[str], columns: Sequence[str] | None) -> pl.LazyFrame:
        wanted = list(columns) if columns is not None else list(TABLES[table])
        if not files:
            return empty(TABLES[table]).lazy().select(wanted)
        partition = PARTITIONS.get(table, [])
        kinds = TABLES[table]
        return pl.scan_parquet(
            self._copies.of(files) if self._copies is not None else list(files),
            schema={name: kind for name, kind in kinds.items() if name not in partition},
            hive_partitioning=bool(partition),
            hive_schema={name: kinds[name] for name in partition} or None,
            missing_columns="insert",
            extra_columns="ignore",
            storage_options=dict(self._tables.options()) or None,
        ).select(wanted)

    def read(
        self,
        table: str,
        *,
        columns: Sequence[str] | None = None,
        drives: Iterable[str] | None = None,
        version: int | None = None,
    ) -> pl.DataFrame:
        """Like `scan`, collected. Raises StorageTrouble: a table that cannot be read is never an empty one."""
        return self.collect(self.scan(table, columns=columns, drives=drives, version=version))

    def collect(self, frame: pl.LazyFrame) -> pl.DataFrame:
        """Collect a frame that `scan` gave, in bounded memory."""
        try:
            return frame.collect(engine="streaming")
        except (pl.exceptions.ComputeError, OSError) as error:
            raise StorageTrouble(f"the inventory cannot be read: {brief(error)}") from error

    def version(self, table: str) -> int:
        """The table's present version, -1 when it does not exist yet."""
        if not self._tables.exists(table):
            return -1
        with self._tables.looked_at(table) as opened:
            return int(opened.version())

    def versions(self, tables: Iterable[str] = TABLES) -> dict[str, int]:
        """Present versions of tables, to pin what a plan was made from. -1: no such table yet."""
        return {table: self.version(table) for table in tables}

    def writer(self, table: str, drive: str) -> Writer:
        """A turn at writing `drive`. What is compared with must be read after this."""
        files: Sequence[str] = ()
        version = -1
        if self._tables.exists(table):
            with self._tables.looked_at(table) as opened:
                version, files = opened.version(), _files_of(opened, [drive])
        writer = Writer(table, drive, version, files)
        with self._room:
            self._at_work[table, drive] = writer
        return writer

    # writing

    def append(self, table: str, frame: pl.DataFrame, *, writer: Writer | None = None) -> None:
        """Add rows that are known to be new."""
        if not frame.height:
            return
        typed = _typed(table, frame)

        def write(opened: DeltaTable, commit: CommitProperties) -> None:
            from deltalake import write_deltalake

            write_deltalake(opened, typed, mode="append", commit_properties=commit, target_file_size=_TARGET_BYTES)

        self._write(table, () if writer is None else (writer,), write)

    def replace(
        self, table: str, frame: pl.DataFrame, *, drive: str | None = None, writer: Writer | None = None
    ) -> None:
        """Put `frame` in the place of the whole table, or of one drive's rows, in one commit.

        Commits to a table come one after the other, so drives that wait for their turn in this process share the next one.
        """
        if writer is not None:
            self._replace_in_turn(table, _Replacement(writer, _typed(table, frame)))
            return
        predicate = None if drive is None else f"drive_id = {literal(drive)}"
        typed = _typed(table, frame)
        if not typed.height and not self._tables.exists(table):
            return

        def write(opened: DeltaTable, commit: CommitProperties) -> None:
            from deltalake import write_deltalake

            if not typed.height:
                opened.delete(predicate, commit_properties=commit)
                return
            write_deltalake(
                opened, typed, mode="overwrite", predicate=predicate, commit_properties=commit,
                target_file_size=_TARGET_BYTES,
            )  # fmt: skip

        self._write(table, (), write)

    def delete(self, table: str, predicate: str) -> None:
        """Remove the rows for which the SQL `predicate` holds; put values in with `literal`."""
        if self._tables.exists(table):
            self._write(table, (), lambda opened, commit: _discard(opened.delete(predicate, commit_properties=commit)))

    def change(self, table: str, frame: pl.DataFrame, gone: Sequence[str], *, writer: Writer) -> None:
        """Insert or replace rows of the writer's drive, and remove those of the items `gone`, in one commit.

        `frame` holds rows of other items than `gone`.
        """
        typed = _typed(table, frame).unique(KEYS[table], keep="last", maintain_order=True)
        gone_rows = pl.DataFrame({"drive_id": [writer.drive] * len(gone), "item_id": list(gone)})
        source = pl.concat([typed.with_columns(gone=False), gone_rows.with_columns(gone=True)], how="diagonal_relaxed")
        if not source.height:
            return
        stored = self.scan_own(writer)
        height = self.collect(stored.select(pl.len())).item()
        if height <= _REWRITTEN_ROWS:
            keys = KEYS[table]
            kept = self.collect(stored.join(source.lazy().select(keys), on=keys, how="anti"))
            if kept.height == height and not typed.height:
                return
            self.replace(table, pl.concat([kept, typed]), drive=writer.drive, writer=writer)
            return
        terms = " AND ".join(f"t.{name} = s.{name}" for name in KEYS[table] if name != "drive_id")
        columns = {name: f"s.{name}" for name in TABLES[table]}

        def write(opened: DeltaTable, commit: CommitProperties) -> None:
            merger = opened.merge(
                source, f"t.drive_id = {literal(writer.drive)} AND {terms}", source_alias="s", target_alias="t",
                commit_properties=commit,
            )  # fmt: skip
            merger.when_matched_delete("s.gone").when_matched_update(columns).when_not_matched_insert(
                columns, "NOT s.gone"
            ).execute()

        self._write(table, (writer,), write)

    def compact(self, table: str | None = None, *, keep_hours: int = KEEP_HOURS) -> None:
        """Join small files and let go of files that no version of the last `keep_hours` needs."""
        for name in [table] if table else list(TABLES):
            if self._tables.exists(name):
                self._write(name, (), lambda opened, commit: _compact(opened, commit, keep_hours))

    # inside

    def _files(self, table: str, drives: Iterable[str] | None, version: int | None) -> list[str]:
        if version == -1 or not self._tables.exists(table):
            return []
        chosen = None if drives is None else sorted(set(drives))
        with self._tables.looked_at(table, version) as opened:
            return _files_of(opened, chosen)

    def _replace_in_turn(self, table: str, mine: _Replacement) -> None:
        """Wait for the turn at the table, and commit what waits by then; or find that somebody else's turn took this along."""
        with self._room:
            self._waiting[table].append(mine)
        with self._tables.writing(table):
            if not mine.is_settled:
                self._linger(table)
            while not mine.is_settled:
                self._replace_together(table, self._taken(table))
        if mine.error is not None:
            raise mine.error

    def _linger(self, table: str) -> None:
        """Wait a moment for drives that are at work and may want to be written too; not at all where there is none."""
        until = time.monotonic() + _LINGER_SECONDS
        while time.monotonic() < until:
            with self._room:
                ready = {one.writer.drive for one in self._waiting[table]}
                if not any(name == table and drive not in ready for name, drive in self._at_work):
                    return
            time.sleep(_LOOK_AGAIN_SECONDS)

    def _taken(self, table: str) -> list[_Replacement]:
        """What waits longest, as much as one commit should hold. Of one drive one worker at most waits: it has the lease."""
        taken: list[_Replacement] = []
        rows = 0
        with self._room:
            waiting = self._waiting[table]
            while waiting and (not taken or rows + waiting[0].rows.height <= _TOGETHER_ROWS):
                taken.append(waiting.pop(0))
                rows += taken[-1].rows.height
        return taken

    def _replace_together(self, table: str, group: Sequence[_Replacement]) -> None:
        rows = pl.concat([one.rows for one in group])
        predicate = f"drive_id IN ({', '.join(literal(one.writer.drive) for one in group)})"

        def write(opened: DeltaTable, commit: CommitProperties) -> None:
            from deltalake import write_deltalake

            if not rows.height:
                opened.delete(predicate, commit_properties=commit)
                return
            write_deltalake(
                opened, rows, mode="overwrite", predicate=predicate, commit_properties=commit,
                target_file_size=_TARGET_BYTES,
            )  # fmt: skip

        try:
            if rows.height or self._tables.exists(table):
                self._write(table, [one.writer for one in group], write)
        except Superseded as error:
            late = next(one for one in group if one.writer.drive == error.drive)
            late.error = error
            late.is_settled = True
            if others := [one for one in group if one is not late]:
                self._replace_together(table, others)
        except StorageTrouble as error:
            for one in group:
                one.error = error
        for one in group:
            one.is_settled = True

    def _write(
        self, table: str, writers: Sequence[Writer], change: Callable[[DeltaTable, CommitProperties], None]
    ) -> None:
        """Run one commit, again from a fresh snapshot when another commit got in between."""
        from deltalake import CommitProperties, Transaction
        from deltalake.exceptions import CommitFailedError, DeltaError

        self._tables.create(table)
        with self._room:
            for writer in writers:
                self._at_work.pop((table, writer.drive), None)
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with self._tables.writing(table), self._tables.opened(table) as opened:
                    before = opened.version()
                    for writer in writers:
                        self._check(opened, writer)
                    marks = [Transaction(writer.application, before + 1) for writer in writers]
                    change(opened, CommitProperties(app_transactions=marks or None))
                    if opened.version() != before:  # a change of nothing commits nothing
                        for writer in writers:
                            writer.version, writer.files = opened.version(), _files_of(opened, [writer.drive])
            except CommitFailedError as error:
                if attempt == _ATTEMPTS:
                    raise StorageTrouble(f"table {table} is written by too many at once") from error
                time.sleep(0.05 * 2**attempt)
            except (DeltaError, OSError) as error:
                raise StorageTrouble(f"table {table} cannot be written: {brief(error)}") from error
            else:
                return

    def _check(self, opened: DeltaTable, writer: Writer) -> None:
        """Raises Superseded when somebody else wrote the drive. A commit that comes between here and ours makes ours fail.

        Whoever writes a drive changes its files, but so does compaction, which changes no row. Only then is the log read for
        who wrote last.
        """
        if opened.version() == writer.version or set(_files_of(opened, [writer.drive])) == set(writer.files):
            return
        ours = None
        if writer.version >= 0:
            ours = self._tables.at(writer.table, writer.version).transaction_version(writer.application)
        if opened.transaction_version(writer.application) != ours:
            raise Superseded(writer.drive)


def _files_of(opened: DeltaTable, drives: Sequence[str] | None) -> list[str]:
    if drives is not None and not drives:
        return []
    only = None if drives is None else [("drive_id", "in", list(drives))]
    return list(opened.file_uris(file_pruning_predicate=only))


def literal(text: str) -> str:
    """`text` as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def _typed(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(pl.col(name).cast(kind) for name, kind in TABLES[table].items())


def _compact(opened: DeltaTable, commit: CommitProperties, keep_hours: int) -> None:
    opened.optimize.compact(target_size=_TARGET_BYTES, commit_properties=commit)
    opened.vacuum(retention_hours=keep_hours, dry_run=False, enforce_retention_duration=keep_hours >= KEEP_HOURS)


def _discard(_: object) -> None:
    """The figures of a delete, which nobody asks for."""
