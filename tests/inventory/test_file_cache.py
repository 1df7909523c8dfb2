"""Copies of the lakehouse's files on the worker's own disk."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from custos.errors import StorageTrouble
from custos.inventory.file_cache import FileCache
from tests.azurite_account import account_on


@pytest.fixture
async def copies(azurite: str) -> FileCache:
    """Copies of a container that holds two files of 1,000 bytes."""
    account, name = account_on(azurite), f"files-{uuid.uuid4().hex}"
    with account.blocking_container(name) as container:
        container.create_container()
        for file in ("items/drive_id=b%21a/one.parquet", "items/drive_id=b%21a/two.parquet"):
            container.upload_blob(file, file[-11:-8].encode() * 333 + b".")
    return FileCache(account, name, f"az://{name}/")


def _files(copies: FileCache, *names: str) -> list[str]:
    return [f"{copies.prefix}items/drive_id=b%21a/{name}.parquet" for name in names]


def test_a_file_is_fetched_once(copies: FileCache) -> None:
    """What was fetched is read from the worker's own disk, also when storage no longer has it."""
    (path,) = copies.of(_files(copies, "one"))
    with copies.account.blocking_container(copies.container) as container:
        container.delete_blob("items/drive_id=b%21a/one.parquet")
    assert copies.of(_files(copies, "one")) == [path]
    assert Path(path).read_bytes() == b"one" * 333 + b"."
    assert path.endswith("items/drive_id=b%21a/one.parquet")


def test_what_does_not_fit_is_read_where_it_is(copies: FileCache) -> None:
    """When there is no room for all files of a table, their own addresses are given, and nothing in use is thrown away."""
    copies.most_bytes = 500
    (path,) = copies.of(_files(copies, "one"))
    assert copies.of(_files(copies, "one", "two")) == _files(copies, "one", "two")
    assert Path(path).exists()


def test_a_file_that_cannot_be_fetched_is_trouble(copies: FileCache) -> None:
    """A file that storage does not have is never an empty one."""
    with pytest.raises(StorageTrouble):
        copies.of(_files(copies, "none"))
