"""The packages that the app needs: installed from the hash-locked requirements, for the machine that Azure runs it on."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from release.errors import CannotRelease

PYTHON = "3.13"
_PLATFORM = "x86_64-manylinux_2_28"
"""Flex Consumption runs on Linux, x86-64. Wheels alone are taken, so that nothing is built on whatever machine this is."""
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*])?==([^ \\;]+)", re.MULTILINE)
_STAMP = "requirements.txt"


def install(requirements: Path, into: Path) -> None:
    """Install what `requirements` pins into the folder `into`, unless that is what is there.

    Raises CannotRelease when a hash differs, a wheel is missing, or the index cannot be reached.
    """
    wanted = requirements.read_text(encoding="utf-8")
    stamp = into / _STAMP
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    shutil.rmtree(into, ignore_errors=True)
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("uv")), "pip", "install", "--quiet", "--require-hashes", "--no-deps",
            "--only-binary", ":all:", "--python-version", PYTHON, "--python-platform", _PLATFORM,
            "--python", sys.executable, "--target", str(into), "--requirements", str(requirements),
        ],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        reason = " ".join(done.stderr.split())
        raise CannotRelease(f"The packages of {requirements.name} cannot be installed: {reason}")
    stamp.write_text(wanted, encoding="utf-8")


def pinned(requirements: Path) -> Mapping[str, str]:
    """Name, as wheels spell it (`azure_functions`), ► version."""
    found = _PIN.findall(requirements.read_text(encoding="utf-8"))
    return {_normal(name): version for name, version in found}


def installed_files(site_packages: Path, requirements: Path) -> list[PurePosixPath]:
    """The files of exactly the pinned packages, relative to `site_packages`; of others that lie there, none.

    Raises CannotRelease when a pinned package is not there, or in another version.
    """
    recorded: dict[str, tuple[str, Path]] = {}
    for record in site_packages.glob("*.dist-info/RECORD"):
        name, _, version = record.parent.name.removesuffix(".dist-info").rpartition("-")
        recorded[_normal(name)] = (version, record)
    files: set[PurePosixPath] = set()
    for name, version in pinned(requirements).items():
        there, record = recorded.get(name, ("", Path()))
        if there != version:
            raise CannotRelease(
                f"{name} {version} is pinned, and {there or 'nothing'} is installed in {site_packages}."
            )
        files.update(_files(record))
    return sorted(files)


def _files(record: Path) -> Iterator[PurePosixPath]:
    with record.open(encoding="utf-8", newline="") as lines:
        for path, *_ in csv.reader(lines):
            file = PurePosixPath(path)
            if ".." not in file.parts and not file.is_absolute():  # scripts of a virtual environment lie beside it
                yield file


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "_", name).lower()
