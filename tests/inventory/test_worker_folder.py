"""A worker's temporary folder goes with it, and with the next one when it was killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WORKER = """
import sys
from custos.inventory.worker_folder import worker_folder
owner = type("Owner", (), {})()
folder = worker_folder(owner)
folder.joinpath("copy.parquet").write_bytes(b"x")
print(folder, flush=True)
sys.stdin.read()
"""


@contextmanager
def worker(temporary: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A process that makes its folder under `temporary` and lives until its input ends."""
    with subprocess.Popen(
        [sys.executable, "-c", WORKER],
        env={**os.environ, "TMPDIR": str(temporary)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        yield process, Path(process.stdout.readline().strip())


def test_a_killed_workers_folder_goes_when_the_next_one_starts(tmp_path: Path) -> None:
    """A worker that is killed leaves its folder; the next takes it away, and touches neither a living one's nor a stranger's."""
    (tmp_path / "custos-policies").mkdir()
    with worker(tmp_path) as (living, its_own):
        with worker(tmp_path) as (doomed, left):
            doomed.kill()
            doomed.wait()
        assert (left / "copy.parquet").exists()
        with worker(tmp_path) as (_, fresh):
            assert {path.name for path in tmp_path.iterdir()} == {"custos-policies", its_own.name, fresh.name}
        assert living.poll() is None
    assert {path.name for path in tmp_path.iterdir()} == {"custos-policies"}
