"""Indicators of what is kept: labels by the schedule, and what nobody works with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import polars as pl

from custos.kpi.inputs import Inputs
from custos.kpi.model import Counted, undecided
from custos.model.policy import Family
from custos.model.subject import Kind

_TOO_YOUNG = timedelta(days=7)
"""What is younger has hardly been looked at: Microsoft takes up to seven days, and so may Custos."""


def label_coverage(inputs: Inputs) -> Iterator[Counted]:
    """A row a library of an asset: of its files older than a week, those that carry a label which the asset's entries name."""
    files = inputs.frames.of(Kind.FILE, frozenset({"asset", "label", "library_address", "library_name"}))
    old = pl.col("created").is_null() | (pl.col("created") <= inputs.now - _TOO_YOUNG)
    known = pl.col("sure").fill_null(value=False) & pl.col("label").is_not_null() & pl.col("created").is_not_null()
    fits = known & pl.col("fits").fill_null(value=False)
    counted = (
        files.filter(pl.col("asset").is_not_null() & (pl.col("asset") != "") & old)
        .join(labels_of_assets(inputs).lazy(), on=["asset", "label"], how="left")
        .group_by("asset", "library_address", "library_name")
        .agg(known.sum().alias("of"), fits.sum().alias("met"), (~known).sum().alias("unknown"))
        .sort("asset", "library_address")
        .collect()
    )
    for asset_id, url, name, of, met, unknown in counted.iter_rows():
        yield Counted(
            subject=name or url,
            asset_id=asset_id,
            url=url,
            kind=Kind.LIBRARY,
            of=of,
            met=met,
            unknown=unknown,
            why=f"{met:,} of {of:,} files carry a label of {asset_id}'s entries.",
        )


def stale_burden(inputs: Inputs) -> Iterator[Counted]:
    """A row a library, in bytes: those in which nobody has worked for two years, unless they are kept for good or on purpose."""
    quiet = set(inputs.ask("untouched-libraries").rows["url"])
    kept = kept_places(inputs, Family.STALE)
    for_good = {entry.id for entry in inputs.records.schedule.values() if entry.period == "permanent"}
    asked = ("size", "scheduled_entry", "asset_vital", "last_human_activity")
    libraries = inputs.ask("library", "{registered: yes}", asked)
    yield from undecided(libraries.unknown, "libraries whose owner is not known")
    for row in libraries.rows.sort("asset", "url").iter_rows(named=True):
        left = (
            row["asset_vital"]
            or row["scheduled_entry"] in for_good
            or not kept.isdisjoint((row["drive_id"], row["site_id"]))
        )
        stale = row["url"] in quiet and not left
        size = row["size"]
        known = size is not None and (left or row["last_human_activity"] is not None)
        yield Counted(
            subject=row["name"],
            asset_id=row["asset"],
            url=row["url"],
            kind=Kind.LIBRARY,
            of=size if known else 0,
            met=size if stale and known else 0,
            unknown=0 if known else size or 1,
            why=_burden_words(known=known, stale=stale),
        )


def _burden_words(*, known: bool, stale: bool) -> str:
    if not known:
        return "Its size, or when somebody last worked there, was not read."
    return "Nobody has worked there for two years." if stale else "It is in use, or kept for good or on purpose."


def kept_places(inputs: Inputs, *families: Family) -> frozenset[str]:
    """Libraries and sites of which somebody answered, about what policies of these families found there, that it stays, and that holds
    still."""
    return frozenset(
        place.drive_id or place.site_id
        for case in inputs.cases
        if case.is_kept
        and case.keep_until is not None
        and case.keep_until > inputs.now
        and any(line.family in families for line in case.lines)
        for place in case.homes
    )


def labels_of_assets(inputs: Inputs) -> pl.DataFrame:
    """The labels that each asset's approved entries name."""
    schedule = inputs.records.schedule
    named = [
        (asset.id, schedule[ref].label)
        for asset in inputs.records.assets.values()
        for ref in asset.schedule_refs
        if ref in schedule and schedule[ref].status == "approved"
    ]
    pairs = pl.DataFrame(named, schema={"asset": pl.String, "label": pl.String}, orient="row").unique()
    return pairs.with_columns(fits=pl.lit(value=True))
