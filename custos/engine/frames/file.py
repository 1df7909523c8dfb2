"""The files."""

from __future__ import annotations

import polars as pl

from custos.engine import human_activity
from custos.engine.frames.mirror import PLACED, Mirror, sure
from custos.policy.compile import latest, missing


def frame(mirror: Mirror, needed: frozenset[str]) -> pl.LazyFrame:
    """A row a file."""
    early, late, person = human_activity.file_activity(mirror.machines)
    rows = mirror.opened(mirror.files_chosen.join(mirror.library_rows, on="drive_id"), needed)
    extension = pl.col("name").str.extract(r"\.([^.]{1,20})$").str.to_lowercase()
    return rows.with_columns(
        sure=sure(pl.col("complete") & pl.col("is_folder").is_not_null()) & PLACED,
        file_name=pl.col("name"),
        file_extension=pl.when(pl.col("name").is_not_null()).then(extension.fill_null("")),
        file_created=pl.col("created"),
        created=pl.when(pl.col("created").is_not_null()).then(pl.min_horizontal("created", "client_modified")),
        file_modified=pl.col("modified"),
        label_fits_schedule=(pl.col("label") != "") & (pl.col("label") == pl.col("scheduled_label")),
        activity_confidence=pl.when(person).then(pl.lit("certain")).when(~person).then(pl.lit("file date")),
        **{
            human_activity.FACT: early,
            latest(human_activity.FACT): late,
            missing(human_activity.FACT): pl.lit(value=False),
        },
    )
