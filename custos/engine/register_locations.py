"""The registers with each of their addresses looked for in the mirror: what stands there, what does not, which site was renamed.

A site that was given another address keeps what the registers say of the old one: the mirror knows a site by its id and remembers
its former addresses. Also when another site has the old address now: until somebody writes down which one is meant, the rows
follow the site that they were written for, a hold covers both, and nothing is exempt or public at either. Both directions of
doubt begin here: an address that is found nowhere is told, and `custos.engine.protection` lets a hold with such an address cover
more and an exemption cover nothing.
Source: https://learn.microsoft.com/sharepoint/change-site-address
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

from custos.engine.approval_coverage import Ground
from custos.engine.facts import Facts
from custos.engine.locate import Locator
from custos.engine.moved_holds import Followed, follow
from custos.engine.register_addresses import named_addresses
from custos.errors import Mark
from custos.kinds import CONTENT
from custos.masking import masked_url
from custos.model.policy import Bundle, Scope, own_name
from custos.model.subject import Kind, Subject
from custos.records.address import Address, told_address
from custos.records.contradictions import narrows_by_class
from custos.records.model import Exemption, Hold, Records
from custos.records.register_lookup import RegisterEntry, RegisterLookup
from custos.records.sensitivity import hides_names


class Found(StrEnum):
    """How an address of a register was found in the mirror."""

    HERE = "here"
    IN_LIBRARY = "in a library"  # its library is known, and nothing of that name is in it
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an address of a register was found, and what stands there. `library` is the library around an address that is not in the
    mirror itself.
    """

    found: Found
    library: Address | None = None
    kind: Kind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplaced:
    """An address of a register that matches nothing in the mirror, and what follows from that."""

    reference: str  # the row: IA-004, H-003, EX-02
    asset_id: str
    address: Address
    sentence: str
    mark: Mark

    def __str__(self) -> str:
        return f"{self.mark}  {self.sentence}"


