"""Writing and reading the reporting tables: Delta Lake tables whose versions and change feed say what became of each row.

A write compares with what is there, and commits what changed and nothing else: the same rows twice make one version. All of it
blocks; asynchronous callers go through `asyncio.to_thread`. Tables have reader version 1, which Fabric, Power BI and Spark read.
Sources: https://learn.microsoft.com/power-query/connectors/delta-lake-table and
https://github.com/delta-io/delta/blob/master/PROTOCOL.md#change-data-files
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from custos.errors import StorageTrouble
from custos.inventory.delta_tables import Declared, OpenTables, brief
from custos.inventory.reporting_schema import ALL, CONTAINER, ReportingTable
from custos.inventory.schema import empty
from custos.storage.account import Account

if TYPE_CHECKING:
    from deltalake import DeltaTable

KEEP_HOURS = 30 * 24
"""How long older versions and the change feed can be read."""

_ATTEMPTS = 5
_EVERY_VERSIONS = 30  # of a table: its small files are joined then, and old ones let go
_CONFIGURATION = {"delta.enableChangeDataFeed": "true", "delta.checkpointInterval": "20"}


@dataclass
class ReportingTables:
    """The tables of `reporting_schema` under `root`. `root` is a directory in tests that need no storage account."""

    account: Account | None
    root: str = f"az://{CONTAINER}"
    _tables: OpenTables = field(init=False)

    def __post_init__(self) -> None:
        kinds = {name: table.kinds for name, table in ALL.items()}
        declared = Declared(
            container=CONTAINER,
            client=lambda account: account.blocking_container(CONTAINER),
            tables=kinds,
            configuration=_CONFIGURATION,
        )
        self._tables = OpenTables(self.account, self.root, declared)

    def read(self, table: ReportingTable) -> pl.DataFrame:
        """All rows, in the order of their keys; none where it was never written. Raises StorageTrouble."""
        if not self._tables.exists(table.name):
            return empty(table.kinds)
        with self._tables.looked_at(table.name) as opened:
            files = list(opened.file_uris())
        if not files:
            return empty(table.kinds)
        try:
            found = pl.scan_parquet(
                files,
                schema=table.kinds,
                missing_columns="insert",
                extra_columns="ignore",
                storage_options=dict(self._tables.options()) or None,
            )
            return found.select(list(table.kinds)).sort(table.key).collect()
        except (pl.exceptions.ComputeError, OSError) as error:
            raise StorageTrouble(f"the table {table.name} cannot be read: {brief(error)}") from error

    def write(self, table: ReportingTable, rows: pl.DataFrame) -> int:
        """Make these its rows. Returns how many were added, changed or taken out: with none there is no new version.

        Compares and writes again when somebody else wrote in between. Raises StorageTrouble; the table is as it was then.
        """
        wanted = rows.select(pl.col(name).cast(kind) for name, kind in table.kinds.items()).unique(table.key)
        self._tables.create(table.name)
        for _ in range(_ATTEMPTS):
            source = _difference(table, self.read(table), wanted)
            if not source.height:
                return 0
            if self._is_merged(table, source):
                return source.height
        raise StorageTrouble(f"the table {table.name} is written by too many at once")

    def _is_merged(self, table: ReportingTable, source: pl.DataFrame) -> bool:
        """False when somebody else wrote in between, and what was compared is no longer what is there."""
        from deltalake.exceptions import CommitFailedError, DeltaError

        columns = {name: f"s.{name}" for name in table.kinds}
        same = " AND ".join(f"t.{name} = s.{name}" for name in table.key)
        try:
            with self._tables.writing(table.name), self._tables.opened(table.name) as opened:
                merger = opened.merge(source, same, source_alias="s", target_alias="t")
                merger.when_matched_delete("s.gone").when_matched_update(columns).when_not_matched_insert(
                    columns, "NOT s.gone"
                ).execute()
                if opened.version() % _EVERY_VERSIONS == 0:
                    _tidy(opened)
        except CommitFailedError:
            return False
        except (DeltaError, OSError) as error:
            raise StorageTrouble(f"the table {table.name} cannot be written: {brief(error)}") from error
        return True


def _difference(table: ReportingTable, stored: pl.DataFrame, wanted: pl.DataFrame) -> pl.DataFrame:
    """What has to change, with `gone` for what is taken out."""
    changed = wanted.join(stored, on=list(table.kinds), how="anti", nulls_equal=True)
    gone = stored.select(table.key).join(wanted, on=table.key, how="anti")
    return pl.concat([changed.with_columns(gone=False), gone.with_columns(gone=True)], how="diagonal_relaxed")


def _tidy(opened: DeltaTable) -> None:
    opened.optimize.compact()
    opened.vacuum(retention_hours=KEEP_HOURS, dry_run=False)
