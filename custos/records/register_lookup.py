"""What the registers say of a place: its asset, its schedule entry, its sharing posture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from custos.records.address import Address
from custos.records.model import Asset, Posture, Records, ScheduleEntry, SiteMapping


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterEntry:
    """What the registers say of one site or library: nothing (`asset` None), an asset, and perhaps an approved schedule entry."""

    asset: Asset | None
    entry: ScheduleEntry | None
    posture: Posture | None
    mapping: SiteMapping | None

    @property
    def is_live(self) -> bool:
        """Whether changes are to be noticed at once: the row says `live`, or the asset is a vital record."""
        vital = self.asset is not None and self.asset.vital
        return vital or (self.mapping is not None and self.mapping.watch == "live")


class RegisterLookup:
    """Looks up sites and libraries in the registers. The most exact row wins: a library's before its site's."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._rows: Mapping[str, SiteMapping] = {row.location.key: row for row in records.site_map}
        self._homes = {place.key: asset for asset in records.assets.values() for place in asset.locations}
        self._public = {
            asset.id: tuple(one for one in asset.public_libraries if self._owner(one) is asset)
            for asset in records.assets.values()
        }
        """By asset: only what is its own can it make public."""

    def at(self, address: Address) -> RegisterEntry:
        """The registers' word on a site, a library or anything below."""
        row, home = self._nearest(address)
        asset = self._given(row, home)
        if asset is None:
            return RegisterEntry(asset=None, entry=None, posture=None, mapping=row)
        public = any(address.lies_in(library) for library in self._public[asset.id])
        return RegisterEntry(
            asset=asset,
            entry=self._entry(asset, row),
            posture=Posture.PUBLIC_VIEW if public else asset.posture,
            mapping=row,
        )

    def loosest_posture(self, site: Address) -> Posture | None:
        """The posture that a site's own sharing level must allow: the asset's, or public when one of its libraries is public."""
        here = self.at(site)
        if here.asset and any(library.lies_in(site) for own in self._public.values() for library in own):
            return Posture.PUBLIC_VIEW
        return here.posture

    def _owner(self, address: Address) -> Asset | None:
        return self._given(*self._nearest(address))

    def _given(self, row: SiteMapping | None, home: Asset | None) -> Asset | None:
        return self._records.assets.get(row.asset_id) if row else home

    def _nearest(self, address: Address) -> tuple[SiteMapping | None, Asset | None]:
        for candidate in address.upwards():
            row, home = self._rows.get(candidate.key), self._homes.get(candidate.key)
            if (row or home) and address.lies_in(candidate):
                return row, home
        return None, None

    def _entry(self, asset: Asset, row: SiteMapping | None) -> ScheduleEntry | None:
        """The library's entry; without one, the asset's when it has exactly one. Only an approved one counts."""
        refs = (row.schedule_ref,) if row and row.schedule_ref else asset.schedule_refs
        entry = self._records.schedule.get(refs[0]) if len(refs) == 1 else None
        return entry if entry is not None and entry.status == "approved" else None
