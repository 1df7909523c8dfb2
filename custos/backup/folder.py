"""How a backup lies in its folder, and how it is read.

    backup.json                  written last: what was copied, from when to when, with the checksum of each part
    tables/NAME.jsonl            a row a line
    containers/NAME/BLOB         a file a blob
    containers/NAME.index.jsonl  a line a blob: its name, size and checksum
    unfinished.json              while it is under way: of which tenant, and since when

A file has its name once it is whole. Names of blobs are written so that none leads out of the folder.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal
from urllib.parse import quote

import msgspec

MANIFEST, UNFINISHED = "backup.json", "unfinished.json"
_PIECE = 1024 * 1024
_AS_THEY_ARE = "=!@+,~ "


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table or a container. `entries`: rows or blobs. `bytes`: of the rows, or of all blobs. `sha256`: of the rows, or of the index."""

    name: str
    entries: int
    bytes: int
    sha256: str


class Blob(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of an index."""

    name: str
    bytes: int
    sha256: str


class Begun(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A backup that is under way."""

    state_format: int
    tenant: str
    begun: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A backup. Moments are ISO 8601 with an offset; nothing in it is older than `begun` or younger than `finished`."""

    format: Literal[1] = 1
    custos: str
    state_format: int
    tenant: str
    begun: str
    finished: str
    tables: tuple[Part, ...]
    containers: tuple[Part, ...]


@contextmanager
def whole_or_not(path: Path) -> Iterator[IO[bytes]]:
    """A file to write, that has its name only when all of it was written, and is on the disk then."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_name(f"{path.name}.part")
    with beside.open("wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def table_file(folder: Path, table: str) -> Path:
    """Where the rows of a table are."""
    return folder / "tables" / f"{table}.jsonl"


def index_file(folder: Path, container: str) -> Path:
    """Where it stands which blobs a container had."""
    return folder / "containers" / f"{container}.index.jsonl"


def blob_file(folder: Path, container: str, blob: str) -> Path:
    """Where a blob is. No name leads out of the folder."""
    return folder.joinpath("containers", container, *map(_safe, blob.split("/")))


def lines_of(path: Path) -> Iterator[bytes]:
    """The lines of a file, without their ends."""
    with path.open("rb") as file:
        for line in file:
            yield line.rstrip(b"\n")


def blobs_of(folder: Path, container: str) -> Iterator[Blob]:
    """The blobs that an index names. Raises msgspec.MsgspecError for a line that is none."""
    for line in lines_of(index_file(folder, container)):
        yield msgspec.json.decode(line, type=Blob)


def hashed(path: Path) -> tuple[int, str]:
    """Size and SHA-256 of a file."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
            size += len(piece)
    return size, digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Pieces:
    """A file in pieces, as often as it is asked for."""

    path: Path

    def __iter__(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece


def _safe(segment: str) -> str:
    return quote(segment, safe=_AS_THEY_ARE) if segment.strip(".") else segment.replace(".", "%2E") or "%"
