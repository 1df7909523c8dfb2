"""Puts tables and containers back from a folder. A row or blob that stands already stays as it is, so it may be done again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from custos.backup.folder import Pieces, blob_file, blobs_of, lines_of, table_file
from custos.backup.row_text import row_of
from custos.errors import RowExists, StorageTrouble
from custos.storage.blobs import Container
from custos.storage.rows import Rows
from custos.table import TRANSACTION_ROWS, Row, Write

_MOST_BYTES = 2_000_000
"""Of a transaction: Azure takes 4 MiB. Source: https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions"""


async def put_rows_back(folder: Path, table: str, rows: Rows, wanted: Callable[[Row], bool] = lambda _: True) -> int:
    """Insert the rows of a table that are `wanted`. How many were missing.

    Raises StorageTrouble when a row is said to be there and is not: a table that was deleted a moment ago takes none for a while.
    """
    missing = 0
    for some in _together(folder, table, wanted):
        try:
            await rows.transact([Write("insert", row) for row in some])
            missing += len(some)
        except RowExists:
            for row in some:
                missing += await _one(rows, row)
    return missing


async def put_blobs_back(folder: Path, name: str, container: Container) -> int:
    """Upload the blobs of a container that are not there. How many were missing."""
    there = {blob async for blob in container.names()}
    missing = 0
    for blob in blobs_of(folder, name):
        if blob.name in there:
            continue
        try:
            await container.put(blob.name, Pieces(blob_file(folder, name, blob.name)), overwrite=False)
            missing += 1
        except RowExists:
            continue
    return missing


async def _one(rows: Rows, row: Row) -> int:
    try:
        await rows.insert(row)
    except RowExists as error:
        if await rows.get(row.partition, row.key) is None:
            what = f"Table {rows.client.table_name} takes no row: it is still being deleted. Run it again in a minute."
            raise StorageTrouble(what) from error
        return 0
    return 1


def _together(folder: Path, table: str, wanted: Callable[[Row], bool]) -> Iterator[list[Row]]:
    """Rows of one partition, as many as a transaction takes."""
    some: list[Row] = []
    size = 0
    for line in lines_of(table_file(folder, table)):
        row = row_of(line)
        if not wanted(row):
            continue
        full = len(some) == TRANSACTION_ROWS or size + len(line) > _MOST_BYTES
        if some and (full or row.partition != some[0].partition):
            yield some
            some, size = [], 0
        some.append(row)
        size += len(line)
    if some:
        yield some
