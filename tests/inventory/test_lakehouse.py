"""The lakehouse, on disk and on Azurite."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from custos.errors import StorageTrouble
from custos.inventory.lakehouse import Lakehouse, Superseded, Writer
from custos.inventory.schema import STORED_ITEMS
from local_host.azurite import Azurite
from tests.azurite_account import account_on

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def rows(drive: str, *names: str) -> pl.DataFrame:
    """One item for each name; its id is its name."""
    blank = pl.DataFrame([{"drive_id": drive, "item_id": name, "name": name} for name in names])
    missing = [pl.lit(None, kind).alias(column) for column, kind in STORED_ITEMS.items() if column not in blank.columns]
    return blank.with_columns(missing).with_columns(seen_at=pl.lit(NOW)).select(*STORED_ITEMS)


def names(lakehouse: Lakehouse, *drives: str, version: int | None = None) -> list[str]:
    found = lakehouse.read("items", columns=["name"], drives=drives or None, version=version)
    return sorted(found["name"])


def test_table_that_was_never_written_reads_as_empty(lakehouse: Lakehouse) -> None:
    """Before its first row a table has no rows and all its columns."""
    assert lakehouse.read("items").schema == pl.Schema(STORED_ITEMS)
    assert set(lakehouse.versions().values()) == {-1}


@pytest.mark.parametrize("drive", ["b!plain", "b!odd d/ri%ve's"])
def test_what_is_written_on_azurite_is_read_back(cloud_lakehouse: Lakehouse, drive: str) -> None:
    """Every value survives the way to storage and back, whatever characters a drive's id has."""
    written = rows(drive, "a", "b")
    cloud_lakehouse.append("items", written)
    cloud_lakehouse.append("items", rows("b!other", "c"))
    assert_frame_equal(cloud_lakehouse.read("items", drives=[drive]).sort("item_id"), written)
    assert names(cloud_lakehouse) == ["a", "b", "c"]


def test_two_storage_accounts_in_one_process_stay_apart(cloud_lakehouse: Lakehouse) -> None:
    """Each lakehouse reaches the storage that its own settings name, whatever else this process has open."""
    cloud_lakehouse.append("items", rows("d1", "here"))
    with Azurite() as other:
        elsewhere = Lakehouse(account_on(other.connection_string), cloud_lakehouse.root)
        elsewhere.append("items", rows("d1", "there"))
        cloud_lakehouse.append("items", rows("d2", "here too"))
        assert names(elsewhere) == ["there"]
        assert names(cloud_lakehouse) == ["here", "here too"]
    assert names(Lakehouse(cloud_lakehouse.account, cloud_lakehouse.root)) == ["here", "here too"]


@pytest.mark.parametrize(
    ("connection", "where"),
    [
        ("UseDevelopmentStorage=true;", "http://127.0.0.1:10000"),
        ("AccountName=council;AccountKey=a2V5==", "https://council.blob.core.windows.net"),
        (
            "DefaultEndpointsProtocol=https;AccountName=council;AccountKey=a2V5==;EndpointSuffix=core.usgovcloudapi.net",
            "https://council.blob.core.usgovcloudapi.net",
        ),
        ("BlobEndpoint=https://council.example/;AccountName=council;AccountKey=a2V5==", "https://council.example"),
    ],
)
def test_tables_are_where_the_connection_string_says(connection: str, where: str) -> None:
    """The tables' address is that of the blob service in every form of a connection string; plain HTTP is for an emulator."""
    options = account_on(connection).delta_options()
    assert where in {options.get("azure_endpoint"), options.get("proxy_url")}
    assert ("allow_http" in options) == where.startswith("http://")
    assert options["account_key"]


