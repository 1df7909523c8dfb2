"""A first site map out of what the mirror knows: which asset a site seems to be, and which schedule entry a library seems to follow.

Names, owners and the labels that are there already are compared with the registers. It is a proposal: nothing of it counts before
somebody wrote `yes` beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from custos.records.address import Address
from custos.records.model import Asset, Records, ScheduleEntry
from custos.records.register_lookup import RegisterLookup
from custos.untrusted import plain

_WORD = re.compile(r"[^\W_]{3,}")
_COMMON = frozenset(
    {"and", "casework", "document", "documents", "file", "files", "for", "record", "records", "service", "services"}
    | {"shared", "site", "sites", "team", "teams", "the", "with"}
)
_TEAM, _CHANNEL = "team", "channel"
_CALLED = {
    _TEAM: "a team",
    _CHANNEL: "a channel's site",
    "group": "a group without a team",
    "communication": "a communication site, which shows what others wrote",
}
"""Kind of a site, by its template ► what a person is told. Source: https://learn.microsoft.com/microsoftteams/private-channels"""
_OWNER_COUNTS = 2  # as much as two words in common


@dataclass(frozen=True, slots=True, kw_only=True)
class MirroredLibrary:
    """A library of the mirror. `label`: the retention label that most of its labelled files bear, "" for none."""

    address: Address
    name: str
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MirroredSite:
    """A site of the mirror with its libraries. `owners` are sign-in names, lower case. `kind`: by its template team, group, channel,
    communication or other; "" while nobody told."""

    address: Address
    title: str
    kind: str = ""
    owners: frozenset[str] = frozenset()
    libraries: Sequence[MirroredLibrary] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A row that the site map could have. `asset_id` is "" where nothing was found or several fit as well; `why` is for a person."""

    location: Address
    asset_id: str
    schedule_ref: str
    why: str


def propose(records: Records, sites: Iterable[MirroredSite], not_governed: Iterable[Address]) -> list[Proposal]:
    """The rows that the registers lack: a site that no asset covers, and a library whose asset has several schedule entries.

    What a site is by its template is told with the reason. A channel's site belongs where its team does: Microsoft names it after both.
    """
    lookup, left_out = RegisterLookup(records), {address.key for address in not_governed}
    proposals: list[Proposal] = []
    teams: dict[str, tuple[str, Asset]] = {}
    ordered = sorted(sites, key=lambda one: (one.kind == _CHANNEL, one.address.key))
    for site in ordered:
        if site.address.key in left_out:
            continue
        asset = lookup.at(site.address).asset
        if asset is None:
            asset, why = _of_its_team(site, teams) or _asset_of(site, records)
            entry = asset.schedule_refs[0] if asset is not None and len(asset.schedule_refs) == 1 else ""
            proposals.append(
                Proposal(
                    location=site.address,
                    asset_id=asset.id if asset else "",
                    schedule_ref=entry,
                    why=f"{_CALLED[site.kind]}: {why}" if site.kind in _CALLED else why,
                )
            )
        if asset is not None and site.kind == _TEAM:
            teams[site.address.key] = site.title, asset
        if asset is not None and len(asset.schedule_refs) > 1:
            proposals += _of_libraries(site, asset, records, lookup)
    return sorted(proposals, key=lambda one: one.location.key)


def _of_its_team(site: MirroredSite, teams: Mapping[str, tuple[str, Asset]]) -> tuple[Asset, str] | None:
    """The asset of the team whose channel has this site, by its address: `TEAM-CHANNEL` beside `TEAM`; the longest name that fits."""
    found = [key for key in teams if site.kind == _CHANNEL and site.address.key.startswith(f"{key}-")]
    if not found:
        return None
    title, asset = teams[max(found, key=len)]
    return asset, f"by its address of the team {plain(title, 60)}, which is {asset.id}"


def _of_libraries(site: MirroredSite, asset: Asset, records: Records, lookup: RegisterLookup) -> Iterable[Proposal]:
    entries = [records.schedule[ref] for ref in asset.schedule_refs if ref in records.schedule]
    for library in site.libraries:
        here = lookup.at(library.address)
        if here.mapping is not None and here.mapping.location.key == library.address.key:
            continue
        entry, why = _entry_of(library, entries)
        yield Proposal(location=library.address, asset_id=asset.id, schedule_ref=entry, why=why)


def _asset_of(site: MirroredSite, records: Records) -> tuple[Asset | None, str]:
    def score(asset: Asset) -> tuple[int, list[str]]:
        own = site.owners & {asset.iao, asset.deputy, *asset.stewards}
        common = _words(site.title, *site.address.segments) & _words(asset.name, asset.description, asset.function)
        why = [f"its owner {plain(upn)} answers for {asset.id}" for upn in sorted(own)]
        why += [f"the names share {', '.join(sorted(common))}"] if common else []
        return _OWNER_COUNTS * len(own) + len(common), why

    return _best(records.assets.values(), score, lambda asset: f"{asset.id} {plain(asset.name, 60)}", "asset")


def _entry_of(library: MirroredLibrary, entries: Sequence[ScheduleEntry]) -> tuple[str, str]:
    def score(entry: ScheduleEntry) -> tuple[int, list[str]]:
        bears = bool(library.label) and entry.label == library.label
        common = _words(library.name) & _words(entry.record_class, entry.label)
        why = [f"its files bear {plain(library.label, 60)}"] if bears else []
        why += [f"the names share {', '.join(sorted(common))}"] if common else []
        return _OWNER_COUNTS * bears + len(common), why

    def called(entry: ScheduleEntry) -> str:
        return f"{entry.id} {plain(entry.record_class, 60)}"

    found = _best(entries, score, called, "schedule entry")
    return (found[0].id if found[0] is not None else ""), found[1]


def _best[T](
    among: Iterable[T], score: Callable[[T], tuple[int, list[str]]], called: Callable[[T], str], kind: str
) -> tuple[T | None, str]:
    """The one that fits best and why; None where nothing fits, or several do as well."""
    rated = [(*score(one), one) for one in among]
    best = max((points for points, _, _ in rated), default=0)
    likely = [(why, one) for points, why, one in rated if points == best and points]
    if len(likely) == 1:
        return likely[0][1], "; ".join(likely[0][0])
    if likely:
        return None, f"could be {', or '.join(called(one) for _, one in likely[:3])}"
    return None, f"no {kind} is like it"


def _words(*texts: str) -> frozenset[str]:
    found = (word.casefold() for text in texts for word in _WORD.findall(text.replace("-", " ")))
    return frozenset(word.removesuffix("s") for word in found if word not in _COMMON)


def site_map_row(proposal: Proposal) -> Mapping[str, str]:
    """A proposal as a row of site_map.csv."""
    return {
        # a name with a per cent sign would be read as an escape
        "location": proposal.location.url if "%" in proposal.location.text else proposal.location.text,
        "asset_id": proposal.asset_id,
        "schedule_ref": proposal.schedule_ref,
    }
