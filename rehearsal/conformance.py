"""`make conformance`: is what Custos and the simulated tenant say to each other what Microsoft Graph would say?

Every exchange of a rehearsal, of the CLI for Microsoft 365 and of the test suite's tenants is recorded, and a checker judges
each recording: a script that is called as `python CHECKER FILE.jsonl` and ends with 0 when it finds no fault. Then it is put to
the test itself: each field of each kind of answer is renamed once, and it has to name every one.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

from rich.console import Console

from custos.settings import REPOSITORY
from peers.cli import is_installed
from peers.session import check_commands, table
from rehearsal.narrator import Narrator
from rehearsal.renamed_fields import overlooked, renamed
from rehearsal.stack import stage
from rehearsal.walkthrough import tell

_SCALE = 0.01
_PEERS_SCALE = 0.002


def conformance(home: Path, checker: Path) -> int:
    """Record a rehearsal and the tests into `home`/conformance, emptied first, and have each recording checked.

    Returns the exit code: 0 when the tests hold, no recording has a fault and no renamed field is overlooked, 2 without a
    checker. Raises what a rehearsal raises that does not come to its end.
    """
    if not checker.is_file():
        print(f"There is no checker {checker}.", file=sys.stderr)
        return 2
    traffic = home / "conformance"
    shutil.rmtree(traffic, ignore_errors=True)
    traffic.mkdir(parents=True)
    _record_story(traffic)
    agreed = _record_peers(traffic)
    tested = _record_tests(traffic, checker.resolve())
    recordings = [file for file in sorted(traffic.glob("*.jsonl")) if file.stat().st_size]
    if len(recordings) < 2:
        print("The tests recorded nothing, so nothing can be said of them.")
        return 1
    held = [_held(checker.resolve(), recording) for recording in recordings]
    print(f"{sum(held)} of {len(held)} recordings have no fault,")
    caught = _renamed_fields_are_caught(checker.resolve(), recordings, traffic)
    return 0 if tested and agreed and caught and all(held) else 1


def _renamed_fields_are_caught(checker: Path, recordings: list[Path], traffic: Path) -> bool:
    """Whether the checker would have noticed one wrong name, whichever it were."""
    wrong = renamed(recordings)
    missed = overlooked(checker, wrong, traffic / "renamed")
    print(f"and of {len(wrong):,} fields, each renamed once, {len(wrong) - len(missed):,} were caught.")
    for each in missed:
        print(f"  not caught: {each.was}")
    return not missed


def _record_story(traffic: Path) -> None:
    log = traffic / "story.log"
    print(f"Recording a rehearsal; its words are in {log} …", flush=True)
    recording = ["--traffic", str(traffic / "story.jsonl")]
    with (
        log.open("w", encoding="utf-8") as words,
        stage(traffic / "stage", scale=_SCALE, simulator=recording) as standing,
    ):
        asyncio.run(tell(standing, Narrator(Console(file=words, width=150, highlight=False))))


def _record_tests(traffic: Path, checker: Path) -> bool:
    log = traffic / "tests.log"
    print(f"Recording the tests; their words are in {log} …", flush=True)
    with log.open("wb") as words:
        code = subprocess.run(
            [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadgroup", "--no-loadscope-reorder"],
            cwd=REPOSITORY,
            env={**os.environ, "CUSTOS_TRAFFIC": str(traffic), "CUSTOS_CHECKER": str(checker)},
            stdout=words,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode
    if code:
        print(f"The tests ended with {code}: what they recorded is checked, and this is a failure all the same.")
    return code == 0


def _record_peers(traffic: Path) -> bool:
    """False when what the CLI prints differs from what Custos knows. Without the CLI there is nothing to record."""
    if not is_installed():
        print(
            "The CLI for Microsoft 365 is not installed, so its traffic is not checked; make peers installs it.",
            flush=True,
        )
        return True
    log = traffic / "peers.log"
    print(f"Recording the CLI for Microsoft 365; its words are in {log} …", flush=True)
    with log.open("w", encoding="utf-8") as words:
        narrator = Narrator(Console(file=words, width=150, highlight=False))
        verdicts = check_commands(traffic / "peers", narrator, scale=_PEERS_SCALE, traffic=traffic / "peers.jsonl")
        narrator.screen.print(table(verdicts))
    differing = [each.command for each in verdicts if each.differs]
    if differing:
        print(f"What the CLI prints differs from what Custos knows: {', '.join(differing)}.")
    return not differing


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