def test_change_replaces_and_adds(lakehouse: Lakehouse) -> None:
    """A change replaces the rows with the same key, adds the others, and touches no other drive."""
    lakehouse.append("items", pl.concat([rows("d1", "a", "b"), rows("d2", "a")]))
    changed = rows("d1", "b", "c").with_columns(size=pl.lit(5, pl.Int64))
    lakehouse.change("items", changed, [], writer=lakehouse.writer("items", "d1"))
    found = lakehouse.read("items", columns=["drive_id", "item_id", "size"]).sort("drive_id", "item_id")
    assert found.rows() == [("d1", "a", None), ("d1", "b", 5), ("d1", "c", 5), ("d2", "a", None)]


def test_replace_puts_one_drive_in_the_place_of_itself(lakehouse: Lakehouse) -> None:
    """Replacing a drive's rows leaves the others, with no rows too."""
    lakehouse.append("items", pl.concat([rows("d1", "a"), rows("d2", "b")]))
    lakehouse.replace("items", rows("d1", "x", "y"), drive="d1")
    assert names(lakehouse) == ["b", "x", "y"]
    lakehouse.replace("items", rows("d1", "x").clear(), drive="d1")
    assert names(lakehouse) == ["b"]


def test_change_touches_only_what_is_named(lakehouse: Lakehouse) -> None:
    """Writing and removing items of a drive is one commit; its others stay, and those of the same id elsewhere."""
    lakehouse.append("items", pl.concat([rows("d1", "a", "b"), rows("d2", "a")]))
    before = lakehouse.version("items")
    lakehouse.change("items", rows("d1", "b", "c"), ["a", "nobody"], writer=lakehouse.writer("items", "d1"))
    assert names(lakehouse, "d1") == ["b", "c"]
    assert names(lakehouse, "d2") == ["a"]
    assert lakehouse.version("items") == before + 1


def test_a_large_drive_is_changed_in_one_commit_too(lakehouse: Lakehouse) -> None:
    """Where a drive is too large to be written anew, rows and removals are merged into it together."""
    lakehouse.append("items", rows("d1", *map(str, range(50_001))))
    before = lakehouse.version("items")
    lakehouse.change("items", rows("d1", "7", "new"), ["5", "nobody"], writer=lakehouse.writer("items", "d1"))
    stored = names(lakehouse, "d1")
    assert len(stored) == 50_001
    assert {"7", "new"} <= set(stored)
    assert "5" not in stored
    assert lakehouse.version("items") == before + 1


def test_old_versions_stay_readable(lakehouse: Lakehouse) -> None:
    """What was known when a plan was made can be read after everything changed, compaction included."""
    lakehouse.append("items", rows("d1", "a"))
    before = lakehouse.version("items")
    lakehouse.append("items", rows("d1", "b"))
    lakehouse.change("items", rows("d1"), ["a"], writer=lakehouse.writer("items", "d1"))
    lakehouse.compact()
    assert names(lakehouse, version=before) == ["a"]
    assert names(lakehouse) == ["b"]


def test_frame_does_not_move_under_a_reader(lakehouse: Lakehouse) -> None:
    """A lazy frame is of the moment when it was made."""
    lakehouse.append("items", rows("d1", "a"))
    frame = lakehouse.scan("items", columns=["name"])
    lakehouse.append("items", rows("d1", "b"))
    assert lakehouse.collect(frame)["name"].to_list() == ["a"]


def test_second_writer_of_a_drive_is_refused(lakehouse: Lakehouse) -> None:
    """A worker that outlived its lease cannot write a drive that another one has written since."""
    late = lakehouse.writer("items", "d1")
    lakehouse.append("items", rows("d1", "a"), writer=lakehouse.writer("items", "d1"))
    with pytest.raises(Superseded):
        lakehouse.append("items", rows("d1", "a"), writer=late)
    assert names(lakehouse) == ["a"]


def test_writer_may_write_again(lakehouse: Lakehouse) -> None:
    """Writes of other drives, and writes that change nothing, do not end a writer's turn."""
    lakehouse.append("items", rows("d1", "a"))
    writer = lakehouse.writer("items", "d1")
    lakehouse.append("items", rows("d2", "b"), writer=lakehouse.writer("items", "d2"))
    lakehouse.change("items", rows("d1"), ["nobody"], writer=writer)
    lakehouse.append("items", rows("d1", "c"), writer=writer)
    lakehouse.change("items", rows("d1", "a"), [], writer=writer)
    assert names(lakehouse) == ["a", "b", "c"]


