"""A worker's temporary folder, which goes with the process however that ends.

Who ends in good order takes its folder along; who is killed cannot. So each folder holds a file that its process keeps locked,
which the system undoes with the process, and whoever makes a folder takes away those that nobody holds any more.
Source: https://man7.org/linux/man-pages/man2/flock.2.html
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import weakref
from pathlib import Path

_PREFIX = "custos-"
_HELD = ".held"


def worker_folder(owner: object) -> Path:
    """Make a folder where temporary files go, after those of dead workers were taken away. It goes with `owner`."""
    home = Path(tempfile.gettempdir())
    for each in home.glob(f"{_PREFIX}*"):
        _sweep(each)
    path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=home))
    being_locked = path / f"{_HELD}.new"  # a folder is another's to judge only when the lock is on
    lock = os.open(being_locked, os.O_CREAT | os.O_RDWR, 0o600)
    _locked(lock)
    being_locked.replace(path / _HELD)
    weakref.finalize(owner, _remove, path, lock)
    return path


def _remove(path: Path, lock: int) -> None:
    shutil.rmtree(path, ignore_errors=True)
    os.close(lock)


def _sweep(folder: Path) -> None:
    """Take a folder away whose worker is dead. One that is not ours, or that cannot be told, stays."""
    if folder.is_symlink():
        return
    try:
        lock = os.open(folder / _HELD, os.O_RDWR)
    except OSError:
        return
    try:
        if _locked(lock):
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(lock)


def _locked(descriptor: int) -> bool:
    """Lock a file unless another process holds it. Windows has no such lock: there, nothing counts as left behind."""
    if sys.platform == "win32":
        return False
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
