"""Whether a folder holds a backup that is whole: every part as it was written, by its checksum. Changes nothing, needs no storage."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from custos.backup.folder import MANIFEST, UNFINISHED, Manifest, blob_file, blobs_of, hashed, index_file, table_file
from custos.errors import BadInput, Mark, Problem
from custos.storage.layout import CONTAINERS, TABLES
from custos.untrusted import plain

_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was read. `id` is the checksum of its manifest."""

    folder: Path
    manifest: Manifest
    id: str


def read_backup(folder: Path) -> Backup:
    """The backup in a folder, looked at and not yet compared. Raises BadInput, in one sentence, when there is none."""
    if not (folder / MANIFEST).exists():
        half = (folder / UNFINISHED).exists()
        what = "This backup was never finished." if half else "There is no backup here."
        raise _refused(folder, what, "Run the same `custos backup` again." if half else "Name the directory of one.")
    try:
        content = (folder / MANIFEST).read_bytes()
        manifest = msgspec.json.decode(content, type=Manifest)
        identity = hashed(folder / MANIFEST)[1]
    except (OSError, msgspec.MsgspecError) as error:
        raise _refused(
            folder / MANIFEST, f"This cannot be read: {plain(str(error), 200)}.", "Take another backup."
        ) from error
    return Backup(folder, manifest, identity)


def check(backup: Backup) -> None:
    """Compare every part with its checksum. Raises BadInput that names each part that is not as it was written."""
    wrong = list(_wrong(backup))
    if wrong:
        more = wrong[_MOST_NAMED:]
        named = [
            Problem(Mark(str(path)), what, "Take another backup.", code="backup") for path, what in wrong[:_MOST_NAMED]
        ]
        if more:
            named.append(
                Problem(Mark(str(backup.folder)), f"{len(more):,} more are not as they were written.", code="backup")
            )
        raise BadInput(named)


def _wrong(backup: Backup) -> Iterator[tuple[Path, str]]:
    folder, manifest = backup.folder, backup.manifest
    for parts, known in ((manifest.tables, TABLES), (manifest.containers, CONTAINERS)):
        for part in parts:
            if part.name not in known:
                yield folder / MANIFEST, f'It names "{plain(part.name, 40)}", which is nothing of Custos.'
    for part in manifest.tables:
        if part.name in TABLES:
            yield from _differs(table_file(folder, part.name), part.sha256)
    for part in manifest.containers:
        if part.name not in CONTAINERS:
            continue
        index = index_file(folder, part.name)
        if differing := list(_differs(index, part.sha256)):
            yield from differing
            continue
        for blob in blobs_of(folder, part.name):
            yield from _differs(blob_file(folder, part.name, blob.name), blob.sha256)


def _differs(path: Path, sha256: str) -> Iterator[tuple[Path, str]]:
    try:
        if hashed(path)[1] != sha256:
            yield path, "This is not what its checksum says."
    except OSError as error:
        yield path, f"This cannot be read: {os.strerror(error.errno or 0).lower()}."


def _refused(place: Path, what: str, remedy: str) -> BadInput:
    return BadInput([Problem(Mark(str(place)), what, remedy, code="backup")])
