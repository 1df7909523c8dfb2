"""Which holds cover a library by what the registers say, whatever the day: for comparing two versions of the registers."""

from __future__ import annotations

from functools import cached_property

from custos.records.address import Address
from custos.records.contradictions import narrows_by_class
from custos.records.model import Hold, Records
from custos.records.register_lookup import RegisterLookup


class HeldByRegisters:
    """Looks up the holds of places in one version of the registers."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._lookup = RegisterLookup(records)

    @cached_property
    def places(self) -> tuple[Address, ...]:
        """The sites and libraries that the registers name."""
        assets = (address for asset in self._records.assets.values() for address in asset.locations)
        return tuple(dict.fromkeys([*(row.location for row in self._records.site_map), *assets]))

    def at(self, place: Address) -> tuple[str, ...]:
        """The ids of the holds that cover a site or library, or something in it, in order."""
        return tuple(sorted(hold.id for hold in self._records.holds if self._covers(hold, place)))

    def _covers(self, hold: Hold, place: Address) -> bool:
        entry = self._lookup.at(place)
        if hold.locations:
            inside = any(place.lies_in(address) or address.lies_in(place) for address in hold.locations)
        else:
            inside = entry.asset is not None and entry.asset.id == hold.asset_id
        other_class = bool(hold.schedule_refs) and entry.entry is not None and entry.entry.id not in hold.schedule_refs
        return inside and not (other_class and self._narrows(hold))

    def _narrows(self, hold: Hold) -> bool:
        if hold.id not in self._narrowing:
            self._narrowing[hold.id] = narrows_by_class(hold, self.places, self._lookup)
        return self._narrowing[hold.id]

    @cached_property
    def _narrowing(self) -> dict[str, bool]:
        return {}
