"""When a person last worked on something: the bot, applications, administrators and migrations left out.

Of a file changed last by a person the moment is known: its `modified`. Of a file changed last by anything else the
server's date says nothing about people; its own date (`fileSystemInfo`, which survives labelling and migration) is taken, as a
"file date". Who changed a file may be unknown: then the change may or may not have been a person's, and only bounds are known.

Columns of every aggregate, per folder, library or site:

| column | meaning |
|---|---|
| files, size | number and bytes of the files |
| last_human_activity | a person certainly worked on it this late; null when no such moment is known |
| last_human_activity__latest | no person worked on it later; null when that is not known |
| last_human_activity__missing | nothing is in it |
| activity_confidence | `certain`, `file date`, or "" |

Source: https://learn.microsoft.com/graph/api/resources/filesysteminfo
"""

from __future__ import annotations

import polars as pl

from custos.engine.facts import Facts
from custos.inventory.schema import DEEPEST

FACT = "last_human_activity"
_LATE, _MISSING, _CONFIDENCE = f"{FACT}__latest", f"{FACT}__missing", "activity_confidence"
_SUMS = ("files", "size", "late_unknown", "size_unknown")
_GREATEST = ("early", "late", "early_certain")


def not_people(facts: Facts, names: frozenset[str]) -> list[str]:
    """Object ids of accounts that are no people, from the names and ids in the settings."""
    known = pl.concat(
        [facts.people.select("user_id", "upn"), facts.members.select("user_id", "upn")], how="vertical"
    ).filter(pl.col("upn").str.to_lowercase().is_in(sorted(names)))
    return sorted(names | set(known.select("user_id").drop_nulls().unique().collect()["user_id"]))


def file_activity(machines: list[str]) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Of one file, from the columns of `items`: earliest and latest bound of the last work by a person, and whether it was seen."""
    person = (pl.col("modified_by_kind") == "person") & ~pl.col("modified_by").is_in(machines)
    own_date = pl.min_horizontal("client_modified", "modified")
    dated = pl.col("client_modified").is_not_null()
    early = pl.when(person).then(pl.col("modified")).when(~person & dated).then(own_date)
    late = pl.when(~person & dated).then(own_date).otherwise(pl.col("modified"))
    return early, late, person


def by_folder(items: pl.LazyFrame, machines: list[str]) -> pl.LazyFrame:
    """Aggregates of the files lying directly in each folder: drive_id, parent_id and the columns that `rolled_up` sums."""
    early, late, person = file_activity(machines)
    return (
        items.filter(~pl.col("is_folder").fill_null(value=False))
        .group_by("drive_id", "parent_id")
        .agg(
            pl.len().alias("files"),
            pl.col("size").sum(),
            early.max().alias("early"),
            late.max().alias("late"),
            late.is_null().sum().alias("late_unknown"),
            pl.col("size").is_null().sum().alias("size_unknown"),
            early.filter(person).max().alias("early_certain"),
        )
    )


def by_library(folders: pl.LazyFrame) -> pl.LazyFrame:
    """Aggregates of each library, from those of its folders."""
    return _told(_joined(folders, ["drive_id"]))


def by_site(folders: pl.LazyFrame, drives: pl.LazyFrame) -> pl.LazyFrame:
    """Aggregates of each site. Unknown throughout as long as one of its libraries is not read completely.

    `drives`: drive_id, site_id, complete, of all governed libraries, empty ones too.
    """
    whole = drives.group_by("site_id").agg((~pl.col("complete").fill_null(value=False)).any().alias("partial"))
    summed = _joined(folders.join(drives, on="drive_id"), ["site_id"])
    told = _told(whole.join(summed, on="site_id", how="left").with_columns(pl.col(_SUMS).fill_null(0)))
    facts = [name for name in told.collect_schema().names() if name not in ("site_id", "partial")]
    return told.select("site_id", *(pl.when(~pl.col("partial")).then(pl.col(name)).alias(name) for name in facts))


def by_subtree(folders: pl.LazyFrame, tree: pl.DataFrame) -> pl.DataFrame:
    """Aggregates of each folder with everything below it, and its depth: 1 at the top of the library.

    `tree`: drive_id, item_id, parent_id of every folder, the root among them with parent_id "".
    """
    levels = folder_levels(tree)
    own = folders.rename({"parent_id": "item_id"}).collect()
    below: pl.DataFrame | None = None
    told: list[pl.DataFrame] = []
    for depth in range(len(levels) - 1, 0, -1):
        level = levels[depth].select("drive_id", "item_id")
        parts = [own.join(level, on=["drive_id", "item_id"], how="semi")]
        if below is not None:
            parts.append(below.join(level, on=["drive_id", "item_id"], how="semi"))
        summed = _joined(pl.concat(parts, how="diagonal_relaxed").lazy(), ["drive_id", "item_id"]).collect()
        whole = level.join(summed, on=["drive_id", "item_id"], how="left").with_columns(pl.col(_SUMS).fill_null(0))
        told.append(_told(whole.lazy()).with_columns(pl.lit(depth, dtype=pl.Int64).alias("folder_depth")).collect())
        below = whole.join(levels[depth], on=["drive_id", "item_id"]).drop("item_id").rename({"parent_id": "item_id"})
    return (
        pl.concat(told)
        if told
        else _told(own.lazy()).with_columns(folder_depth=pl.lit(0, dtype=pl.Int64)).clear().collect()
    )


def folder_levels(tree: pl.DataFrame) -> list[pl.DataFrame]:
    """Folders by depth, the roots first. A folder whose parent is not in the tree is in none of them."""
    level = tree.filter(pl.col("parent_id") == "")
    levels = [level]
    while level.height and len(levels) < DEEPEST:
        above = level.select("drive_id", pl.col("item_id").alias("parent_id"))
        level = tree.join(above, on=["drive_id", "parent_id"], how="semi").filter(pl.col("parent_id") != "")
        if level.height:
            levels.append(level)
    return levels


def _joined(frame: pl.LazyFrame, keys: list[str]) -> pl.LazyFrame:
    return frame.group_by(keys).agg(pl.col(_SUMS).sum(), pl.col(_GREATEST).max())


def _told(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The aggregates under the catalogue's names."""
    empty = pl.col("files") == 0
    confidence = (
        pl.when(empty)
        .then(pl.lit(""))
        .when(pl.col("early").is_null())
        .then(pl.lit(None, dtype=pl.String))
        .when(pl.col("early_certain") == pl.col("early"))
        .then(pl.lit("certain"))
        .otherwise(pl.lit("file date"))
    )
    return frame.with_columns(
        pl.col("early").alias(FACT),
        pl.when(pl.col("late_unknown") == 0).then(pl.col("late")).alias(_LATE),
        pl.when(pl.col("size_unknown") == 0).then(pl.col("size")).alias("size"),
        empty.alias(_MISSING),
        confidence.alias(_CONFIDENCE),
    ).drop("early", "late", "late_unknown", "size_unknown", "early_certain")