def test_drives_are_written_side_by_side(cloud_lakehouse: Lakehouse) -> None:
    """Many workers, each at a drive of its own, never get in each other's way."""
    lakehouse = cloud_lakehouse
    lakehouse.append("items", rows("first", "x"))

    def work(drive: str) -> None:
        mine = Lakehouse(lakehouse.account, lakehouse.root)
        writer = mine.writer("items", drive)
        mine.append("items", rows(drive, "a", "b"), writer=writer)
        mine.change("items", rows(drive, "b", "c"), [], writer=writer)

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(work, [f"d{number}" for number in range(8)]))
    assert names(lakehouse) == sorted(["a", "b", "c"] * 8 + ["x"])


def test_drives_that_wait_for_their_turn_share_a_commit(lakehouse: Lakehouse) -> None:
    """What workers of one process have to write at the same time takes fewer commits than they are; a late one is refused."""
    drives = [f"d{number}" for number in range(8)]
    lakehouse.append("items", pl.concat([rows(drive, "old", "kept") for drive in drives]))
    writers = [lakehouse.writer("items", drive) for drive in drives]
    lakehouse.append("items", rows("d3", "newer"), writer=lakehouse.writer("items", "d3"))
    before = lakehouse.version("items")
    together = Barrier(len(drives))

    def work(writer: Writer) -> str:
        together.wait()
        try:
            lakehouse.change("items", rows(writer.drive, "new"), ["old"], writer=writer)
        except Superseded:
            return writer.drive
        return ""

    with ThreadPoolExecutor(len(drives)) as workers:
        refused = set(workers.map(work, writers))
    assert refused == {"", "d3"}
    assert names(lakehouse) == sorted(["new", "kept"] * 7 + ["old", "kept", "newer"])
    assert lakehouse.version("items") - before < len(drives) - 1
    assert all(
        set(lakehouse.scan_own(one).collect()["name"]) == {"new", "kept"} for one in writers if one.drive != "d3"
    )


def test_who_is_at_work_is_waited_for(lakehouse: Lakehouse) -> None:
    """Who could write at once waits a moment for another drive that is at work, and both share a commit."""
    lakehouse.append("items", pl.concat([rows(drive, "old") for drive in ("d1", "d2")]))
    writers = [lakehouse.writer("items", drive) for drive in ("d1", "d2")]
    before = lakehouse.version("items")
    together = Barrier(2)

    def work(writer: Writer) -> None:
        together.wait()
        lakehouse.change("items", rows(writer.drive, "new"), ["old"], writer=writer)

    with ThreadPoolExecutor(2) as workers:
        list(workers.map(work, writers))
    assert names(lakehouse) == ["new", "new"]
    assert lakehouse.version("items") - before == 1


def test_a_commit_by_another_process_is_seen_at_once(cloud_lakehouse: Lakehouse) -> None:
    """A reader that has the table open finds what another process committed before it asked, however often."""
    other = Lakehouse(cloud_lakehouse.account, cloud_lakehouse.root)
    for number in range(4):
        other.append("items", rows("d1", str(number)))
        assert cloud_lakehouse.version("items") == other.version("items")
        assert len(names(cloud_lakehouse)) == number + 1


def test_table_that_cannot_be_read_is_not_empty(tmp_path: Path) -> None:
    """A damaged table is trouble, never zero rows."""
    lakehouse = Lakehouse(None, root=str(tmp_path))
    lakehouse.append("items", rows("d1", "a"))
    for file in tmp_path.rglob("*.parquet"):
        file.write_bytes(b"not a table")
    with pytest.raises(StorageTrouble):
        Lakehouse(None, root=str(tmp_path)).read("items")
