"""Azurite for as long as it is wanted, and no longer."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from azure.storage.blob import ContainerClient

from local_host.azurite import Azurite
from local_host.errors import MissingPrerequisite
from tests.local_host.served_app import eventually

_REPOSITORY = Path(__file__).resolve().parents[2]


def _is_gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_storage_kept_in_a_directory_outlives_azurite(tmp_path: Path) -> None:
    """With a location, what was stored is there at the next start, on whatever ports."""
    with (
        Azurite(tmp_path) as first,
        ContainerClient.from_connection_string(first.connection_string, "kept") as container,
    ):
        container.create_container()
        container.upload_blob("note", b"here")
    with (
        Azurite(tmp_path) as second,
        ContainerClient.from_connection_string(second.connection_string, "kept") as container,
    ):
        assert container.download_blob("note").readall() == b"here"


async def test_azurite_leaves_no_trace_even_after_a_failure() -> None:
    """The event loop runs while it starts; after the block, failed or not, its process is gone."""
    azurite = Azurite()
    ticks = 0
    pid = None

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0.01)

    async def fail_inside() -> None:
        nonlocal pid
        async with azurite:
            pid = azurite.pid
            raise RuntimeError("inside")

    ticking = asyncio.create_task(tick())
    with pytest.raises(RuntimeError, match="inside"):
        await fail_inside()
    ticking.cancel()
    assert ticks > 10
    assert pid is not None
    assert _is_gone(pid)
    azurite.stop()


def test_azurite_dies_with_whoever_started_it() -> None:
    """When the process that started it is killed, Azurite goes too."""
    parent = (
        "import time; from local_host.azurite import Azurite\n"
        "a = Azurite(); a.start(); print(a.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", parent], cwd=_REPOSITORY, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        process.kill()
    eventually(lambda: _is_gone(pid))


def test_azurite_that_cannot_start_says_why(tmp_path: Path) -> None:
    """A location that cannot be used is one sentence, and nothing keeps running."""
    (tmp_path / "__azurite_db_blob__.json").mkdir()
    azurite = Azurite(tmp_path)
    with pytest.raises(MissingPrerequisite, match="Azurite did not start"):
        azurite.start()
    assert azurite.pid is None