@dataclass(frozen=True)
class PlacedRegisters:
    """Registers, settings and policies with the addresses that their places have today.

    `homes`: drive or site id ► its address. `placements`: by the key of an address. `renamed`: former ► present addresses of a site that
    a row still calls by the former one: the first is that of the site whose rows they are, others are sites that have or had the same.
    `former` has those of every site.
    `followed`: by id of a hold, what was moved out of it and is still held.
    `known` is False while the mirror has no site at all: then nothing is said to be missing.
    """

    bundle: Bundle
    homes: Mapping[str, Address]
    placements: Mapping[str, Placement]
    renamed: Mapping[Address, tuple[Address, ...]]
    known: bool = True
    former: Mapping[Address, Address] = field(default_factory=dict)
    followed: Mapping[str, Followed] = field(default_factory=dict)

    @property
    def records(self) -> Records:
        """The registers."""
        return self.bundle.records

    @cached_property
    def lookup(self) -> RegisterLookup:
        """What the registers say of a place."""
        return RegisterLookup(self.bundle.records)

    @cached_property
    def ground(self) -> Ground:
        """What the mirror knows of the places that an approval covers."""
        inside = (key for key, place in self.placements.items() if place.library is not None or place.kind in CONTENT)
        return Ground(self.former, frozenset(inside))

    def home(self, subject: Subject) -> Address | None:
        """The library of a subject, of a site's own subjects the site; None when the mirror has neither."""
        return self.homes.get(subject.drive_id or subject.site_id)

    def entry(self, subject: Subject) -> RegisterEntry | None:
        """What the registers say of the place of a subject; None when nobody knows where it is."""
        place = subject.drive_id or subject.site_id
        if place not in self._entries:
            home = self.homes.get(place)
            self._entries[place] = self.lookup.at(home) if home is not None else None
        return self._entries[place]

    def today(self, address: Address) -> Address:
        """An address as it is today: that of a renamed site by its present one."""
        old = max((one for one in self.former if address.lies_in(one)), key=lambda one: len(one.key), default=None)
        return address.moved(old, self.former[old]) if old is not None else address

    def sharing_allowed(self, site: Address) -> str:
        """The loosest sharing capability that the class of a site allows."""
        return self.bundle.settings.classes[self.lookup.loosest_posture(site)].site_sharing

    def narrows_by_class(self, hold: Hold) -> bool:
        """Whether some library of a hold follows one of the entries that it names; if none does, its classes say nothing."""
        if hold.id not in self._narrowing:
            known = (*self.homes.values(), *(row.location for row in self.records.site_map))
            self._narrowing[hold.id] = narrows_by_class(hold, known, self.lookup)
        return self._narrowing[hold.id]

    @cached_property
    def _narrowing(self) -> dict[str, bool]:
        return {}

    def holds(self, asset_id: str) -> tuple[Hold, ...]:
        """The holds that name an asset, or an address of it; "" for what no asset covers."""
        return self._holds.get(asset_id, ())

    def exemptions(self, policy: str, rule: str) -> tuple[Exemption, ...]:
        """The exemptions from a rule, expired ones too."""
        key = (own_name(policy), rule)
        if key not in self._exempt:
            name, _ = key
            self._exempt[key] = (*self._exemptions.get(name, ()), *self._exemptions.get(f"{name}/{rule}", ()))
        return self._exempt[key]

    def placement(self, address: Address) -> Placement:
        """Where an address of a register was found."""
        return self.placements.get(address.key, Placement(Found.NOWHERE))

    @cached_property
    def _entries(self) -> dict[str, RegisterEntry | None]:
        return {}

    @cached_property
    def _exempt(self) -> dict[tuple[str, str], tuple[Exemption, ...]]:
        return {}

    @cached_property
    def _holds(self) -> Mapping[str, tuple[Hold, ...]]:
        covered: dict[str, list[Hold]] = defaultdict(list)
        for hold in self.records.holds:
            inside = [home for home in self.homes.values() if any(home.lies_in(one) for one in hold.locations)]
            inside += [self.homes[drive] for drive in self.followed.get(hold.id, Followed()).drives]
            owners = (self.lookup.at(address).asset for address in (*hold.locations, *inside))
            for asset_id in {hold.asset_id, *(owner.id if owner else "" for owner in owners)}:
                covered[asset_id].append(hold)
        return {asset_id: tuple(holds) for asset_id, holds in covered.items()}

    @cached_property
    def _exemptions(self) -> Mapping[str, tuple[Exemption, ...]]:
        named: dict[str, list[Exemption]] = defaultdict(list)
        for exemption in self.records.exemptions:
            for name in exemption.policies:
                named[name].append(exemption)
        return {name: tuple(rows) for name, rows in named.items()}

    def doubts(self) -> Iterator[Unplaced]:
        """Every address that is not as the registers have it: of a renamed site, of something that was moved, or of nothing."""
        yield from self.moved()
        yield from self.left()
        yield from self.unplaced()

    def unplaced(self) -> Iterator[Unplaced]:
        """Every address of the registers that matches nothing, in the order of the registers."""
        if not self.known:
            return
        for one in named_addresses(self.bundle):
            place = self.placement(one.address)
            if place.found is not Found.HERE:
                wrong = "is not in the mirror"
            elif one.container and place.kind in CONTENT:
                wrong = f"is a {place.kind}, and not a site or a library"
            else:
                continue
            yield Unplaced(
                reference=one.reference, asset_id=one.asset_id, address=one.address, mark=one.mark,
                sentence=f"{one.what} {one.address.text} {wrong}. {one.follows}",
            )  # fmt: skip

    def left(self) -> Iterator[Unplaced]:
        """Every hold from which something was moved, with where it is held now; and those from which something is gone."""
        for hold in self.records.holds:
            found = self.followed.get(hold.id, Followed())
            for at, number in ((found.now[:1], len(found.now)), (found.lost[:1], 0)):
                for address in at:
                    yield Unplaced(
                        reference=hold.id, asset_id=hold.asset_id, address=address, mark=hold.mark,
                        sentence=self._moved_words(hold, address, number) if number else _lost_words(hold, address),
                    )  # fmt: skip

    def _moved_words(self, hold: Hold, address: Address, number: int) -> str:
        asset = self.lookup.at(address).asset
        shown = masked_url(address.text) if hides_names(asset) else address.text
        more = f" and {number - 1} other {'place' if number == 2 else 'places'}" if number > 1 else ""
        return (
            f"{hold.id}: something that it covers was moved to {shown}{more}, and is held there. Write the new address."
        )

    def moved(self) -> Iterator[Unplaced]:
        """Every address of the registers as they are written that has another address today."""
        for former, (present, *others) in self.renamed.items():
            said = f"The site {former.text} is now {present.text}. Its rows still count; write the new address."
            if others:
                where = "another site is there" if others == [former] else "other sites were there too"
                said = (
                    f"The site {former.text} is now {present.text}, and {where}. Rows for the old address count for {present.text}; "
                    "holds cover all of them, exceptions and public libraries none, until the address that is meant is written."
                )
            asset = self.lookup.at(present).asset
            reference = asset.id if asset else present.text
            yield Unplaced(
                reference=reference, asset_id=asset.id if asset else "", address=former, sentence=said,
                mark=asset.mark if asset else Mark("register/site_map.csv"),
            )  # fmt: skip


