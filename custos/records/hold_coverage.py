"""Which holds cover a place by what the registers say, whatever the day: for comparing two versions of the registers, and for what left."""

from __future__ import annotations

from collections.abc import Iterable

from custos.records.address import Address
from custos.records.contradictions import narrows_by_class
from custos.records.model import Hold, Records
from custos.records.register_lookup import RegisterLookup


class HeldByRegisters:
    """Looks up the holds of places in one version of the registers. `known`: sites and libraries that exist, beside those of the
    registers; by them it is told whether a hold's classes say anything.
    """

    def __init__(self, records: Records, known: Iterable[Address] = ()) -> None:
        self._records = records
        self._lookup = RegisterLookup(records)
        assets = (address for asset in records.assets.values() for address in asset.locations)
        self._places = tuple(dict.fromkeys([*known, *(row.location for row in records.site_map), *assets]))
        self._narrowing: dict[str, bool] = {}

    def at(self, place: Address) -> tuple[str, ...]:
        """The ids of the holds that cover a site or library, or something in it, in order."""
        return tuple(sorted(hold.id for hold in self._records.holds if self.covers(hold, place)))

    def covers(self, hold: Hold, home: Address, at: Address | None = None, *, around: bool = True) -> bool:
        """Whether a hold covers what is `at` a place in a site or library, `home`; with `around` also something in it."""
        entry, place = self._lookup.at(home), at or home
        if hold.locations:
            inside = any(place.lies_in(one) or (around and one.lies_in(place)) for one in hold.locations)
        else:
            inside = entry.asset is not None and entry.asset.id == hold.asset_id
        other_class = bool(hold.schedule_refs) and entry.entry is not None and entry.entry.id not in hold.schedule_refs
        return inside and not (other_class and self._narrows(hold))

    def _narrows(self, hold: Hold) -> bool:
        if hold.id not in self._narrowing:
            self._narrowing[hold.id] = narrows_by_class(hold, self._places, self._lookup)
        return self._narrowing[hold.id]
