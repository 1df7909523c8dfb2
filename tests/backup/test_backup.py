"""A backup holds every row and blob to the letter, is taken up where it broke off, and is put back only where something was lost."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from azure.data.tables import EdmType, EntityProperty
from azure.data.tables.aio import TableServiceClient
from azure.storage.blob.aio import BlobServiceClient

from custos.backup.check import check, read_backup
from custos.backup.folder import MANIFEST, UNFINISHED, blob_file, table_file
from custos.backup.row_text import line_of, row_of
from custos.bootstrap import Custos, build
from custos.cli.main import main
from custos.errors import BadInput
from custos.jobs.backup import backup
from custos.jobs.restore import look, restore
from custos.records.rights import Person
from custos.settings import settings_from
from custos.storage.layout import CONTAINERS, TABLES
from custos.storage.state_format import FORMAT, OtherFormat
from custos.table import Row
from local_host.azurite import Azurite
from tests.infra.test_written import _stores

ENGINEER = Person(id="1", upn="engineer@council.example")
_SETTINGS = {
    "CUSTOS_TENANT_ID": "00000000-0000-0000-0000-000000000000",
    "CUSTOS_SHAREPOINT_URL": "https://wrenbridge.sharepoint.example",
    "CUSTOS_OBSERVER_CLIENT_ID": "22222222-2222-4222-8222-222222222222",
}
ROWS = [
    Row("one", "a", {"text": "Zoë ¶ \n", "number": 7, "part": 0.5, "yes": True, "raw": b"\x00\xff"}),
    *(Row("two", f"{number:04d}", {"text": "x" * 900}) for number in range(250)),
]


@pytest.fixture(scope="module")
def storage() -> Iterator[str]:
    """An Azurite of these tests' own."""
    with Azurite() as running:
        yield running.connection_string


@pytest.fixture
async def app(storage: str) -> AsyncIterator[Custos]:
    """Custos on a storage account that holds nothing."""
    async with TableServiceClient.from_connection_string(storage) as tables:
        for table in [one.name async for one in tables.list_tables()]:
            await tables.delete_table(table)
    async with BlobServiceClient.from_connection_string(storage) as blobs:
        for container in [one.name async for one in blobs.list_containers()]:
            await blobs.delete_container(container)
    opened = build(settings_from({**_SETTINGS, "AzureWebJobsStorage": storage}))
    yield opened
    await opened.close()


async def _fill(app: Custos) -> None:
    for row in ROWS:
        await app.account.rows("actions").insert(row)
    await app.account.rows("actions").insert(Row("lease", "mine", {"owner": "x", "ends": 1.0}))
    await app.account.rows("control").upsert(Row("policies", "current", {"version": "v1"}))
    await app.account.container("plans").put("P-1/odd name ü%:?.json", b"{}")
    await app.account.container("plans").put("P-2.json", b"[]")
    await app.account.container("inventory").put("items/_delta_log/00000000000000000000.json", b"commit")
    await app.account.container("inventory").put("items/_delta_log/_last_checkpoint", b"hint")
    await app.account.container("inventory").put("items/drive_id=b!x/part-0.parquet", b"p" * 3_000_000)
    await app.stop_switch.stop(by=ENGINEER, why="for the audit to have something")


async def _taken(app: Custos, folder: Path) -> None:
    await backup(app, folder, lambda _: None)


async def _lose(app: Custos, *tables: str) -> None:
    for table in tables:
        rows = app.account.rows(table)
        for row in [one async for one in rows.query()]:
            await rows.delete(row.partition, row.key)


async def _put_back(app: Custos, folder: Path) -> None:
    found = read_backup(folder)
    await restore(app, found, await look(app, found), by=ENGINEER, why="lost", told=lambda *_: None)


async def _rows(app: Custos, table: str) -> list[Row]:
    return [replace(row, etag="") async for row in app.account.rows(table).query()]


def test_layout_names_what_the_code_keeps() -> None:
    """Every table and container of the code is either in a backup or said to come again by itself."""
    assert set(TABLES) == _stores("rows", "lease")
    assert set(CONTAINERS) == _stores("container", "blocking_container")


