"""Makes a directory with all of its files, or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from custos.errors import BadInput, Mark, Problem
from custos.untrusted import plain


def make_directory(directory: Path, files: Mapping[str, bytes]) -> None:
    """Write `files` (path below ► content) into a directory that is not there, or is empty.

    They are written beside it and come into place by one rename. Raises BadInput when anything is in the way.
    """
    if wrong := in_the_way(directory):
        raise BadInput([wrong])
    beside = Path()
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
        for name, content in files.items():
            path = beside / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        beside.chmod(0o755)
        beside.rename(directory)  # onto an empty directory, or onto nothing: rename(2) refuses any other
    except OSError as error:
        if beside.name:
            shutil.rmtree(beside, ignore_errors=True)
        raise BadInput([_cannot(directory, f"It cannot be made: {(error.strerror or str(error)).lower()}.")]) from error


def in_the_way(directory: Path) -> Problem | None:
    """Why the directory cannot be made there; None when nothing is in the way."""
    try:
        if not directory.exists() and not directory.is_symlink():
            return None
        if directory.is_symlink() or not directory.is_dir():
            return _cannot(directory, "This is no directory.")
        return (
            _cannot(directory, "It is not empty, and nothing in it is touched.") if any(directory.iterdir()) else None
        )
    except OSError as error:
        return _cannot(directory, f"It cannot be looked at: {(error.strerror or str(error)).lower()}.")


def _cannot(directory: Path, what: str) -> Problem:
    return Problem(Mark(plain(str(directory))), what, "Name a directory that is not there yet.")
