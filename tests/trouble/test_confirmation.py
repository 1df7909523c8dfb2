"""`custos init DIRECTORY --from-tenant` on a terminal: it asks row by row, and only what was said yes to becomes a row."""

from __future__ import annotations

import csv
import os
import pty
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

from custos.settings import REPOSITORY
from tests.limits import PATIENCE
from tests.trouble.tiny_council import World

ASKS = "yes, no, later or stop"


class Terminal:
    """A command on a terminal of its own: what it prints, and what somebody types."""

    def __init__(self, world: World, folder: Path, *words: str) -> None:
        self._mine, theirs = pty.openpty()
        environment = {
            **os.environ,
            **world.environment,
            "PYTHONPATH": str(REPOSITORY),
            "TERM": "dumb",
            "COLUMNS": "400",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "custos", *words],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=folder,
            env=environment,
            close_fds=True,
        )
        os.close(theirs)
        self.said = ""

    def until(self, words: str) -> str:
        """Read until the words stand there, for the first time since they were last waited for."""
        begun, deadline = len(self.said), time.monotonic() + PATIENCE
        while words not in self.said[begun:]:
            assert select.select([self._mine], [], [], deadline - time.monotonic())[0], (
                f"{words} was never said: {self.said}"
            )
            self.said += os.read(self._mine, 65_536).decode()
        return self.said[begun:]

    def types(self, line: str) -> None:
        os.write(self._mine, f"{line}\n".encode())

    def ends(self) -> int:
        """Its exit code, once all was read that it printed."""
        while True:
            try:
                piece = os.read(self._mine, 65_536)
            except OSError:  # nobody holds the other end any more
                piece = b""
            if not piece:
                break
            self.said += piece.decode()
        os.close(self._mine)
        return self.process.wait(PATIENCE)


def test_somebody_confirms_row_by_row(world: World, tmp_path: Path) -> None:
    """Yes becomes a row of the site map, no is kept, and after the end of the input (Ctrl-D) all that follow stay open."""
    policies = tmp_path / "policies"
    shutil.copytree(world.environment["CUSTOS_POLICIES"], policies)
    site_map = policies / "register" / "site_map.csv"
    site_map.write_text("location,asset_id,schedule_ref,watch,team\n")
    terminal = Terminal(world, tmp_path, "init", str(policies), "--from-tenant")
    first = terminal.until(ASKS)
    assert "None of it counts yet." in first
    terminal.types("yes")
    terminal.until(ASKS)
    terminal.types("no")
    terminal.until(ASKS)
    terminal.types("\x04")
    assert terminal.ends() == 1, terminal.said
    assert "1 row confirmed: 1 new, 0 changed. 1 declined; " in terminal.said
    with site_map.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    with (tmp_path / "site_map.proposal.csv").open(encoding="utf-8", newline="") as file:
        answers = [(each["confirmed"], each["location"]) for each in csv.DictReader(file) if each["asset_id"]]
    assert answers[0] == ("yes", row["location"])
    assert answers[1][0] == "no"
    assert {answer for answer, _ in answers[2:]} <= {""}
