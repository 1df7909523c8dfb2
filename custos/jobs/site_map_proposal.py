"""What the mirror knows of sites and libraries, for a first site map. No call of Microsoft's."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from custos.inventory.mirror_reader import read_facts
from custos.onboarding.site_map_proposal import MirroredLibrary, MirroredSite, Proposal, propose
from custos.policy import Bundle
from custos.records.address import Address, told_address

if TYPE_CHECKING:
    from custos.bootstrap import Custos

type _Frames = Mapping[str, pl.LazyFrame | pl.DataFrame]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """The rows that the site map lacks. `sites`: of how many sites they were made; `unplaced`: sites and libraries of which the mirror has
    no address, so that nobody can be asked about them."""

    rows: Sequence[Proposal]
    sites: int
    unplaced: int


async def proposals(app: Custos, bundle: Bundle) -> Proposed:
    """The rows that the site map lacks, as the mirror and the registers let one guess. Raises StorageTrouble."""
    tables = await read_facts(app.account, app.lakehouse)
    sites, unplaced = await asyncio.to_thread(mirrored_sites, tables.frames)
    rows = propose(bundle.records, sites, bundle.settings.not_governed)
    return Proposed(rows=rows, sites=len(sites), unplaced=unplaced)


def mirrored_sites(frames: _Frames) -> tuple[list[MirroredSite], int]:
    """The readable sites with a governed library, and how many sites and libraries have no address that could be read."""
    unplaced = 0
    owners = defaultdict[str, set[str]](set)
    for member in _rows(
        frames["members"], (pl.col("role") == "owner") & pl.col("upn").is_not_null(), ("group_id", "upn")
    ):
        owners[str(member["group_id"])].add(str(member["upn"]).lower())
    labels = _labels(frames["items"])
    libraries = defaultdict[str, list[MirroredLibrary]](list)
    for drive in _rows(frames["drives"], pl.col("governed"), ("drive_id", "site_id", "name", "web_url")):
        address = _address(drive)
        if address is None:
            unplaced += 1
            continue
        label = labels.get(str(drive["drive_id"]), "")
        libraries[str(drive["site_id"])].append(MirroredLibrary(address=address, name=str(drive["name"]), label=label))
    readable = (pl.col("access") == "readable") & (pl.col("excluded") == "")
    found = []
    for site in _rows(frames["sites"], readable, ("site_id", "web_url", "title", "kind", "group_id")):
        address = _address(site)
        if address is None:
            unplaced += 1
        elif site["site_id"] in libraries:
            found.append(
                MirroredSite(
                    address=address,
                    title=str(site["title"] or ""),
                    kind=str(site["kind"] or ""),
                    owners=frozenset(owners.get(str(site["group_id"]), ())),
                    libraries=libraries[str(site["site_id"])],
                )
            )
    return found, unplaced


def _address(row: Mapping[str, object]) -> Address | None:
    url = row["web_url"]
    return told_address(url) if isinstance(url, str) else None


def _labels(items: pl.LazyFrame | pl.DataFrame) -> dict[str, str]:
    """Library ► the label that most of its labelled files bear."""
    counted = (
        items.lazy()
        .filter((pl.col("label") != "") & ~pl.col("is_folder"))
        .group_by("drive_id", "label")
        .len()
        .sort(["drive_id", "len", "label"], descending=[False, True, False])
        .unique("drive_id", keep="first", maintain_order=True)
        .collect()
    )
    return {row["drive_id"]: row["label"] for row in counted.iter_rows(named=True)}


def _rows(frame: pl.LazyFrame | pl.DataFrame, where: pl.Expr, columns: tuple[str, ...]) -> list[dict[str, object]]:
    found = frame.lazy().filter(where).select(columns).collect()
    assert isinstance(found, pl.DataFrame)
    return found.to_dicts()