def place_registers(bundle: Bundle, facts: Facts) -> PlacedRegisters:
    """Look for every address of the registers. Reads the sites, the libraries, and the folders of libraries that a row points into."""
    locator = Locator(facts)
    had, taken = _had(facts, locator.sites), frozenset(locator.sites.values())
    renames = _renames(had, locator.sites, bundle.records)
    today = _relocated(bundle, renames) if renames else bundle
    written = {one.address for one in named_addresses(bundle)}
    used = {old: new for old, new in renames.items() if any(address.lies_in(old) for address in written)}
    mapped = [row.location for row in today.records.site_map]
    placements = {one.address.key: _placement(one.address, locator, mapped) for one in named_addresses(today)}
    missing = {key for key, placement in placements.items() if placement.found is not Found.HERE}
    return PlacedRegisters(
        followed=follow(today, facts, locator, missing),
        bundle=today,
        homes={**locator.sites, **locator.libraries},
        placements=placements,
        renamed=used,
        known=bool(locator.sites),
        former={old: renames.get(old, new)[0] for old, new in had.items() if old in renames or old not in taken},
    )


def _lost_words(hold: Hold, address: Address) -> str:
    return (
        f"{hold.id}: what was at {address.text} is gone, and it is not known where to. Until it is found the hold covers more: "
        f"the library, and all of {hold.asset_id}."
    )


def _placement(address: Address, locator: Locator, mapped: Iterable[Address]) -> Placement:
    located = locator.find(address)
    if located.kind is not None:
        return Placement(Found.HERE, kind=located.kind)
    library = locator.libraries.get(located.drive_id)
    if library is None:
        # Of a library that was not seen yet, the register's own map knows that it is one.
        sites = set(locator.sites.values())
        around = (
            place for place in mapped if place not in sites and len(place.segments) > 2 and address.lies_in(place)
        )
        library = max(around, key=lambda place: len(place.key), default=None)
    return Placement(Found.IN_LIBRARY, library) if library is not None else Placement(Found.NOWHERE)


def _had(facts: Facts, sites: Mapping[str, Address]) -> Mapping[Address, tuple[Address, ...]]:
    """Former address ► the present addresses of the sites that had it and have another one now, the oldest site first."""
    rows = facts.sites.sort("created", nulls_last=True).select("site_id", "former_urls").collect()
    found: dict[Address, tuple[Address, ...]] = {}
    for site, urls in rows.iter_rows():
        for former in dict.fromkeys(map(told_address, urls or ())):
            if former is not None and sites.get(site, former) != former:
                found[former] = (*found.get(former, ()), sites[site])
    return found


def _renames(
    had: Mapping[Address, tuple[Address, ...]], sites: Mapping[str, Address], records: Records
) -> Mapping[Address, tuple[Address, ...]]:
    """Former ► present addresses that a row for it may mean; last the former itself when another site has it now.

    A site to which a row of its own gives an asset needs no row for its former address: that one means another site.
    """
    taken = frozenset(sites.values())
    given = [home for asset in records.assets.values() for home in asset.locations]
    given += [row.location for row in records.site_map]
    named = frozenset(one for home in given for one in home.upwards())
    found = {former: tuple(one for one in present if one not in named) for former, present in had.items()}
    return {former: (*present, *({former} & taken)) for former, present in found.items() if present}


def _relocated(bundle: Bundle, renames: Mapping[Address, tuple[Address, ...]]) -> Bundle:
    """The bundle with the addresses that its places have today."""

    def every(address: Address) -> tuple[Address, ...]:
        old = max((one for one in renames if address.lies_in(one)), key=lambda one: len(one.key), default=None)
        return tuple(address.moved(old, new) for new in renames[old]) if old is not None else (address,)

    def now(address: Address) -> Address:
        return every(address)[0]

    def all_now(addresses: Iterable[Address]) -> tuple[Address, ...]:
        """For what gives a place to somebody: where the site is that the address was written for."""
        return tuple(now(address) for address in addresses)

    def wherever(addresses: Iterable[Address]) -> tuple[Address, ...]:
        """For what protects: every site that may be meant."""
        return tuple(one for address in addresses for one in every(address))

    def certainly(addresses: Iterable[Address]) -> tuple[Address, ...]:
        """For what lifts protection: only where one site can be meant."""
        return tuple(now(address) for address in addresses if len(every(address)) == 1)

    def scope_now(scope: Scope) -> Scope:
        return replace(
            scope, sites=all_now(scope.sites), libraries=all_now(scope.libraries),
            excluded_addresses=wherever(scope.excluded_addresses),
        )  # fmt: skip

    records = bundle.records
    return replace(
        bundle,
        policies={name: replace(policy, scope=scope_now(policy.scope)) for name, policy in bundle.policies.items()},
        settings=replace(bundle.settings, not_governed=frozenset(wherever(bundle.settings.not_governed))),
        records=replace(
            records,
            assets={
                asset.id: replace(
                    asset, locations=all_now(asset.locations), public_libraries=certainly(asset.public_libraries)
                )
                for asset in records.assets.values()
            },
            site_map=tuple(replace(row, location=now(row.location)) for row in records.site_map),
            holds=tuple(replace(hold, locations=wherever(hold.locations)) for hold in records.holds),
            exemptions=tuple(
                replace(row, locations=certainly(row.locations))
                for row in records.exemptions
                if not row.locations or certainly(row.locations)
            ),
        ),
    )
