"""The script that deploys looks whether the app works, and puts the previous package back when it does not.

`az` and `curl` are stand-ins: programs that keep in a folder which package is deployed, and answer as Azure would with it.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.infra.extract_types import INFRA

_AZ = """#!/usr/bin/env bash
case "$*" in
  *config-zip*)
    while [ "$1" != --src ]; do shift; done
    echo "$2" >> "$ROOM/deployed"
    exit "$(cat "$ROOM/refuses" 2>/dev/null || echo 0)" ;;
  *"functionapp show"*) echo app.example ;;
  *"function list"*) cat "$(tail -n 1 "$ROOM/deployed").found" ;;
esac
"""
_CURL = """#!/usr/bin/env bash
cat "$(tail -n 1 "$ROOM/deployed").health"
"""


@dataclass
class Azure:
    """A function app whose deployments are remembered."""

    room: Path

    def package(self, name: str, *, functions: int, found: int, health: str) -> Path:
        """A package of so many functions, and what Azure finds and answers with it."""
        path = self.room / f"{name}.zip"
        with zipfile.ZipFile(path, "w") as zipped:
            zipped.writestr("functions.txt", "".join(f"function{number}\n" for number in range(functions)))
        checksum = hashlib.sha256(path.read_bytes()).hexdigest()
        path.with_name(f"{path.name}.sha256").write_text(f"{checksum}  {path.name}\n")
        path.with_name(f"{path.name}.found").write_text(f"{found}\n")
        path.with_name(f"{path.name}.health").write_text(health)
        return path

    def deploy(self, package: Path, previous: Path | None = None) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "PATH": f"{self.room}/bin:{os.environ['PATH']}",
            "ROOM": str(self.room),
            "PAUSE_SECONDS": "0",
            "TRIES": "2",
        }
        command = ["bash", str(INFRA / "pipelines" / "deploy.sh"), "group", "app", str(package), str(previous or "")]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    @property
    def deployed(self) -> list[str]:
        """The packages that were put up, in order."""
        told = self.room / "deployed"
        return [Path(line).stem for line in told.read_text().splitlines()] if told.exists() else []


@pytest.fixture
def azure(tmp_path: Path) -> Azure:
    (tmp_path / "bin").mkdir()
    for name, text in (("az", _AZ), ("curl", _CURL)):
        (tmp_path / "bin" / name).write_text(text)
        (tmp_path / "bin" / name).chmod(0o755)
    return Azure(tmp_path)


UNWELL = '{"status": "unwell", "troubles": ["3 of 3 libraries were not read within 26 hours."]}'


def test_package_that_works_stays(azure: Azure) -> None:
    """All functions are there and health answers, be it with troubles that are the tenant's: the package stays."""
    done = azure.deploy(azure.package("new", functions=20, found=20, health=UNWELL))
    assert (done.returncode, azure.deployed) == (0, ["new"])


@pytest.mark.parametrize(("found", "health"), [(0, UNWELL), (19, UNWELL), (20, "Function host is not running.")])
def test_package_that_does_not_work_is_taken_back(azure: Azure, found: int, health: str) -> None:
    """Functions are missing, or nothing answers: the previous package is put back and looked at, and the pipeline is red."""
    previous = azure.package("old", functions=18, found=18, health=UNWELL)
    done = azure.deploy(azure.package("new", functions=20, found=found, health=health), previous)
    assert (done.returncode, azure.deployed) == (1, ["new", "old"])
    assert "The previous package is back." in done.stderr


def test_nothing_to_put_back_is_said(azure: Azure) -> None:
    """On the first deployment there is nothing to put back, and that is said."""
    done = azure.deploy(azure.package("new", functions=20, found=0, health=""))
    assert (done.returncode, azure.deployed) == (1, ["new"])
    assert "there is no earlier package" in done.stderr


def test_refused_upload_is_taken_back(azure: Azure) -> None:
    """An upload that Azure refuses leaves the previous package to be put back too."""
    previous = azure.package("old", functions=18, found=18, health=UNWELL)
    (azure.room / "refuses").write_text("1")
    done = azure.deploy(azure.package("new", functions=20, found=20, health=UNWELL), previous)
    assert (done.returncode, azure.deployed) == (1, ["new", "old"])
    assert "look at the app" in done.stderr


@pytest.mark.parametrize(
    ("done_to", "said"),
    [
        (lambda path: path.write_bytes(path.read_bytes() + b"more"), "is not what its checksum says"),
        (lambda path: path.unlink(), "There is no package "),
        (lambda path: path.with_name(f"{path.name}.sha256").unlink(), "There is no "),
        (lambda path: path.with_name(f"{path.name}.sha256").write_text("Not found"), "holds no checksum"),
        (lambda path: path.with_name(f"{path.name}.sha256").write_text(""), "holds no checksum"),
    ],
)
def test_package_that_is_not_whole_is_not_deployed(azure: Azure, done_to: Callable[[Path], object], said: str) -> None:
    """A package that is damaged or missing, or whose checksum is missing or none, never reaches Azure; which of these, is said."""
    package = azure.package("new", functions=20, found=20, health=UNWELL)
    done_to(package)
    done = azure.deploy(package)
    assert (done.returncode, azure.deployed) == (1, [])
    assert said in done.stderr
    assert "Nothing was deployed" in done.stderr
    assert "sha256sum" not in done.stderr


def test_the_package_itself_is_looked_at(azure: Azure) -> None:
    """A whole package that was renamed with its checksum goes up; a damaged one does not because the file it was made of is whole."""
    package = azure.package("custos-0.1.0", functions=20, found=20, health=UNWELL)
    renamed = azure.room / "kept.zip"
    for end in ("", ".sha256", ".found", ".health"):
        (azure.room / f"kept.zip{end}").write_bytes(package.with_name(f"{package.name}{end}").read_bytes())
    renamed.write_bytes(package.read_bytes()[:-1])
    assert (azure.deploy(renamed).returncode, azure.deployed) == (1, [])
    renamed.write_bytes(package.read_bytes())
    package.unlink()
    assert (azure.deploy(renamed).returncode, azure.deployed) == (0, ["kept"])
