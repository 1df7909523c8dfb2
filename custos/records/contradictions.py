"""Rows that name an asset and something which is not that asset's: the row serves, in its direction of doubt, and that is said.

An exception exempts nothing there, and nothing is public there. A hold covers more: the place, and the whole asset as well; or every
class of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from custos.records.address import Address
from custos.records.model import Asset, Exemption, Hold, Records
from custos.records.register_lookup import RegisterLookup


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What a row says against itself, in which column, and what follows."""

    row: Hold | Exemption | Asset
    column: str
    sentence: str
    remedy: str


def contradictions(records: Records) -> Iterator[Contradiction]:
    """Every contradiction in assets, holds and exceptions, in the order of the rows."""
    lookup = RegisterLookup(records)
    for asset in records.assets.values():
        for library in asset.public_libraries:
            if belongs := elsewhere(library, asset.id, lookup):
                said = f"{asset.id} makes {library.text} public, which {belongs}: nothing is public there."
                yield Contradiction(asset, "public_libraries", said, "Name a library of the asset, or delete it here.")
    known = [row.location for row in records.site_map]
    known += [address for asset in records.assets.values() for address in asset.locations]
    for hold in records.holds:
        for address in hold.locations:
            if belongs := elsewhere(address, hold.asset_id, lookup):
                said = f"{hold.id} is for {hold.asset_id}, and {address.text} {belongs}: it covers that place and all of {hold.asset_id}."
                yield Contradiction(hold, "location_refs", said, "Correct the asset or the address.")
        if hold.schedule_refs and not narrows_by_class(hold, known, lookup):
            named, whole = ", ".join(hold.schedule_refs), "its places" if hold.locations else hold.asset_id
            said = f"{hold.id} names {named}, which no library there follows: it covers all of {whole}, whatever the class."
            yield Contradiction(hold, "schedule_refs", said, "Correct the classes, or leave the cell empty.")
    for row in records.exemptions:
        for address in row.locations if row.asset_id else ():
            if belongs := elsewhere(address, row.asset_id, lookup):
                said = f"{row.id} is for {row.asset_id}, and {address.text} {belongs}: nothing is exempt there."
                yield Contradiction(row, "location_refs", said, "Correct the asset or the address.")


def elsewhere(address: Address, asset_id: str, lookup: RegisterLookup) -> str:
    """Whose place an address is, when it is not an asset's own: "belongs to IA-005"; "" when it is."""
    owner = lookup.at(address).asset
    if owner is not None and owner.id == asset_id:
        return ""
    return f"belongs to {owner.id}" if owner else "is in no asset's place"


def narrows_by_class(hold: Hold, known: Iterable[Address], lookup: RegisterLookup) -> bool:
    """Whether some library of a hold follows one of the entries that it names; if none does, its classes say nothing."""
    for home in known:
        if hold.locations and not any(home.lies_in(one) or one.lies_in(home) for one in hold.locations):
            continue
        place = lookup.at(home)
        named = place.entry is not None and place.entry.id in hold.schedule_refs
        if named and (hold.locations or (place.asset is not None and place.asset.id == hold.asset_id)):
            return True
    return False
