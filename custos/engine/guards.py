"""Holds and exemptions of the registers as expressions over the frames, made once for each evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from operator import or_

import polars as pl

from custos.engine.facts import Facts
from custos.engine.frames import IN_LIBRARIES
from custos.engine.gazette import Gazette
from custos.engine.model import Kind, Protection
from custos.engine.regions import Finder, Region
from custos.policy.model import Bundle
from custos.policy.words import day_words
from custos.records.model import Exemption, Hold
from custos.records.places import address, lies_in

_NO = pl.lit(value=False)
_SITE_SLASHES = 4  # https://host/sites/name


@dataclass(frozen=True, slots=True)
class Guard:
    """One hold or exemption: the rows it covers, what it says, and whether it stops writes (an expired one does not)."""

    covers: pl.Expr
    protection: Protection
    stops: bool = True


def _together(guards: Sequence[Guard]) -> pl.Expr:
    return reduce(or_, (guard.covers for guard in guards), _NO)


def covered(guards: Sequence[Guard], code: str) -> pl.Expr:
    """True for rows that some guard of a code stops."""
    return _together([guard for guard in guards if guard.stops and guard.protection.code == code])


class Guards:
    """Makes the guards of a kind and rule."""

    def __init__(self, bundle: Bundle, facts: Facts, places: Gazette, now: datetime) -> None:
        self._bundle = bundle
        self._places = places
        self._today = now.date()
        finder = Finder(facts, places.addresses)
        records = bundle.records
        mapped = (address(row.location) for row in records.site_map)
        self._libraries = {*places.addresses.values(), *(place for place in mapped if place.count("/") > _SITE_SLASHES)}
        self._holds = [(hold, finder.region(hold.locations)) for hold in records.holds if hold.in_force(self._today)]
        self._exemptions = [(row, finder.region(row.locations)) for row in records.exemptions]

    def of(self, kind: Kind, policy: str, rule: str) -> list[Guard]:
        """Every hold and exemption that may cover subjects of a rule, expired exemptions too."""
        holds = [self._hold(hold, region) for hold, region in self._holds] if kind in IN_LIBRARIES else []
        named = [(row, region) for row, region in self._exemptions if row.names(policy, rule)]
        return [*holds, *(self._exemption(row, region, kind) for row, region in named)]

    def _hold(self, hold: Hold, region: Region) -> Guard:
        """Where a hold cannot be told from the inventory it covers more, not less."""
        libraries = self._places.libraries.filter(pl.col("asset") == hold.asset_id)
        if hold.schedule_refs:
            libraries = libraries.filter(pl.col("scheduled_entry").is_in(["", *hold.schedule_refs]))
        inside = pl.col("drive_id").is_in(sorted(libraries["drive_id"]))
        if hold.locations and not self._astray(region):
            inside &= region.holds().fill_null(value=True)
        for day, column, after in ((hold.items_from, "modified", False), (hold.items_to, "created", True)):
            if day:
                inside &= _not_apart(column, day, after=after)
        lost = f" Not found in the inventory: {', '.join(region.lost)}." if region.lost else ""
        said = f"On hold {hold.id} ({hold.authority or hold.kind}) since {hold.since.isoformat()}.{lost}"
        return Guard(inside, Protection(code="hold", reference=hold.id, sentence=said, mark=hold.mark))

    def _astray(self, region: Region) -> bool:
        """True when an address is in no library that the inventory or the site map knows: it may mean any part of the asset."""
        return any(not any(lies_in(address(place), library) for library in self._libraries) for place in region.lost)

    def _exemption(self, row: Exemption, region: Region, kind: Kind) -> Guard:
        inside = self._whole(row, kind)
        if row.locations and kind in IN_LIBRARIES:
            inside &= region.holds().fill_null(value=False)
        in_date = row.expires >= self._today
        until = f"{'until' if in_date else 'expired on'} {day_words(_midnight(row.expires))}"
        said = f"Exempt by {row.id} ({row.reason}; {row.approved_by}), {until}."
        return Guard(inside, Protection(code="exempt", reference=row.id, sentence=said, mark=row.mark), stops=in_date)

    def _whole(self, row: Exemption, kind: Kind) -> pl.Expr:
        """The libraries or sites that an exemption may cover, its folders and files left to its region."""
        by_place = kind in (*IN_LIBRARIES, Kind.LIBRARY)
        frame = self._places.libraries if by_place else self._places.sites
        key, column = ("drive_id", "library_address") if by_place else ("site_id", "site_address")
        chosen = frame.filter(pl.col("asset") == row.asset_id) if row.asset_id else frame
        if not row.locations:
            return pl.col(key).is_in(sorted(chosen[key]))
        wanted = [address(place) for place in row.locations]
        inside = [
            place_id
            for place_id, url in chosen.select(key, column).iter_rows()
            if url and any(_touches(address(url), place, kind) for place in wanted)
        ]
        return pl.col(key).is_in(inside)


def _touches(here: str, place: str, kind: Kind) -> bool:
    """Whether something of a kind in `here`, a site or library, may lie in `place`."""
    return lies_in(here, place) or (kind in IN_LIBRARIES and lies_in(place, here))


def _not_apart(column: str, day: date, *, after: bool) -> pl.Expr:
    """Whether an item may have lived on the right side of a day; an unknown date may."""
    if after:
        begins = _midnight(day) + timedelta(days=1)
        return (pl.col(column) < begins).fill_null(value=True)
    return (pl.col(column) >= _midnight(day)).fill_null(value=True)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