@pytest.mark.parametrize(
    "value",
    [
        "",
        "²³",
        0,
        -1,
        True,
        1.0,
        1e300,
        b"",
        datetime(2026, 11, 29, 14, tzinfo=UTC),
        EntityProperty(2**40, EdmType.INT64),
    ],
)
def test_a_value_comes_back_as_the_kind_that_it_was(value: object) -> None:
    """Also of kinds that Custos never writes, which somebody's hand may have put there."""
    row = Row("p", "k", {"v": value})  # type: ignore[dict-item]
    back = row_of(line_of(row)).values["v"]
    assert (back, type(back)) == (value, type(value))


def test_no_name_leads_out_of_the_folder(tmp_path: Path) -> None:
    """Whatever a blob is called, its file lies below its container, and no two blobs share one."""
    names = ["../up", "/etc/x", "a//b", "a/b", "..", "a/./b", "c:\\x", "con\x00", "a%2Fb", "%2E%2E/up", "ü"]
    inside = (tmp_path / "containers" / "plans").resolve()
    paths = [blob_file(tmp_path, "plans", name).resolve() for name in names]
    assert [path for path in paths if inside not in path.parents] == []
    assert len(set(paths)) == len(names)


async def test_what_was_lost_comes_back_to_the_letter(app: Custos, tmp_path: Path) -> None:
    """Rows, blobs and Delta tables stand as before; the audit holds and says that it was put back; writes are stopped."""
    await _fill(app)
    await _taken(app, tmp_path / "kept")
    await _lose(app, "actions", "audit", "control")
    for name in ("plans", "inventory"):
        for blob in [one async for one in app.account.container(name).names()]:
            await app.account.container(name).delete(blob)
    app.account.state_format._known = False
    await _put_back(app, tmp_path / "kept")
    assert await _rows(app, "actions") == ROWS
    assert await app.account.container("plans").get("P-1/odd name ü%:?.json") == b"{}"
    assert await app.account.container("inventory").get("items/drive_id=b!x/part-0.parquet") == b"p" * 3_000_000
    assert await app.account.container("inventory").get("items/_delta_log/_last_checkpoint") is None
    assert [one.event.what.value async for one in app.audit.read()] == ["writes:stopped", "state:restored"]
    assert (await app.audit.verify()).holds
    app.stop_switch.cache_seconds = 0
    stop = await app.stop_switch.stopped()
    assert stop is not None
    assert stop.why.startswith("restored from a backup of ")


async def test_newer_state_is_not_written_over(app: Custos, tmp_path: Path) -> None:
    """Where rows stand nothing is put back, not even beside them, and one sentence says which."""
    await _fill(app)
    await _taken(app, tmp_path / "kept")
    await _lose(app, "audit")
    await app.account.rows("actions").insert(Row("one", "new", {"text": "since"}))
    with pytest.raises(
        BadInput, match=r"actions: there are rows, newer than this backup. Nothing was changed"
    ) as refused:
        await _put_back(app, tmp_path / "kept")
    assert len(refused.value.problems) == 1
    assert await _rows(app, "audit") == []
    assert len(await _rows(app, "actions")) == len(ROWS) + 2


async def test_the_mirror_goes_back_as_one(app: Custos, tmp_path: Path) -> None:
    """How far libraries were read is not put back beside a mirror that stands: it would belong to another one."""
    await _fill(app)
    await app.account.rows("drivestate").insert(Row("drive", "b!x", {"link": "old"}))
    await _taken(app, tmp_path / "kept")
    await _lose(app, "actions", "audit", "drivestate")
    await _put_back(app, tmp_path / "kept")
    assert await _rows(app, "drivestate") == []
    assert len(await _rows(app, "actions")) == len(ROWS)


async def test_half_of_it_is_nobodys_state(app: Custos, tmp_path: Path) -> None:
    """Broken off, it keeps everybody out in words; the same backup is put back to its end, and no other."""
    await _fill(app)
    await _taken(app, tmp_path / "kept")
    await _taken(app, tmp_path / "other")
    await _lose(app, "actions", "audit")
    found = read_backup(tmp_path / "kept")
    outlook = await look(app, found)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await restore(app, found, outlook, by=ENGINEER, why="lost", told=dies)
    another = build(app.settings)
    with pytest.raises(OtherFormat, match="is being put back into this storage account, and is not yet whole"):
        await another.account.rows("actions").insert(Row("one", "b"))
    with pytest.raises(OtherFormat):
        await look(another, read_backup(tmp_path / "other"))
    await another.close()
    again = build(app.settings)
    await _put_back(again, tmp_path / "kept")
    assert await _rows(again, "actions") == ROWS
    assert [one.event.what.value async for one in again.audit.read()] == ["writes:stopped", "state:restored"]
    await again.close()


