"""Copies tables and containers into a folder, part by part. What is whole there already is not copied again."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import msgspec

from custos.backup.folder import (
    MANIFEST,
    UNFINISHED,
    Begun,
    Blob,
    Manifest,
    Part,
    blob_file,
    blobs_of,
    hashed,
    index_file,
    lines_of,
    table_file,
    whole_or_not,
)
from custos.backup.row_text import line_of
from custos.errors import BadInput, Mark, Problem, RowChanged, StorageTrouble
from custos.storage.blobs import Container
from custos.table import Row

LEASES = "lease"
_HINT = "_delta_log/_last_checkpoint"
_TRIES = 5


@dataclass
class Writing:
    """A backup on its way into `folder`. `begun` is of its first beginning, when it is taken up again."""

    folder: Path
    begun: Begun
    told: Callable[[Part], None] = lambda _: None
    tables: dict[str, Part] = field(default_factory=dict, init=False)
    containers: dict[str, Part] = field(default_factory=dict, init=False)

    async def table(self, name: str, rows: AsyncIterator[Row]) -> None:
        """Copy a table, unless it is whole already. Leases stay: whoever held one is gone when it comes back."""
        path = table_file(self.folder, name)
        if not path.exists():
            with whole_or_not(path) as file:
                async for row in rows:
                    if row.partition != LEASES:
                        file.write(line_of(row))
        size, sha256 = hashed(path)
        found = Part(name=name, entries=sum(1 for _ in lines_of(path)), bytes=size, sha256=sha256)
        self.tables[name] = found
        self.told(found)

    async def container(self, name: str, container: Container, *, settled: bool, again: bool = False) -> None:
        """Copy a container, unless it is whole already and not wanted `again`.

        `settled`: a blob there never changes. The Delta tables' commits stand before their data in order of name, so what a copied
        commit names is copied after it; the hint where the newest checkpoint lies is left out, for it may be newer than the copy.
        Sources: https://github.com/delta-io/delta/blob/master/PROTOCOL.md#delta-log-entries and #last-checkpoint-file
        """
        index = index_file(self.folder, name)
        if again or not index.exists():
            for attempt in range(_TRIES):
                if await self._copied(name, container, index, settled=settled):
                    break
                if attempt + 1 == _TRIES:
                    raise StorageTrouble(f"container {name} changes faster than it can be copied. Run it again.")
        blobs = list(blobs_of(self.folder, name))
        size, sha256 = sum(one.bytes for one in blobs), hashed(index)[1]
        found = Part(name=name, entries=len(blobs), bytes=size, sha256=sha256)
        self.containers[name] = found
        self.told(found)

    async def _copied(self, name: str, container: Container, index: Path, *, settled: bool) -> bool:
        """Whether every blob that was listed could be read."""
        names = [blob async for blob in container.names() if not blob.endswith(_HINT)]
        with whole_or_not(index) as lines:
            for blob in names:
                path = blob_file(self.folder, name, blob)
                if not (settled and path.exists()):
                    try:
                        with whole_or_not(path) as file:
                            await _piece_by_piece(container, blob, file)
                    except RowChanged:
                        return False
                size, sha256 = hashed(path)
                lines.write(msgspec.json.encode(Blob(name=blob, bytes=size, sha256=sha256)) + b"\n")
        return True

    def finish(self, version: str, now: str) -> Manifest:
        """Write down what was copied: from then on it is a backup."""
        manifest = Manifest(
            custos=version,
            state_format=self.begun.state_format,
            tenant=self.begun.tenant,
            begun=self.begun.begun,
            finished=now,
            tables=tuple(self.tables.values()),
            containers=tuple(self.containers.values()),
        )
        with whole_or_not(self.folder / MANIFEST) as file:
            file.write(msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n")
        (self.folder / UNFINISHED).unlink(missing_ok=True)
        return manifest


async def _piece_by_piece(container: Container, blob: str, file: IO[bytes]) -> None:
    async for piece in container.pieces(blob):
        file.write(piece)


def begin(folder: Path, fresh: Begun) -> Begun:
    """Make the folder, or take up again what was begun there. Raises BadInput when something else is in it, or it cannot be made."""
    try:
        if (folder / MANIFEST).exists():
            raise _refused(folder, "This is a backup already.", "Name a directory that is not there yet.")
        if (folder / UNFINISHED).exists():
            return _taken_up(folder, fresh)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if any(folder.iterdir()):
            raise _refused(
                folder, "It is not empty, and nothing in it is touched.", "Name a directory that is not there yet."
            )
        folder.chmod(0o700)
        with whole_or_not(folder / UNFINISHED) as file:
            file.write(msgspec.json.encode(fresh))
    except OSError as error:
        raise _refused(folder, f"It cannot be written: {os.strerror(error.errno or 0).lower()}.", "") from error
    return fresh


def _taken_up(folder: Path, fresh: Begun) -> Begun:
    try:
        found = msgspec.json.decode((folder / UNFINISHED).read_bytes(), type=Begun)
    except msgspec.MsgspecError as error:
        raise _refused(
            folder, "What was begun there cannot be told.", "Name a directory that is not there yet."
        ) from error
    if (found.tenant, found.state_format) != (fresh.tenant, fresh.state_format):
        what = "A backup of another tenant, or by another version, was begun there."
        raise _refused(folder, what, "Name a directory that is not there yet.")
    return found


def _refused(folder: Path, what: str, remedy: str) -> BadInput:
    return BadInput([Problem(Mark(str(folder)), what, remedy, code="backup")])
