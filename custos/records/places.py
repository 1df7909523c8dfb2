"""Addresses of SharePoint as registers and the tenant write them, made comparable, and what lies inside what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from custos.records.model import Asset, Posture, Records, ScheduleEntry, SiteMapping


def address(url: str) -> str:
    """An address without its accidents: escapes undone, lower case (SharePoint ignores case), no query, no closing slash.

    `https://NAME.sharepoint.com/sites/Plans/Public%20register/` ► `https://name.sharepoint.com/sites/plans/public register`
    """
    parts = urlsplit(url.strip())
    path = "/".join(segment for segment in unquote(parts.path).split("/") if segment)
    return f"{parts.scheme}://{parts.netloc}/{path}".casefold().rstrip("/")


def lies_in(place: str, container: str) -> bool:
    """True when a normalised address is the container's or below it."""
    return place == container or place.startswith(container + "/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What the register says about one site or library: nothing (`asset` None), an asset, and perhaps a schedule entry."""

    asset: Asset | None
    entry: ScheduleEntry | None
    posture: Posture | None
    mapping: SiteMapping | None


class Gazetteer:
    """Looks up sites and libraries in the register. The most exact row wins: a library's before its site's."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._rows: Mapping[str, SiteMapping] = {address(row.location): row for row in records.site_map}
        self._homes = {address(place): asset for asset in records.assets.values() for place in asset.locations}
        self._public = {address(place) for asset in records.assets.values() for place in asset.public_libraries}

    def place(self, url: str) -> Place:
        """The register's word on an address of a site, a library or anything below."""
        wanted = address(url)
        row, home = self._nearest(wanted)
        asset = self._records.assets.get(row.asset_id) if row else home
        if asset is None:
            return Place(asset=None, entry=None, posture=None, mapping=row)
        public = any(lies_in(wanted, library) for library in self._public)
        return Place(
            asset=asset,
            entry=self._entry(asset, row),
            posture=Posture.PUBLIC_VIEW if public else asset.posture,
            mapping=row,
        )

    def loosest_posture(self, site_url: str) -> Posture | None:
        """The posture that a site's own sharing level must allow: the asset's, or public when one of its libraries is public."""
        here = self.place(site_url)
        if here.asset and any(lies_in(library, address(site_url)) for library in self._public):
            return Posture.PUBLIC_VIEW
        return here.posture

    def _nearest(self, wanted: str) -> tuple[SiteMapping | None, Asset | None]:
        for candidate in _upwards(wanted):
            row, home = self._rows.get(candidate), self._homes.get(candidate)
            if row or home:
                return row, home
        return None, None

    def _entry(self, asset: Asset, row: SiteMapping | None) -> ScheduleEntry | None:
        """The library's entry; without one, the asset's when it has exactly one."""
        if row and row.schedule_ref:
            return self._records.schedule.get(row.schedule_ref)
        if len(asset.schedule_refs) == 1:
            return self._records.schedule.get(asset.schedule_refs[0])
        return None


def _upwards(place: str) -> Iterable[str]:
    """An address and every address above it, up to the host."""
    head, _, path = place.partition("://")
    segments = path.split("/")
    return (f"{head}://{'/'.join(segments[:length])}" for length in range(len(segments), 0, -1))
