"""What percentages are of: how many subjects each rule's scope holds, how many files each asset. Pure."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from custos.engine.ceilings import CeilingSizes
from custos.engine.evaluate import Evaluation
from custos.engine.facts import Facts
from custos.engine.register_locations import PlacedRegisters
from custos.engine.site_facts import site_facts


def measure(placed: PlacedRegisters, facts: Facts, evaluation: Evaluation, now: datetime) -> CeilingSizes:
    """The sizes that the budgets of a run made from this evaluation need."""
    libraries = site_facts(placed, facts, now).libraries.lazy().select("drive_id", "asset")
    files = facts.items.filter(~pl.col("is_folder")).group_by("drive_id").agg(pl.len().alias("files"))
    counted = (
        libraries.filter(pl.col("asset").fill_null("") != "")
        .join(files, on="drive_id", how="left")
        .group_by("asset")
        .agg(pl.col("files").fill_null(0).sum())
        .collect()
    )
    return CeilingSizes(
        scope={name: counts.covered for name, counts in evaluation.counts.items()},
        assets={str(asset): int(total) for asset, total in counted.iter_rows()},
    )
