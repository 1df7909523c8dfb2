"""Addresses on a host that is spelt almost as the registers' own: a slip that nobody sees, and the row counts for nothing.

A tenant's sites are on one host, `NAME.sharepoint.com`, or on few where it spans regions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from custos.records.address import Address
from custos.records.model import Records

_ALIKE = 0.9


@dataclass(frozen=True, slots=True)
class OddHost:
    """An address in a column of a row, and the host that is probably meant."""

    row: object
    column: str
    address: Address
    meant: str


def odd_hosts(records: Records) -> Iterator[OddHost]:
    """Every such address, in the order of the rows. Nothing when no host has most of the addresses."""
    written = list(_addresses(records))
    hosts = Counter(address.host for _, _, address in written)
    usual, times = hosts.most_common(1)[0] if hosts else ("", 0)
    if 2 * times <= len(written):
        return
    odd = {host for host in hosts if host != usual and SequenceMatcher(None, host, usual).ratio() >= _ALIKE}
    for row, column, address in written:
        if address.host in odd:
            yield OddHost(row, column, address, usual)


def _addresses(records: Records) -> Iterator[tuple[object, str, Address]]:
    for place in records.site_map:
        yield place, "location", place.location
    for asset in records.assets.values():
        yield from ((asset, "location_refs", address) for address in asset.locations)
        yield from ((asset, "public_libraries", address) for address in asset.public_libraries)
    for hold in records.holds:
        yield from ((hold, "location_refs", address) for address in hold.locations)
    for row in records.exemptions:
        yield from ((row, "location_refs", address) for address in row.locations)
