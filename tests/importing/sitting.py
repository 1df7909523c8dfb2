"""A council's own directory, made as its people make it: by the commands."""

from __future__ import annotations

from pathlib import Path

from custos.cli.main import main

INIT = [
    "--sharepoint", "https://thornby.sharepoint.example",
    "--name", "Thornby Borough Council",
    "--siro", "Director of Resources <dr@thornby.gov.example>",
    "--governance", "Head of Records <ig@thornby.gov.example>",
    "--records-manager", "Head of Records <ig@thornby.gov.example>",
    "--operator", "Digital Platforms Lead <ivaughan@thornby.gov.example>",
    "--not-people", "migrate01@thornby.gov.example",
]  # fmt: skip


def begun(directory: Path) -> Path:
    """A directory that `custos init` made."""
    assert main(["init", str(directory), *INIT], {}) == 0
    return directory


def brought(register: str, file: Path, directory: Path, mapping: Path, *more: str) -> int:
    """How `custos import` ended."""
    return main(["import", register, str(file), "--into", str(directory), "--mapping", str(mapping), *more], {})
