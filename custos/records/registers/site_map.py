"""The site map: one row a site or library, its asset and its schedule entry."""

from __future__ import annotations

from itertools import groupby

from custos.records.address import read_address
from custos.records.cells import RegisterRow
from custos.records.column import Holds, column
from custos.records.model import Asset, SiteMapping
from custos.records.register import Check, Refers, Register

WATCHES = ("live", "nightly")
_NOWHERE = read_address("https://nowhere.invalid")


def _mapping(row: RegisterRow) -> SiteMapping:
    return SiteMapping(
        location=row.container_in("location") or _NOWHERE,
        asset_id=row.text("asset_id"),
        schedule_ref=row.text("schedule_ref"),
        team=row.text("team"),
        watch=row.choice("watch", default="nightly"),
        mark=row.mark,
    )


def _doubly_mapped(check: Check[SiteMapping]) -> None:
    """A site or library that two rows, or a row and the register, give to different assets; and the same row twice."""

    def place(row: SiteMapping) -> str:
        return row.location.key

    for _, group in groupby(sorted(check.records.site_map, key=lambda row: (place(row), row.mark)), key=place):
        first, *others = group
        for other in others:
            same = (
                "again"
                if other.asset_id == first.asset_id
                else f"to {other.asset_id}; line {first.mark.line} gives it to {first.asset_id}"
            )
            mark = check.cells.of(other).mark_of("location")
            what = f"{other.location.text} is mapped {same}."
            check.problems.error(mark, what, "Keep one of the rows.", code="mapped-twice")
    homes: dict[str, Asset] = {}
    for asset in check.records.assets.values():
        for location in asset.locations:
            other_asset = homes.setdefault(location.key, asset)
            if other_asset is not asset:
                check.problems.error(
                    check.cells.of(asset).mark_of("location_refs"),
                    f"{location.text} belongs to {other_asset.id} already (line {other_asset.mark.line}).",
                    "A site or library has one asset.",
                    code="mapped-twice",
                )
    for row in check.records.site_map:
        home = homes.get(place(row))
        if home and home.id != row.asset_id:
            check.problems.error(
                check.cells.of(row).mark_of("location"),
                f"{row.location.text} is mapped to {row.asset_id}; the register gives it to {home.id} (line {home.mark.line}).",
                "Correct one of them.",
                code="mapped-twice",
            )


SITE_MAP = Register(
    file="site_map.csv",
    noun="place",
    purpose="one row a site or library: its asset and its schedule entry",
    table=(
        column("location*", Holds.PLACES, called="site|site url|url|library|address|sharepoint site|site address"),
        column("asset_id*"),
        column("schedule_ref", called="retention ref|schedule reference|retention class"),
        column("watch", choices=WATCHES),
        column("team"),
    ),
    make=_mapping,
    rows=lambda records: records.site_map,
    key=lambda row: row.location.key,
    unique=False,
    refers=(Refers("asset_id", "information_asset_register.csv"), Refers("schedule_ref", "retention_schedule.csv")),
    check=_doubly_mapped,
)  # fmt: skip
REGISTER = SITE_MAP
