"""What the mirror knows of sites and libraries, for a first site map. No call of Microsoft's."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

import polars as pl

from custos.inventory.mirror_reader import read_facts
from custos.onboarding.site_map_proposal import MirroredLibrary, MirroredSite, Proposal, propose
from custos.policy import Bundle
from custos.records.address import read_address

if TYPE_CHECKING:
    from custos.bootstrap import Custos

type _Frames = Mapping[str, pl.LazyFrame | pl.DataFrame]


async def proposals(app: Custos, bundle: Bundle) -> list[Proposal]:
    """The rows that the site map lacks, as the mirror and the registers let one guess. Raises StorageTrouble."""
    tables = await read_facts(app.account, app.lakehouse)
    sites = await asyncio.to_thread(_sites, tables.frames)
    return propose(bundle.records, sites, bundle.settings.not_governed)


def _sites(frames: _Frames) -> list[MirroredSite]:
    owners = defaultdict[str, set[str]](set)
    for member in _rows(frames["members"], pl.col("role") == "owner", ("group_id", "upn")):
        owners[str(member["group_id"])].add(str(member["upn"]).lower())
    labels = _labels(frames["items"])
    libraries = defaultdict[str, list[MirroredLibrary]](list)
    for drive in _rows(frames["drives"], pl.col("governed"), ("drive_id", "site_id", "name", "web_url")):
        address = read_address(str(drive["web_url"]))
        label = labels.get(str(drive["drive_id"]), "")
        libraries[str(drive["site_id"])].append(MirroredLibrary(address=address, name=str(drive["name"]), label=label))
    readable = (pl.col("access") == "readable") & (pl.col("excluded") == "")
    return [
        MirroredSite(
            address=read_address(str(site["web_url"])),
            title=str(site["title"] or ""),
            owners=frozenset(owners.get(str(site["group_id"]), ())),
            libraries=libraries[str(site["site_id"])],
        )
        for site in _rows(frames["sites"], readable, ("site_id", "web_url", "title", "group_id"))
        if site["site_id"] in libraries
    ]


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
