"""What the registers and settings say about every site and library of the tenant, as two small frames.

One row a site and one row a library, with the facts of `custos.kinds` that hold for all that lies inside: register,
class, agreement, site properties, schedule entry. Beside them a flag for each policy, `in:POLICY`: inside its scope.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from custos.engine.facts import COMPLETE, Facts
from custos.engine.register_facts import facts_of_library, facts_of_site
from custos.engine.register_locations import PlacedRegisters
from custos.policy.scope import covers
from custos.records.address import Address, told_address

_CLASS = {
    "asset": pl.String,
    "asset_department": pl.String,
    "asset_classification": pl.String,
    "asset_personal_data": pl.String,
    "asset_status": pl.String,
    "asset_vital": pl.Boolean,
    "registered": pl.Boolean,
    "posture": pl.String,
    "agreement": pl.String,
    "anyone_links_allowed": pl.Boolean,
    "organisation_links_allowed": pl.Boolean,
    "guests_allowed": pl.Boolean,
    "public_team_allowed": pl.Boolean,
    "site_sharing_allowed": pl.String,
}
_LIBRARY = {
    **_CLASS,
    "drive_id": pl.String,
    "scheduled_entry": pl.String,
    "scheduled_label": pl.String,
    "scheduled_label_is_record": pl.Boolean,
}
_SITE_FACTS = {
    "site_title": "title",
    "site_address": "web_url",
    "site_kind": "kind",
    "site_created": "created",
    "site_sharing": "sharing_capability",
    "site_owners": "owner_count",
    "site_guests": "guest_count",
    "site_visibility": "visibility",
    "is_team": "is_team",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """The frames."""

    sites: pl.DataFrame
    libraries: pl.DataFrame


def site_facts(placed: PlacedRegisters, facts: Facts, now: datetime, drives: frozenset[str] | None = None) -> SiteFacts:
    """The register's word on every site (personal ones left out) and every governed library.

    With `drives`, all other libraries count as not read, for their items may have been left out of the facts.
    """
    kept = (pl.col("kind").fill_null("other") != "personal") & (pl.col("excluded").fill_null("") == "")
    sites = facts.sites.filter(kept).collect()
    not_governed = placed.bundle.settings.not_governed
    left_out = [told_address(url) in not_governed for url in sites["web_url"]]
    sites = sites.filter(~pl.Series(left_out, dtype=pl.Boolean))
    libraries = facts.drives.filter(pl.col("governed").fill_null(value=True)).collect()
    libraries = libraries.join(sites.select("site_id"), on="site_id", how="semi")
    told = _Told(placed, now)
    site_rows = [told.site(row["web_url"]) | {"site_id": row["site_id"]} for row in sites.iter_rows(named=True)]
    library_rows = [
        told.library(row["web_url"]) | {"drive_id": row["drive_id"]} for row in libraries.iter_rows(named=True)
    ]
    flags = dict.fromkeys(told.flags, pl.Boolean)
    site_frame = pl.DataFrame(site_rows, schema={**_CLASS, "site_id": pl.String, **flags}, orient="row").join(
        sites.select("site_id", "group_id", "access", *(pl.col(old).alias(new) for new, old in _SITE_FACTS.items())),
        on="site_id",
    )
    read = pl.col("state") == COMPLETE
    if drives is not None:
        read &= pl.col("drive_id").is_in(sorted(drives))
    complete = facts.states.select("drive_id", read.alias("complete")).collect()
    own_site = site_frame.select("site_id", "access", *_SITE_FACTS)
    library_frame = (
        pl.DataFrame(library_rows, schema={**_LIBRARY, **flags}, orient="row")
        .join(
            libraries.select(
                "drive_id",
                "site_id",
                "governed",
                pl.col("name").alias("library_name"),
                pl.col("web_url").alias("library_address"),
            ),
            on="drive_id",
        )
        .join(own_site, on="site_id", how="left")
        .join(complete, on="drive_id", how="left")
        .with_columns(
            pl.col("complete").fill_null(value=False)
            & pl.col("governed").fill_null(value=False)
            & pl.col("site_kind").is_not_null()
        )
    )
    return SiteFacts(sites=site_frame, libraries=library_frame)


class _Told:
    """Looks addresses up once for all frames."""

    def __init__(self, placed: PlacedRegisters, now: datetime) -> None:
        self._bundle = placed.bundle
        self._lookup = placed.lookup
        self._today = placed.bundle.day(now)
        self.flags = [f"in:{policy}" for policy in placed.bundle.policies]

    def site(self, url: str | None) -> dict[str, Any]:
        at = told_address(url)
        if at is None:
            return dict.fromkeys([*_CLASS, *self.flags])
        return {**facts_of_site(self._bundle, self._lookup, at), **self._of_policies(at)}

    def library(self, url: str | None) -> dict[str, Any]:
        at = told_address(url)
        if at is None:
            return dict.fromkeys([*_LIBRARY, *self.flags])
        return {**facts_of_library(self._bundle, self._lookup, at), **self._of_policies(at)}

    def _of_policies(self, at: Address) -> dict[str, Any]:
        """What depends on the day, and which policies cover it."""
        asset = self._lookup.at(at).asset
        asset_id = asset.id if asset else ""
        policies = self._bundle.policies.values()
        return {
            "agreement": self._agreement(asset_id) if asset_id else "none",
            **{f"in:{policy.id}": covers(policy.scope, at, asset_id) for policy in policies},
        }

    def _agreement(self, asset_id: str) -> str:
        named = [row for row in self._bundle.records.agreements.values() if asset_id in row.assets]
        if not named:
            return "none"
        return "in_date" if any(row.in_force(self._today) for row in named) else "ended"
