"""Copies of the lakehouse's files on the worker's own disk.

A file of a Delta table never changes once it is written, so a copy is as good as the file, and an evaluation that looks at a
table from twenty sides fetches it once. A change rewrites the files of one library: the next evaluation fetches only those.
Copies lie in a temporary folder that goes with the process, or when the next one starts. They take so much room at most; what
does not fit is read where it is, and what was not used for long makes room first.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from custos.errors import StorageTrouble
from custos.inventory.worker_folder import worker_folder
from custos.storage.account import Account

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

MOST_BYTES = 256 * 1024 * 1024
"""About seven million items."""

_KEPT_SECONDS = 45 * 60  # longer than any function runs: whoever was given a copy can still read it
_AT_ONCE = 8


@dataclass(slots=True)
class _Copy:
    size: int
    used: float


@dataclass
class FileCache:
    """The copies of files of one container. `prefix` is what its files' addresses begin with (`az://inventory/`)."""

    account: Account
    container: str
    prefix: str
    most_bytes: int = MOST_BYTES
    _held: dict[str, _Copy] = field(default_factory=dict, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)
    _made: Path | None = field(default=None, init=False)
    _client: ContainerClient | None = field(default=None, init=False)

    def of(self, files: Sequence[str]) -> list[str]:
        """Paths of copies of all the files, or the files' own addresses when there is no room.

        Raises StorageTrouble when a file cannot be fetched.
        """
        names = [file.removeprefix(self.prefix) for file in files]
        missing = self._missing(names)
        if missing and not self._fetch(missing):
            return list(files)
        return [str(self._folder / name) for name in names]

    @property
    def _folder(self) -> Path:
        with self._lock:
            if self._made is None:
                self._made = worker_folder(self)
            return self._made

    @property
    def _blobs(self) -> ContainerClient:
        with self._lock:
            if self._client is None:
                self._client = self.account.blocking_container(self.container)
            return self._client

    def _missing(self, names: Sequence[str]) -> list[str]:
        now = time.monotonic()
        with self._lock:
            for name in names:
                if name in self._held:
                    self._held[name].used = now
            return [name for name in names if name not in self._held]

    def _fetch(self, names: Sequence[str]) -> bool:
        """Fetch what is missing. False when there is no room for all of it."""
        with ThreadPoolExecutor(min(_AT_ONCE, len(names)), thread_name_prefix="copies") as threads:
            return all(threads.map(self._fetch_one, names))

    def _fetch_one(self, name: str) -> bool:
        from azure.core.exceptions import AzureError

        if not self._has_room():
            return False
        try:
            content = self._blobs.download_blob(name).readall()
        except AzureError as error:
            raise StorageTrouble(f"{name} cannot be read: {type(error).__name__}") from error
        path = self._folder / name
        beside = path.with_name(f"{uuid.uuid4().hex}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(content)
            beside.replace(path)
        except OSError:
            beside.unlink(missing_ok=True)
            return False  # the disk is full, or there is none: nothing is lost, the file itself can be read
        with self._lock:
            self._held[name] = _Copy(len(content), time.monotonic())
        return True

    def _has_room(self) -> bool:
        """Whether another file may come, after those have gone that nobody used for long."""
        folder = self._folder
        with self._lock:
            if sum(copy.size for copy in self._held.values()) < self.most_bytes:
                return True
            long_ago = time.monotonic() - _KEPT_SECONDS
            for name in [name for name, copy in self._held.items() if copy.used < long_ago]:
                (folder / name).unlink(missing_ok=True)
                del self._held[name]
            return sum(copy.size for copy in self._held.values()) < self.most_bytes


_kept: WeakValueDictionary[tuple[str, str], FileCache] = WeakValueDictionary()
_keeping = Lock()


def file_cache(account: Account, container: str) -> FileCache:
    """The copies of a container's files that this process keeps: all its applications on one account share them."""
    key = account.settings.storage_connection or account.settings.storage_account, container
    with _keeping:
        found = _kept.get(key)
        if found is None:
            found = _kept[key] = FileCache(account, container, f"az://{container}/")
        return found