async def test_a_backup_that_was_broken_off_is_taken_up(app: Custos, tmp_path: Path) -> None:
    """What is whole is not copied again, what is half is; until its end it can be put back nowhere."""
    await _fill(app)
    folder = tmp_path / "kept"

    def dies(part: object) -> None:
        if getattr(part, "name", "") == "cases":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await backup(app, folder, dies)
    with pytest.raises(BadInput, match="never finished"):
        read_backup(folder)
    whole = table_file(folder, "actions")
    before = whole.stat().st_mtime_ns
    table_file(folder, "digests").with_name("digests.jsonl.part").write_bytes(b"half a li")
    await _taken(app, folder)
    assert whole.stat().st_mtime_ns == before
    check(read_backup(folder))
    assert not (folder / UNFINISHED).exists()
    assert not list(folder.rglob("*.part"))
    with pytest.raises(BadInput, match="This is a backup already"):
        await _taken(app, folder)


async def test_a_backup_that_was_changed_is_refused(app: Custos, tmp_path: Path) -> None:
    """Each part that is not what its checksum says is named, all of them at once, and nothing is put back."""
    await _fill(app)
    folder = tmp_path / "kept"
    await _taken(app, folder)
    await _lose(app, "actions", "audit")
    table_file(folder, "actions").write_bytes(table_file(folder, "actions").read_bytes()[:-20])
    blob_file(folder, "plans", "P-2.json").unlink()
    with pytest.raises(BadInput) as refused:
        await _put_back(app, folder)
    assert len(refused.value.problems) == 2
    assert "This is not what its checksum says." in str(refused.value)
    assert await _rows(app, "actions") == []


@pytest.mark.parametrize(
    ("was", "planted", "said"),
    [
        ('"tenant": "0', '"tenant": "9', "It is of another tenant."),
        (f'"state_format": {FORMAT}', f'"state_format": {FORMAT + 1}', f"It holds state of format {FORMAT + 1}"),
        ('"name": "actions"', '"name": "../../x"', "which is nothing of Custos"),
        ('"format": 1', '"format": 2', "This cannot be read"),
    ],
)
async def test_a_backup_that_does_not_fit_is_one_sentence(
    app: Custos, tmp_path: Path, was: str, planted: str, said: str
) -> None:
    """Of another tenant, of another format, with names of nothing: refused before anything is changed."""
    await _fill(app)
    await _taken(app, tmp_path / "kept")
    manifest = tmp_path / "kept" / MANIFEST
    assert was in manifest.read_text()
    manifest.write_text(manifest.read_text().replace(was, planted, 1))
    await _lose(app, "actions", "audit")
    with pytest.raises(BadInput, match=said) as refused:
        await _put_back(app, tmp_path / "kept")
    assert len(refused.value.problems) == 1
    assert await _rows(app, "actions") == []


async def test_an_app_that_lives_is_not_restored_under(app: Custos, tmp_path: Path) -> None:
    """While the app's timers run, it would write beside what is put back: it has to be stopped first."""
    await _fill(app)
    await _taken(app, tmp_path / "kept")
    await _lose(app, "actions", "audit")
    await app.account.rows("timers").upsert(
        Row("timer", "sweep", {"began": time.time(), "at": "2026-11-29T14:00:00+00:00"})
    )
    with pytest.raises(BadInput, match=r"it is not stopped. Stop it, wait 6 minutes"):
        await _put_back(app, tmp_path / "kept")
    assert await _rows(app, "actions") == []


async def test_a_folder_with_something_in_it_is_left_alone(app: Custos, tmp_path: Path) -> None:
    """A directory that is in use, or a file, is refused in one sentence."""
    (tmp_path / "theirs.txt").write_text("theirs")
    with pytest.raises(BadInput, match="It is not empty"):
        await _taken(app, tmp_path)
    with pytest.raises(BadInput, match="cannot be written"):
        await _taken(app, tmp_path / "theirs.txt")
    assert (tmp_path / "theirs.txt").read_text() == "theirs"


def test_a_backup_is_checked_without_storage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`custos backup DIRECTORY --check` needs no setting; what is no backup is one sentence."""
    assert main(["backup", str(tmp_path), "--check"], {}) == 2
    assert "There is no backup here." in capsys.readouterr().err
