"""Drive items and labels as columns: what came over the wire, laid beside each other as the mirror keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import polars as pl

from custos.inventory.schema import INSTANT, STORED_ITEMS, UNIQUE
from custos.m365.delta import DriveItem
from custos.m365.labels import LabelRow

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
    "label": pl.String(),
    "is_record": pl.Boolean(),
}

ITEM_LABELS: dict[str, pl.DataType] = {
    "item_id": pl.String(),
    "label": pl.String(),
    "label_explicit": pl.Boolean(),
    "is_record": pl.Boolean(),
}


def observed(items: Sequence[DriveItem]) -> pl.DataFrame:
    """The items in the order in which they came; a row of `OBSERVED` each."""
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
            "shared_scope": ["" if item.shared is None else item.shared.scope or UNIQUE for item in items],
            "is_root": [item.root is not None for item in items],
            "deleted": [item.deleted is not None for item in items],
            "sharing_marked": [item.sharing_changed for item in items],
        },
        schema=OBSERVED,
    )


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
