"""What the mirror knows of each asset: its libraries, how they are shared, since when they are quiet, which labels they carry. Pure.

The figures come from the frames that rules and indicators are counted on, so a page says nothing that `custos find` and `custos kpi` do
not say. None is unknown, never none.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from custos.kpi.inputs import Inputs
from custos.kpi.sharing import exposed_links, under_agreement
from custos.model.subject import Kind

ANYONE, ORGANISATION, PEOPLE = "anonymous", "organization", "users"
"""How far a link reaches, as the mirror has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """A library of an asset. `is_read`: it was read to its end; where it was not, what is counted is too little. `quiet_since` is the
    last work of a person, and `sure` how well that is known, as the policy language calls it."""

    name: str
    url: str
    is_read: bool
    files: int | None
    size: int | None
    quiet_since: datetime | None
    sure: str


@dataclass(kw_only=True)
class Held:
    """Of one asset. `links`: by how far they reach, "" unknown. `labels`: files by label, "" for none; `labels_unread` files of which that
    was not read. `outside`: people from outside with access; `without_agreement` those of them for whom no agreement is in date.
    `exposed`: links for anyone that its class does not allow."""

    libraries: list[Library] = field(default_factory=list)
    links: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    labels_unread: int = 0
    outside: int = 0
    without_agreement: int = 0
    exposed: int = 0

    @property
    def unread(self) -> int:
        """Libraries that were not read to their end."""
        return sum(not library.is_read for library in self.libraries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """Of every asset, as the mirror was at `as_of`."""

    as_of: datetime
    by_asset: Mapping[str, Held]

    def of(self, asset_id: str) -> Held:
        """Of one asset; what has no library holds nothing in Microsoft 365."""
        return self.by_asset.get(asset_id) or Held()


def holdings(inputs: Inputs) -> Holdings:
    """Count it all once."""
    held: defaultdict[str, Held] = defaultdict(Held)
    _libraries(inputs, held)
    _links(inputs, held)
    _labels(inputs, held)
    for row in under_agreement(inputs):
        held[row.asset_id].outside += row.of + row.unknown
        held[row.asset_id].without_agreement += row.of - row.met
    for row in exposed_links(inputs):
        held[row.asset_id].exposed += row.met
    return Holdings(as_of=inputs.now, by_asset=dict(held))


def _libraries(inputs: Inputs, held: defaultdict[str, Held]) -> None:
    asked = ("files", "size", "last_human_activity", "activity_confidence")
    told = {row["drive_id"]: row for row in _rows(inputs.ask("library", "{registered: yes}", asked).rows)}
    for row in _rows(inputs.places.libraries.filter(pl.col("asset").fill_null("") != "").sort("library_address")):
        known = told.get(row["drive_id"], {})
        quiet = known.get("last_human_activity")
        held[row["asset"]].libraries.append(
            Library(
                name=row["library_name"] or row["library_address"] or "",
                url=row["library_address"] or "",
                is_read=bool(row["complete"]),
                files=known.get("files"),
                size=known.get("size"),
                quiet_since=datetime.fromisoformat(quiet) if quiet else None,
                sure=known.get("activity_confidence") or "",
            )
        )


def _links(inputs: Inputs, held: defaultdict[str, Held]) -> None:
    links = inputs.ask("link", "{registered: yes}", ("link_scope",)).rows
    for asset_id, scope, number in links.group_by("asset", "link_scope").len().iter_rows():
        held[asset_id].links[scope or ""] += number


def _labels(inputs: Inputs, held: defaultdict[str, Held]) -> None:
    files = inputs.frames.of(Kind.FILE, frozenset({"asset", "label"}))
    counted = files.filter(pl.col("asset").fill_null("") != "").group_by("asset", "label").len().sort("label").collect()
    for asset_id, label, number in counted.iter_rows():
        if label is None:
            held[asset_id].labels_unread += number
        else:
            held[asset_id].labels[label] += number


def _rows(frame: pl.DataFrame) -> Sequence[dict[str, Any]]:
    return frame.to_dicts()
