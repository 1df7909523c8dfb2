"""One frame a kind: a row for each subject, a column for each fact that is asked for, and the ids to find it again.

Beside facts and ids every frame has `sure`: true where its library has been read completely and the row belongs to the subject
itself, else null, so that what a rule says of the row becomes unknown. A kind's rows are made in the module of its word; those that are
the rows of a table of their own, in `own_rows`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

import polars as pl

from custos.engine.frames import own_rows
from custos.engine.frames.mirror import Mirror
from custos.inventory.schema import INSTANT
from custos.kinds import CATALOGUE, DECLARED
from custos.model.subject import Kind
from custos.policy.compile import columns_of

IDS = ("site_id", "drive_id", "item_id", "parent_id", "permission_id", "grantee", "user_id", "group_id", "name", "url")
_LIVED = ("created", "modified")  # what holds over a span of dates ask; a migrated file is as old as its own dates say

type Rows = Callable[[Mirror, frozenset[str]], pl.LazyFrame]

_ROWS: Mapping[Kind, Rows] = {
    kind: own_rows.of(declared.rows) if declared.rows else import_module(f"{__name__}.{kind.value}").frame
    for kind, declared in DECLARED.items()
}


class Frames(Mirror):
    """Builds the frames, of everything or of what `extent` names."""

    def of(self, kind: Kind, needed: frozenset[str]) -> pl.LazyFrame:
        """The frame of a kind with the facts needed (names of the catalogue), its ids, the scope flags and `sure`."""
        frame = _ROWS[kind](self, needed)
        present = set(frame.collect_schema().names())
        columns = [column for name in needed for column in columns_of(CATALOGUE[name])]
        flags = [column for column in present if column.startswith("in:")]
        return frame.select(
            *(pl.col(column) for column in dict.fromkeys(columns) if column not in IDS),
            *(pl.col(column) if column in present else _default(column) for column in (*IDS, *_LIVED)),
            *(pl.col(flag) for flag in flags),
            "sure",
        )


def _default(column: str) -> pl.Expr:
    """An id that a kind does not have."""
    if column in _LIVED:
        return pl.lit(None, dtype=INSTANT).alias(column)
    return (pl.lit(-1, dtype=pl.Int32) if column == "grantee" else pl.lit("")).alias(column)
