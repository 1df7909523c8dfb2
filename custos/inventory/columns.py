"""Drive items and labels as columns: what came over the wire, laid beside each other as the mirror keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import cast

import polars as pl

from custos.inventory.schema import INSTANT, STORED_ITEMS, UNIQUE
from custos.m365.delta import DriveItem
from custos.m365.labels import LabelRow
from custos.m365.timestamps import FIRST_YEAR, LAST_YEAR

FACTS = (
    "list_item_id",
    "parent_id",
    "name",
    "is_folder",
    "size",
    "created",
    "modified",
    "client_modified",
    "modified_by",
    "modified_by_kind",
    "etag",
    "content_hash",
    "shared_scope",
    "unreadable",
)
"""The columns that delta tells. A row is rewritten when one of them differs."""

OBSERVED: dict[str, pl.DataType] = {
    "item_id": pl.String(),
    **{name: STORED_ITEMS[name] for name in FACTS},
    "is_root": pl.Boolean(),
    "deleted": pl.Boolean(),
    "sharing_marked": pl.Boolean(),  # delta says that its sharing changed
}

LABELS: dict[str, pl.DataType] = {
    "list_item_id": pl.Int32(),
    "label": pl.String(),  # null: the list's answer cannot be read
    "is_record": pl.Boolean(),
}

_FIRST, _LAST = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), datetime(LAST_YEAR, 12, 31, tzinfo=UTC)
_TICK, _EPOCH = timedelta(microseconds=1), datetime(1970, 1, 1, tzinfo=UTC)

ITEM_LABELS: dict[str, pl.DataType] = {
    "item_id": pl.String(),
    "label": pl.String(),
    "label_explicit": pl.Boolean(),
    "is_record": pl.Boolean(),
}


_COLUMN_OF = {
    "eTag": "etag",
    "createdDateTime": "created",
    "lastModifiedDateTime": "modified",
    "lastModifiedBy": "modified_by",
    "fileSystemInfo": "client_modified",
    "parentReference": "parent_id",
    "file": "content_hash",
    "folder": "is_folder",
    "root": "is_folder",
    "package": "is_folder",
    "deleted": "is_folder",
    "shared": "shared_scope",
    "sharepointIds": "list_item_id",
    "@microsoft.graph.sharedChanged": "shared_scope",
}
"""What on the wire tells a column, where it is not called so."""
_DATES = ("created", "modified", "client_modified")


def observed(items: Sequence[DriveItem]) -> pl.DataFrame:
    """The items in the order in which they came; a row of `OBSERVED` each. A fact that cannot be read is null and named."""
    return _dated(_told(items))


def _told(items: Sequence[DriveItem]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "item_id": [item.id for item in items],
            "list_item_id": [item.list_item_id for item in items],
            "parent_id": [item.parent_id for item in items],
            "name": [item.name for item in items],
            "is_folder": [item.is_folder for item in items],
            "size": [item.size for item in items],
            "created": instants([item.created for item in items]),
            "modified": instants([item.modified for item in items]),
            "client_modified": instants([item.client_modified for item in items]),
            "modified_by": [item.modified_by for item in items],
            "modified_by_kind": [item.modified_by_kind for item in items],
            "etag": [item.etag for item in items],
            "content_hash": [item.content_hash for item in items],
            "shared_scope": [
                item.shared_scope if item.shared is None else item.shared.scope or UNIQUE for item in items
            ],
            "unreadable": [_named(item.unread) if item.unread else "" for item in items],
            "is_root": [item.root is not None for item in items],
            "deleted": [item.deleted is not None for item in items],
            "sharing_marked": [item.sharing_changed for item in items],
        },
        schema=OBSERVED,
    )


def _named(unread: Iterable[str]) -> str:
    return ",".join(dict.fromkeys(_COLUMN_OF.get(name, name) for name in unread))


def _dated(told: pl.DataFrame) -> pl.DataFrame:
    """What is told as a date and is none (see custos.m365.timestamps) is unknown, and named so."""
    if all(_are_dates(told[name]) for name in _DATES):
        return told
    none = {name: ~pl.col(name).is_between(_FIRST, _LAST).fill_null(value=True) for name in _DATES}
    named = [pl.when(is_none).then(pl.lit(name)) for name, is_none in none.items()]
    before = pl.when(pl.col("unreadable") != "").then("unreadable")
    return told.with_columns(
        *(pl.when(~is_none).then(name).alias(name) for name, is_none in none.items()),
        unreadable=pl.concat_str(before, *named, separator=",", ignore_nulls=True).fill_null(""),
    )


def _are_dates(moments: pl.Series) -> bool:
    """Whether all are dates, or untold: by their ends as numbers, the cheapest question that Polars answers."""
    ends = moments.to_physical()
    first, last = cast("tuple[int | None, int | None]", (ends.min(), ends.max()))
    return first is None or last is None or (first >= (_FIRST - _EPOCH) // _TICK and last <= (_LAST - _EPOCH) // _TICK)


def instants(moments: Sequence[datetime | None]) -> pl.Series:
    """Aware moments as a column; through numbers, because Polars takes six times as long over datetime objects."""
    seconds = pl.Series([None if moment is None else moment.timestamp() for moment in moments], dtype=pl.Float64)
    return (seconds * 1_000_000).round().cast(pl.Int64).cast(INSTANT)


def labels_of(rows: Sequence[LabelRow]) -> pl.DataFrame:
    """Labels by list item; a row of `LABELS` each."""
    return pl.DataFrame(
        {
            "list_item_id": [row.list_item_id for row in rows],
            "label": [row.label for row in rows],
            "is_record": [row.is_record for row in rows],
        },
        schema=LABELS,
    )


def latest(frames: Sequence[pl.DataFrame], key: str = "item_id") -> pl.DataFrame:
    """The frames one after the other, with the last row of each `key` only."""
    together = frames[0] if len(frames) == 1 else pl.concat(frames)
    return together.unique(key, keep="last", maintain_order=True)
