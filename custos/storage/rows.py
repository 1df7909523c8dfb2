"""Rows of an Azure Table, guarded by ETags.

Keys may not hold `/ \\ # ?` or control characters: `key_part` makes any text fit. A row is at most 1 MiB, a text 32 K
characters, a transaction 100 rows of one partition.
Source: https://learn.microsoft.com/azure/storage/tables/scalability-targets
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from azure.core import MatchConditions
from azure.core.exceptions import AzureError, HttpResponseError, ResourceExistsError, ResourceNotFoundError

from custos.errors import RowChanged, RowExists, StorageTrouble
from custos.table import Row, Value, Write, key_part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from azure.data.tables.aio import TableClient

__all__ = ["Row", "Rows", "Value", "Write", "key_part"]

_PICKED_TOGETHER = 14


@dataclass
class Rows:
    """One table. Every method raises StorageTrouble when storage cannot be reached, and what `check` raises before it is asked."""

    client: TableClient
    check: Callable[[], Awaitable[None]] | None = None  # that what is kept in the account is ours to read
    _ready: bool = field(default=False, init=False)

    async def get(self, partition: str, key: str) -> Row | None:
        """The row, or None when there is no such row (also when there is no such table yet)."""
        await self._checked()
        with _trouble(self.client.table_name):
            try:
                return _row(await self.client.get_entity(partition, key))
            except ResourceNotFoundError:
                return None

    async def pick(self, partition: str, keys: Sequence[str]) -> list[Row]:
        """Those of the rows `keys` of a partition that there are, in no order: one request for 14 of them.

        A filter takes 15 comparisons. Source: https://learn.microsoft.com/rest/api/storageservices/querying-tables-and-entities
        """
        await self._checked()
        found: list[Row] = []
        for start in range(0, len(keys), _PICKED_TOGETHER):
            some = keys[start : start + _PICKED_TOGETHER]
            wanted = " or ".join(f"RowKey eq @k{number}" for number in range(len(some)))
            values = {"p": partition, **{f"k{number}": key for number, key in enumerate(some)}}
            with _trouble(self.client.table_name):
                try:
                    rows = self.client.query_entities(f"PartitionKey eq @p and ( {wanted} )", parameters=values)
                    found += [_row(entity) async for entity in rows]
                except ResourceNotFoundError:
                    return found
        return found

    async def insert(self, row: Row) -> str:
        """Write a new row. Returns its ETag. Raises RowExists."""
        return _etag(await self._write(lambda: self.client.create_entity(_entity(row))))

    async def replace(self, row: Row) -> str:
        """Write over the row that was read. Returns its new ETag. Raises RowChanged when it is no longer as it was."""
        return _etag(
            await self._write(
                lambda: self.client.update_entity(
                    _entity(row), mode="replace", etag=row.etag, match_condition=MatchConditions.IfNotModified
                )
            )
        )

    async def upsert(self, row: Row) -> None:
        """Write the row, whatever was there."""
        await self._write(lambda: self.client.upsert_entity(_entity(row), mode="replace"))

    async def delete(self, partition: str, key: str, *, etag: str = "") -> None:
        """Remove the row; harmless when it is gone already. With `etag`, raises RowChanged when it is no longer as it was."""
        await self._checked()
        condition = MatchConditions.IfNotModified if etag else MatchConditions.Unconditionally
        with _trouble(self.client.table_name):
            try:
                await self.client.delete_entity(partition, key, etag=etag or None, match_condition=condition)
            except ResourceNotFoundError:
                return

    async def query(self, partition: str | None = None, *, first: str = "", last: str = "") -> AsyncIterator[Row]:
        """The rows of a partition in key order, from key `first` to key `last` (both included); of all partitions with None."""
        await self._checked()
        terms = []
        values: dict[str, str] = {}
        for name, text, test in (
            ("p", partition, "PartitionKey eq"),
            ("f", first, "RowKey ge"),
            ("l", last, "RowKey le"),
        ):
            if text:
                terms.append(f"{test} @{name}")
                values[name] = text
        with _trouble(self.client.table_name):
            try:
                async for entity in self.client.query_entities(" and ".join(terms), parameters=values):
                    yield _row(entity)
            except ResourceNotFoundError:
                return

    async def transact(self, writes: Sequence[Write]) -> None:
        """Up to 100 writes in one partition, all or nothing. Raises RowChanged or RowExists when one of them does not hold."""
        operations: list[Any] = []
        for write in writes:
            entity = _entity(write.row)
            if write.how == "insert":
                operations.append(("create", entity))
            elif write.how == "replace":
                options = {"mode": "replace", "etag": write.row.etag, "match_condition": MatchConditions.IfNotModified}
                operations.append(("update", entity, options))
            elif write.how == "upsert":
                operations.append(("upsert", entity, {"mode": "replace"}))
            else:
                operations.append(("delete", entity))
        await self._write(lambda: self.client.submit_transaction(operations))

    async def close(self) -> None:
        await self.client.close()

    async def exists(self) -> bool:
        """Whether there is such a table."""
        with _trouble(self.client.table_name):
            try:
                async for _ in self.client.query_entities("", results_per_page=1):
                    break
            except ResourceNotFoundError:
                return False
        return True

    async def _checked(self) -> None:
        if self.check is not None:
            await self.check()

    async def _write[T](self, call: Callable[[], Awaitable[T]]) -> T:
        await self._checked()
        ready = self._ready  # before the call: others may make the table while it is on its way
        with _trouble(self.client.table_name):
            try:
                return await call()
            except HttpResponseError as missing:
                if ready or _code(missing) != "TableNotFound":
                    if isinstance(missing, ResourceNotFoundError):
                        raise RowChanged(f"a row of {self.client.table_name} is gone") from missing
                    raise
                try:
                    await self.client.create_table()
                except ResourceExistsError:
                    pass
                self._ready = True
                return await call()


def _code(error: HttpResponseError) -> str:
    """Azure's error code: as an attribute where the SDK decoded it, else from the header."""
    decoded = getattr(error, "error_code", None)
    if decoded is not None:
        return str(getattr(decoded, "value", decoded))
    headers: Mapping[str, str] = getattr(error.response, "headers", {})
    return str(headers.get("x-ms-error-code", ""))


def _entity(row: Row) -> dict[str, Any]:
    return {**row.values, "PartitionKey": row.partition, "RowKey": row.key}


def _etag(answer: Mapping[str, Any]) -> str:
    return str(answer.get("etag") or "")


def _row(entity: Mapping[str, Any]) -> Row:
    values = {name: value for name, value in entity.items() if name not in ("PartitionKey", "RowKey")}
    metadata: Mapping[str, Any] = getattr(entity, "metadata", {})
    return Row(entity["PartitionKey"], entity["RowKey"], values, str(metadata.get("etag", "")))


@contextmanager
def _trouble(table: str) -> Iterator[None]:
    try:
        yield
    except ResourceExistsError as error:
        raise RowExists(f"a row of {table} exists already") from error
    except HttpResponseError as error:
        if error.status_code == 412:
            raise RowChanged(f"a row of {table} was changed by somebody else") from error
        if error.status_code == 409:
            raise RowExists(f"a row of {table} exists already") from error
        raise StorageTrouble(f"table {table}: {error.reason or type(error).__name__}") from error
    except AzureError as error:
        raise StorageTrouble(f"table {table} cannot be reached: {type(error).__name__}") from error
