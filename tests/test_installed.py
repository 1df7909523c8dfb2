"""Custos as a package: what it asks for is what Azure gets, and it works where there is no clone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from custos import __version__
from custos.cli.main import main
from custos.settings import REPOSITORY
from release.dependencies import pinned

PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]

BEGINNING = (
    "--name", "Thornby Borough Council", "--sharepoint", "https://thornby.sharepoint.com", "--not-people", "svc@thornby.example",
    "--governance", "a@thornby.example", "--records-manager", "b@thornby.example", "--siro", "c@thornby.example",
)  # fmt: skip


def test_the_lock_is_within_what_the_package_asks_for() -> None:
    """Each dependency of the package is pinned for Azure, in a version that the package allows."""
    locked = pinned(REPOSITORY / "requirements.txt")
    asked = [Requirement(written) for written in PROJECT["dependencies"]]
    assert len(asked) > 15
    wrong = [
        str(one)
        for one in asked
        if not one.specifier.contains(locked.get(re.sub(r"[-_.]+", "_", one.name).lower(), "0"))
    ]
    assert wrong == []


def test_each_dependency_has_a_range() -> None:
    """Nothing is taken in whatever version there is: each has a least version, and a next that it has not met."""
    ranges = [Requirement(written).specifier for written in PROJECT["dependencies"]]
    assert [
        str(one) for one in ranges if not ({">=", "<"} <= {each.operator for each in one} or "==" in str(one))
    ] == []


def test_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """`custos --version` says which Custos, which Python, and which format its state has."""
    assert main(["--version"], {}) == 0
    told = capsys.readouterr().out
    assert re.fullmatch(rf"custos {re.escape(__version__)}, Python 3\.13\.\d+, state format \d+\n", told)


def test_an_installed_custos_works_outside_the_clone(tmp_path: Path) -> None:
    """The wheel, in an environment that has nothing but it and its dependencies, begins a council with `custos init`."""
    tool = [Path(sys.executable).with_name("uv"), "--offline", "--quiet"]
    subprocess.run(
        [*tool, "build", "--wheel", "--no-build-isolation", "--python", sys.executable, "-o", tmp_path, REPOSITORY],
        check=True,
        timeout=120,
    )
    [wheel] = tmp_path.glob("custos-*.whl")
    assert wheel.name == f"custos-{__version__}-py3-none-any.whl"
    tops = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert tops == {"custos", f"custos-{__version__}.dist-info"}

    fresh = tmp_path / "fresh"
    subprocess.run([*tool, "venv", "--python", sys.executable, fresh], check=True, timeout=120)
    subprocess.run([*tool, "pip", "install", "--python", fresh, "--no-deps", wheel], check=True, timeout=120)
    [packages] = fresh.glob("lib/*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"], encoding="utf-8")
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CUSTOS"))}
    told = subprocess.run(
        [fresh / "bin" / "custos", "init", "council", *BEGINNING],
        cwd=tmp_path,
        env=plain,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert told.returncode == 0, told.stderr
    assert (tmp_path / "council" / "settings.yaml").is_file()
