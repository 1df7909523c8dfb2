"""Writes the folder of evidence: exhibits, the exported audit, a page to begin with, and SHA256SUMS, which `sha256sum -c` checks."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from custos.audit.chain import Chain
from custos.audit.export import export
from custos.audit.verify_audit import Broken
from custos.jobs.evidence import Material
from custos.jobs.trace import ClauseState
from custos.kpi.model import Value
from custos.kpi.wording import written
from custos.records.remark import Matter
from custos.report.evidence.exhibits import AUDIT_FOLDER, Exhibit, File, files
from custos.report.evidence.standards import Heading, Standard
from custos.report.html import document

INDEX, SUMS = "index.html", "SHA256SUMS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A file as the index lists it."""

    path: str
    holds: str
    rows: int | None
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """The exported audit: its events and checkpoints, or where it does not hold."""

    events: int = 0
    checkpoints: int = 0
    broken: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """What was written. `broken` says where the audit's chain does not hold, "" when it does."""

    folder: Path
    files: int
    broken: str


async def write_pack(chain: Chain, material: Material, standard: Standard, folder: Path) -> Pack:
    """Write the folder, which must not be there yet or be empty: all of it, or nothing. Raises OSError and StorageTrouble."""
    making = folder.parent / f".{folder.name}-{uuid4().hex[:8]}"
    try:
        audit = await _audit(chain, making / AUDIT_FOLDER) if Exhibit.AUDIT in _exhibits(standard) else None
        count = await asyncio.to_thread(_write, material, standard, making, audit)
        await asyncio.to_thread(_move, making, folder)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    return Pack(folder=folder, files=count, broken=audit.broken if audit else "")


def _exhibits(standard: Standard) -> list[Exhibit]:
    return list(dict.fromkeys(one for heading in standard.headings for one in heading.exhibits))


def _write(material: Material, standard: Standard, folder: Path, audit: Audited | None) -> int:
    """Everything beside the audit. Returns how many files the folder has."""
    folder.mkdir(parents=True, exist_ok=True)
    listed = {exhibit: _exhibit(exhibit, material, folder) for exhibit in _exhibits(standard)}
    (folder / INDEX).write_text(_index(material, standard, listed, audit), "utf-8")
    return _sums(folder)


def _move(made: Path, folder: Path) -> None:
    if folder.exists():
        folder.rmdir()
    made.rename(folder)


async def _audit(chain: Chain, folder: Path) -> Audited:
    try:
        found = await export(chain, folder)
    except Broken as error:
        return Audited(broken=str(error))
    return Audited(events=found.read.sequence, checkpoints=len(found.checkpoints))


def _exhibit(exhibit: Exhibit, material: Material, folder: Path) -> list[Listed]:
    if exhibit is Exhibit.AUDIT:
        written = sorted(path for path in (folder / AUDIT_FOLDER).rglob("*") if path.is_file())
        return [_listed(folder, path, "what was done, provable without Custos", None) for path in written]
    return [_put(folder, file) for file in files(exhibit, material)]


def _put(folder: Path, file: File) -> Listed:
    path = folder / file.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(file.content)
    return _listed(folder, path, file.holds, file.rows)


def _listed(folder: Path, path: Path, holds: str, rows: int | None) -> Listed:
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    return Listed(path=path.relative_to(folder).as_posix(), holds=holds, rows=rows, size=len(content), sha256=digest)


def _sums(folder: Path) -> int:
    """The hash of every file that there is, in the form of `sha256sum`."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n" for path in found
    ]
    (folder / SUMS).write_text("".join(lines), "utf-8")
    return len(found) + 1


def _index(material: Material, standard: Standard, listed: dict[Exhibit, list[Listed]], audit: Audited | None) -> str:
    values = {value.kpi.id: value for value in material.values}
    return document(
        "evidence.html",
        standard=standard,
        now=material.now,
        coverage=material.values[0].coverage,
        documents=[one.sentence for one in material.remarks if one.matter == Matter.DOCUMENT_REVIEW and not one.soon],
        headings=[(heading, _measured(heading, values)) for heading in standard.headings],
        exhibits=listed,
        audit=audit,
        unproved=[one for one in material.clauses if one.state in (ClauseState.NONE_YET, ClauseState.NOTHING)],
        people=[one for one in material.clauses if one.state is ClauseState.PEOPLE],
        anchor=anchor,
    )


def _measured(heading: Heading, values: dict[str, Value]) -> Sequence[tuple[str, str, str]]:
    """Name, value and aim of each indicator of a heading; one that too little of the mirror was read for says so."""
    found = []
    for kpi_id in heading.kpis:
        value = values[kpi_id]
        said = written(value.kpi, value.total)
        if value.kpi.missing:
            said = f"{said}: {value.kpi.missing}"
        if value.kpi.measure is not None and not value.is_whole:
            said = f"{said} (too few libraries were read for this to count)"
        found.append((f"{kpi_id} {value.kpi.name}", said, value.kpi.target))
    return found


def anchor(exhibit: Exhibit) -> str:
    """The name of an exhibit's place on the page."""
    return exhibit.value.replace(" ", "-")
