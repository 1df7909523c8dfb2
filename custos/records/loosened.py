"""What an edit of the registers loosens: rows of two versions compared by what they mean, not by their ids. Pure.

| row | protects less when | allows more when |
|---|---|---|
| hold | it is gone, ends earlier, or covers fewer places, classes or items; its asset lost a place | never |
| exception | it is gone, ends earlier, or covers less: Custos acts there again | it is new, ends later, or covers more |
| agreement | it is gone, ends earlier, or names fewer domains or assets | it is new, ends later, or names more |
| asset | it is no vital record any more, or not sensitive | it may be shared further |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from custos.errors import Mark
from custos.records.address import Address
from custos.records.model import Agreement, Asset, Exemption, Hold, Posture, Records
from custos.records.registers.agreements import AGREEMENTS
from custos.records.registers.exemptions import EXEMPTIONS
from custos.records.registers.holds import HOLDS
from custos.records.sensitivity import hides_names
from custos.wording import day_words

FOLDER = "register"
_NEVER = date.max
_NAMED = 5


class Matter(StrEnum):
    """What was loosened."""

    HOLD = "hold"
    EXCEPTION = "exception"
    AGREEMENT = "agreement"
    ASSET = "asset"
    RIGHT = "right"
    SETTING = "setting"


FILES: Mapping[Matter, str] = {
    Matter.HOLD: HOLDS.file,
    Matter.EXCEPTION: EXEMPTIONS.file,
    Matter.AGREEMENT: AGREEMENTS.file,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Loosened:
    """One thing that a newer version of the files loosens. `lost`: a row that was in force protects less from today on."""

    matter: Matter
    reference: str
    asset_id: str
    sentence: str
    mark: Mark
    lost: bool = False


@dataclass(frozen=True, slots=True)
class _Part:
    """One column of a row, before and after. `less`: it covers less than before; `more`: more."""

    words: str
    less: bool
    more: bool


type _Row = Hold | Exemption | Agreement


def registers_loosened(before: Records, after: Records, today: date) -> list[Loosened]:
    """Everything that the later registers protect less, or allow more, than the earlier ones did on a day."""
    return [
        *_holds(before, after, today),
        *_rows(Matter.EXCEPTION, _by_id(before.exemptions), _by_id(after.exemptions), today),
        *_rows(Matter.AGREEMENT, before.agreements, after.agreements, today),
        *_assets(before, after),
    ]


def named(rows: Sequence[str]) -> str:
    """The first of some rows, and how many more there are."""
    return ", ".join(rows[:_NAMED]) + (f" and {len(rows) - _NAMED} more" if len(rows) > _NAMED else "")


def counts(row: _Row, today: date) -> bool:
    """Whether a row is in force on a day."""
    return row.expires >= today if isinstance(row, Exemption) else row.in_force(today)


def _holds(before: Records, after: Records, today: date) -> Iterator[Loosened]:
    later = _by_id(after.holds)
    for hold in before.holds:
        if not counts(hold, today):
            continue
        now = later.get(hold.id)
        if now is None:
            yield _gone(Matter.HOLD, hold)
            continue
        masked = hides_names(before.assets.get(hold.asset_id)) or hides_names(after.assets.get(now.asset_id))
        parts = [part for part in _hold_parts(hold, now, today, masked=masked) if part.less]
        left = _left(before, after, hold, now)
        if left and not any(part.words.startswith("asset ") for part in parts):
            parts.append(_Part(f"{hold.asset_id} no longer has {named(left)}", less=True, more=False))
        lost = not counts(now, today) or any(not part.words.startswith("last day ") for part in parts)
        if parts:
            yield _told(Matter.HOLD, now, f"The hold {hold.id} holds less: {_joined(parts)}.", lost=lost)


def _rows(
    matter: Matter, before: Mapping[str, Exemption | Agreement], after: Mapping[str, Exemption | Agreement], today: date
) -> Iterator[Loosened]:
    for name, row in before.items():
        if not counts(row, today):
            continue
        now = after.get(name)
        if now is None:
            yield _gone(matter, row)
            continue
        parts = _parts(row, now)
        lost = not counts(now, today) or any(part.less and not part.words.startswith("last day ") for part in parts)
        if any(part.less for part in parts):
            said = _joined([part for part in parts if part.less])
            yield _told(matter, now, f"The {matter} {name} covers less: {said}.", lost=lost)
        if any(part.more for part in parts):
            said = _joined([part for part in parts if part.more])
            yield _told(matter, now, f"The {matter} {name} covers more: {said}.")
    for name, row in after.items():
        if counts(row, today) and (name not in before or not counts(before[name], today)):
            yield _told(matter, row, f"The {matter} {name} is new: {_in_short(row)}.")


def _assets(before: Records, after: Records) -> Iterator[Loosened]:
    order = list(Posture)
    for asset in before.assets.values():
        now = after.assets.get(asset.id)
        if now is None:
            continue
        said = []
        if asset.vital and not now.vital:
            said.append("it is no vital record any more")
        if asset.sensitive and not now.sensitive:
            said.append(f"its personal data is {now.personal_data}, no longer {asset.personal_data}")
        if order.index(now.posture) > order.index(asset.posture):
            said.append(f"its sharing posture is {now.posture}, no longer {asset.posture}")
        if said:
            sentence = f"The asset {asset.id} is protected less: {'; '.join(said)}."
            yield Loosened(matter=Matter.ASSET, reference=asset.id, asset_id=asset.id, sentence=sentence, mark=now.mark)


def _hold_parts(before: Hold, after: Hold, today: date, *, masked: bool) -> list[_Part]:
    return [
        _same("asset", before.asset_id, after.asset_id),
        _set("schedule entries", before.schedule_refs, after.schedule_refs, empty="all"),
        _places(before.locations, after.locations, masked=masked),
        _day("items from", _first(before.items_from), _first(after.items_from), last=False),
        _day("items up to", _last(before.items_to), _last(after.items_to), last=True),
        _day("first day", max(before.since, today), max(after.since, today), last=False),
        _day("last day", _last(before.ends), _last(after.ends), last=True),
    ]


def _parts(before: Exemption | Agreement, after: Exemption | Agreement) -> list[_Part]:
    match before, after:
        case Exemption(), Exemption():
            return [
                _set("policies", before.policies, after.policies, empty="none"),
                _set("asset", _one(before.asset_id), _one(after.asset_id), empty="any"),
                _places(before.locations, after.locations, masked=True),
                _day("last day", before.expires, after.expires, last=True),
            ]
        case Agreement(), Agreement():
            return [
                _named("domains", before.domains, after.domains),
                _named("assets", before.assets, after.assets),
                _day("first day", _first(before.starts), _first(after.starts), last=False),
                _day("last day", before.ends, after.ends, last=True),
            ]
    return []


def _same(name: str, before: str, after: str) -> _Part:
    return _Part(f"{name} {after}, was {before}", less=before != after, more=before != after)


def _set(name: str, before: Sequence[str], after: Sequence[str], *, empty: str) -> _Part:
    """Values that narrow a row; none of them narrows nothing."""
    words = f"{name} {named(after) or empty}, was {named(before) or empty}"
    less = bool(after) and not (before and set(before) <= set(after))
    return _Part(words, less, more=bool(before) and not (after and set(after) <= set(before)))


def _named(name: str, before: Sequence[str], after: Sequence[str]) -> _Part:
    """Values that a row names, and no others."""
    words = f"{name} {named(after) or 'none'}, was {named(before) or 'none'}"
    return _Part(words, less=not set(before) <= set(after), more=not set(after) <= set(before))


def _places(before: Sequence[Address], after: Sequence[Address], *, masked: bool) -> _Part:
    """Addresses that narrow a row; `masked` are counted, because they may be names of files that nobody is to read."""
    words = f"places {_said(after, masked)}, was {_said(before, masked)}"
    less = bool(after) and not (before and _within(before, after))
    return _Part(words, less, more=bool(before) and not (after and _within(after, before)))


def _said(places: Sequence[Address], masked: bool) -> str:
    if not places or not masked:
        return named([place.text for place in places]) or "all"
    return f"{len(places)} named in the file"


def _within(inner: Sequence[Address], outer: Sequence[Address]) -> bool:
    return all(any(one.lies_in(other) for other in outer) for one in inner)


def _day(name: str, before: date, after: date, *, last: bool) -> _Part:
    words = f"{name} {_day_words(after)}, was {_day_words(before)}"
    earlier, later = after < before, after > before
    return _Part(words, less=earlier if last else later, more=later if last else earlier)


def _day_words(day: date) -> str:
    return "open" if day in (date.min, _NEVER) else f"{day_words(day)}"


def _first(day: date | None) -> date:
    return day or date.min


def _last(day: date | None) -> date:
    return day or _NEVER


def _one(value: str) -> tuple[str, ...]:
    return (value,) if value else ()


def _left(before: Records, after: Records, hold: Hold, now: Hold) -> list[str]:
    """Places of a hold's asset that the later registers give to another asset or to none, or to a class that it does not hold."""
    asset = before.assets.get(hold.asset_id)
    places = [row.location for row in before.site_map if row.asset_id == hold.asset_id]
    places += asset.locations if asset else ()
    held = _within_hold(before, hold, places)
    still = _within_hold(after, now, places)
    return [place.text for place in dict.fromkeys(places) if place.key in held - still]


