"""`make conformance`: is what Custos and the simulated tenant say to each other what Microsoft Graph would say?

Every exchange of a rehearsal and of the test suite's tenants is recorded, and a checker judges each recording: a script
that is called as `python CHECKER FILE.jsonl` and ends with 0 when it finds no fault.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from custos.settings import REPOSITORY

_STORY = "make run"
_SUITE = "make test"


def conformance(home: Path, checker: Path) -> int:
    """Record a rehearsal and the tests into `home`/traffic, emptied first, and have each recording checked.

    Returns the exit code: 0 when rehearsal and tests ran well and no recording has a fault, 2 without a checker.
    """
    if not checker.is_file():
        print(f"There is no checker {checker}.", file=sys.stderr)
        return 2
    traffic = home / "traffic"
    shutil.rmtree(traffic, ignore_errors=True)
    traffic.mkdir(parents=True)
    story = traffic / "story.jsonl"
    ran = [
        _ran(_STORY, ["-m", "rehearsal", "run", "--traffic", str(story)], log=traffic / "story.log"),
        _ran(_SUITE, ["-m", "pytest"], {"CUSTOS_TRAFFIC": str(traffic)}, log=traffic / "tests.log"),
    ]
    recordings = [file for file in sorted(traffic.glob("*.jsonl")) if file.stat().st_size]
    if not story.exists() or len(recordings) < len(ran):
        print("Something was not recorded, so nothing can be said of it.")
        return 1
    held = [_held(checker.resolve(), recording) for recording in recordings]
    print(f"{sum(held)} of {len(held)} recordings have no fault.")
    return 0 if all(ran) and all(held) else 1


def _ran(what: str, words: Sequence[str], settings: Mapping[str, str] | None = None, *, log: Path) -> bool:
    print(f"Recording what {what} says to Microsoft Graph; its own words are in {log} …", flush=True)
    with log.open("wb") as out:
        code = subprocess.run(
            [sys.executable, *words],
            cwd=REPOSITORY,
            env={**os.environ, **(settings or {})},
            stdout=out,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode
    if code:
        print(f"{what} ended with {code}: its recording is checked, and this is a failure all the same.")
    return code == 0


def _held(checker: Path, recording: Path) -> bool:
    with recording.open("rb") as lines:
        exchanges = sum(1 for _ in lines)
    checked = subprocess.run(
        [sys.executable, str(checker), str(recording)], capture_output=True, text=True, check=False
    )
    print(f"{recording.name}: {exchanges:,} exchanges: {'no fault' if checked.returncode == 0 else 'FAULTS'}")
    for line in (checked.stdout + checked.stderr).splitlines() if checked.returncode else ():
        print(f"  {line}")
    return checked.returncode == 0
