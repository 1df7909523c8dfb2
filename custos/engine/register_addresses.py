"""Every address that registers, policies and settings name, with the row that names it and what follows when nothing stands there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from custos.errors import Mark
from custos.model.policy import Bundle
from custos.policy.policy_files import SETTINGS
from custos.records.address import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """An address as a row names it. `reference` is the row's id, `asset_id` "" for a row of no asset; `container`: it has to be a site
    or a library.
    """

    reference: str
    asset_id: str
    mark: Mark
    address: Address
    what: str
    follows: str
    container: bool = True


def named_addresses(bundle: Bundle) -> Iterator[Named]:
    """All of them, in the order of the registers."""
    records = bundle.records
    for asset in records.assets.values():
        row = _Row(asset.id, asset.id, asset.mark)
        yield from row.names(asset.locations, "The location", _NOTHING)
        yield from row.names(asset.public_libraries, "The public library", "It makes nothing public.")
    for mapped in records.site_map:
        yield from _Row(mapped.asset_id, mapped.asset_id, mapped.mark).names(
            [mapped.location], "The location", _NOTHING
        )
    for hold in records.holds:
        follows = "Until it is corrected the hold covers more: its library, or the whole asset."
        yield from _Row(hold.id, hold.asset_id, hold.places_at or hold.mark, container=False).names(
            hold.locations, f"{hold.id}:", follows
        )
    for exempt in records.exemptions:
        follows = "Until it is corrected nothing is exempt there."
        yield from _Row(exempt.id, exempt.asset_id, exempt.places_at or exempt.mark, container=False).names(
            exempt.locations, f"{exempt.id}:", follows
        )
    for policy in bundle.policies.values():
        row = _Row(policy.id, "", policy.scope.mark)
        covered = (*policy.scope.sites, *policy.scope.libraries)
        yield from row.names(covered, f"{policy.id} covers", "It covers nothing there.")
        left_out = policy.scope.excluded_addresses
        yield from row.names(left_out, f"{policy.id} leaves out", "It leaves nothing out there.")
    left_alone = sorted(bundle.settings.not_governed)
    yield from _Row("not_governed", "", Mark(SETTINGS)).names(
        left_alone, "not_governed:", "Nothing is left alone there."
    )


def named_sites(bundle: Bundle) -> list[Address]:
    """Every site in which an address of the registers lies, each once, in their order."""
    found = (next(one for one in named.address.upwards() if one.is_site) for named in named_addresses(bundle))
    return list(dict.fromkeys(found))


_NOTHING = "It covers nothing; correct the address."


@dataclass(frozen=True, slots=True)
class _Row:
    reference: str
    asset_id: str
    mark: Mark
    container: bool = True

    def names(self, addresses: Iterable[Address], what: str, follows: str) -> Iterator[Named]:
        for address in addresses:
            yield Named(
                reference=self.reference,
                asset_id=self.asset_id,
                mark=self.mark,
                address=address,
                what=what,
                follows=follows,
                container=self.container,
            )