def _within_hold(records: Records, hold: Hold, places: Sequence[Address]) -> frozenset[str]:
    """Those of the places that belong to a hold's asset, and in which something of its class may lie."""
    entries = {row.location.key: row.schedule_ref for row in records.site_map if row.asset_id == hold.asset_id}
    asset = records.assets.get(hold.asset_id)
    own = entries.keys() | {address.key for address in (asset.locations if asset else ())}
    return frozenset(
        place.key
        for place in places
        if (not hold.locations or any(one.lies_in(place) or place.lies_in(one) for one in hold.locations))
        and _of_class(entries.get(place.key, ""), hold)
        and (place.key in own or _owner(records, place) == hold.asset_id)
    )


def _owner(records: Records, place: Address) -> str:
    """The asset whose address holds a place most exactly; "" for none."""
    rows = [(row.location, row.asset_id) for row in records.site_map]
    rows += [(address, asset.id) for asset in records.assets.values() for address in asset.locations]
    holding = [(len(address.key), asset_id) for address, asset_id in rows if place.lies_in(address)]
    return max(holding)[1] if holding else ""


def _of_class(entry: str, hold: Hold) -> bool:
    return not hold.schedule_refs or not entry or entry in hold.schedule_refs


def _in_short(row: Exemption | Agreement) -> str:
    if isinstance(row, Exemption):
        where = row.asset_id or named([place.text for place in row.locations])
        return f"{named(row.policies)} on {where} until {_day_words(row.expires)}, approved by {row.approved_by}"
    return f"{row.partner} ({named(row.domains)}) on {named(row.assets)} until {_day_words(row.ends)}"


def _gone(matter: Matter, row: _Row) -> Loosened:
    sentence = f"The {matter} {row.id} was in force and is gone."
    return Loosened(
        matter=matter, reference=row.id, asset_id=_asset(row), sentence=sentence, mark=Mark(_file(matter)), lost=True
    )


def _told(matter: Matter, row: _Row, sentence: str, *, lost: bool = False) -> Loosened:
    return Loosened(matter=matter, reference=row.id, asset_id=_asset(row), sentence=sentence, mark=row.mark, lost=lost)


def _joined(parts: Sequence[_Part]) -> str:
    return "; ".join(part.words for part in parts)


def _asset(row: _Row) -> str:
    return named(row.assets) if isinstance(row, Agreement) else row.asset_id


def _file(matter: Matter) -> str:
    return f"{FOLDER}/{FILES[matter]}"


def _by_id[T: Hold | Exemption | Asset](rows: Sequence[T]) -> dict[str, T]:
    return {row.id: row for row in rows}
