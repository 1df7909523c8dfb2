"""Reads `covers:`: assets by attributes of the register, unregistered content, single sites and libraries."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping

from custos.did_you_mean import near
from custos.errors import Mark
from custos.model.policy import Scope
from custos.policy.yaml_nodes import Entries, Node, Text
from custos.policy.yaml_section import Section, texts_of
from custos.problems import Problems
from custos.records.address import Address, NotAnAddress
from custos.records.container import doubt_about, read_container
from custos.records.model import Asset, Records
from custos.records.register_lookup import RegisterLookup
from custos.records.registers.assets import CLASSIFICATIONS, PERSONAL_DATA, POSTURES, STATUSES
from custos.wording import yes_or_no

KEYS = ("assets", "unregistered", "sites", "libraries", "except")
EXCEPTIONS = ("assets", "sites", "libraries")
ATTRIBUTES: Mapping[str, Callable[[Asset], tuple[str, ...]]] = {
    "department": lambda asset: (asset.department,),
    "classification": lambda asset: (asset.classification,),
    "personal_data": lambda asset: (asset.personal_data,),
    "sharing_posture": lambda asset: (asset.posture.value,),
    "status": lambda asset: (asset.status,),
    "vital_record": lambda asset: (yes_or_no(asset.vital),),
    "schedule_refs": lambda asset: asset.schedule_refs,
}
CLOSED: Mapping[str, Mapping[str, str]] = {
    "classification": CLASSIFICATIONS,
    "personal_data": PERSONAL_DATA,
    "sharing_posture": POSTURES,
    "status": STATUSES,
    "vital_record": {"yes": "it is one", "no": "it is none"},
}
"""Attribute with a closed list of values ► its values ► what each means."""


def read_scope(node: Node, records: Records, problems: Problems) -> Scope:
    """The scope that a node says. `everything` is all assets and all unregistered content."""
    nothing: frozenset[str] = frozenset()
    if isinstance(node, Text):
        if node.text != "everything":
            problems.error(
                node.mark, f'"{node.text}" is not a scope.', f"Write everything, or keys: {', '.join(KEYS)}."
            )
        return Scope(
            assets=frozenset(records.assets),
            unregistered=True,
            sites=(),
            libraries=(),
            excluded_assets=nothing,
            excluded_addresses=(),
            words="everything",
            mark=node.mark,
            chosen=_canonical(["all"], [], unregistered=True),
        )
    section = Section(node, KEYS, problems, "covers")
    assets, words = nothing, []
    if (wanted := section.node("assets")) is not None:
        assets, said = _assets(wanted, records, problems)
        words.append(said)
    unregistered = section.flag("unregistered", default=False)
    if unregistered:
        words.append("content that no asset covers")
    sites, libraries = _addresses(section, "sites", problems), _addresses(section, "libraries", problems)
    words.extend(f"{len(found)} {what}" for what, found in (("sites", sites), ("libraries", libraries)) if found)
    excluded_assets, excluded_addresses = nothing, tuple[Address, ...]()
    left_out_assets: Node | None = None
    if (left_out := section.node("except")) is not None:
        inner = Section(left_out, EXCEPTIONS, problems, "except")
        if (left_out_assets := inner.node("assets")) is not None:
            excluded_assets, said = _assets(left_out_assets, records, problems)
            words.append(f"except {said}")
        excluded_addresses = (*_addresses(inner, "sites", problems), *_addresses(inner, "libraries", problems))
    if not (assets or unregistered or sites or libraries):
        if wanted is not None and (not records.assets or _cannot_slip(wanted)):
            what = "This policy covers nothing: there is no such asset yet."
            problems.warning(node.mark, what, "Fill the register, or widen covers.", code="empty-scope")
        else:
            remedy = "Widen covers, or delete the policy."
            problems.error(node.mark, "This policy covers nothing.", remedy, code="empty-scope")
    return Scope(
        assets=assets,
        unregistered=unregistered,
        sites=sites,
        libraries=libraries,
        excluded_assets=excluded_assets,
        excluded_addresses=excluded_addresses,
        words="; ".join(words),
        mark=node.mark,
        chosen=_canonical(_as_written(wanted), _as_written(left_out_assets), unregistered=unregistered),
    )


def _cannot_slip(wanted: Node) -> bool:
    """Whether assets are chosen by words of Custos' own alone: a slip in one is refused, and so none is the reason that none fits."""
    return isinstance(wanted, Entries) and CLOSED.keys() >= wanted.entries.keys()


def _canonical(chosen: object, excluded: object, *, unregistered: bool) -> str:
    said = {"assets": chosen, "except": excluded, "unregistered": unregistered}
    return json.dumps(said, sort_keys=True, separators=(",", ":"))


def _as_written(node: Node | None) -> object:
    """What `assets:` says, without its order: a word or ids as a sorted list, attributes each with theirs."""
    if isinstance(node, Entries):
        return {
            attribute: sorted({text for text, _ in texts_of(value) or ()})
            for attribute, (_, value) in node.entries.items()
        }
    return sorted({text for text, _ in texts_of(node) or ()}) if node else []


def _assets(node: Node, records: Records, problems: Problems) -> tuple[frozenset[str], str]:
    if isinstance(node, Text) and node.text == "all":
        return frozenset(records.assets), "all assets"
    if isinstance(node, Entries):
        return _by_attributes(node, records, problems)
    ids = texts_of(node)
    if not ids:
        problems.error(
            node.mark, '"assets" is all, a list of ids, or attributes.', "For instance  department: Children"
        )
        return frozenset(), "no assets"
    for asset_id, mark in ids:
        _known(asset_id, mark, records.assets, "asset", problems)
    return frozenset(asset_id for asset_id, _ in ids) & records.assets.keys(), ", ".join(
        asset_id for asset_id, _ in ids
    )


def _by_attributes(node: Entries, records: Records, problems: Problems) -> tuple[frozenset[str], str]:
    chosen = dict(records.assets)
    said = []
    if not node.entries:
        problems.error(
            node.mark, "No attribute is named, and every asset would fit.", "Write  assets: all  if that is meant."
        )
    for attribute, (mark, value) in node.entries.items():
        read = ATTRIBUTES.get(attribute)
        if read is None:
            problems.error(
                mark, f'Assets have no "{attribute}" to choose by.', near(attribute, ATTRIBUTES), code="unknown-key"
            )
            continue
        wanted = texts_of(value)
        if not wanted:
            problems.error(value.mark, f'"{attribute}" needs a value.')
            continue
        in_use = sorted({text for asset in records.assets.values() for text in read(asset)})
        known = records.schedule if attribute == "schedule_refs" else CLOSED.get(attribute, in_use)
        for text, at in wanted:
            _known(text, at, known, attribute.replace("_", " "), problems)
        texts = {text for text, _ in wanted}
        chosen = {asset_id: asset for asset_id, asset in chosen.items() if texts.intersection(read(asset))}
        said.append(f"{attribute.replace('_', ' ')} is {' or '.join(text for text, _ in wanted)}")
    return frozenset(chosen), f"assets whose {' and whose '.join(said)}"


def _known(
    text: str, mark: Mark, known: Mapping[str, object] | tuple[str, ...] | list[str], what: str, problems: Problems
) -> None:
    if text not in known:
        problems.error(
            mark, f'Unknown {what} "{text}".', near(text, list(known)), code=f"unknown-{what.replace(' ', '-')}"
        )


def _addresses(section: Section, key: str, problems: Problems) -> tuple[Address, ...]:
    return addresses_of(section.marked_texts(key), problems)


def addresses_of(written: Iterable[tuple[str, Mark]], problems: Problems) -> tuple[Address, ...]:
    """Sites and libraries as they stand in a file, each refused at its own place."""
    found = []
    for text, mark in written:
        try:
            found.append(read_container(text))
        except NotAnAddress as refused:
            problems.error(mark, refused.what, refused.remedy, code="address")
            continue
        if doubt := doubt_about(found[-1]):
            problems.warning(mark, doubt, "Name the site or the library.", code="folder")
    return tuple(found)


def covers(scope: Scope, place: Address, asset_id: str) -> bool:
    """True when a site or library is in the scope. `asset_id` "" when no asset covers it."""
    if asset_id in scope.excluded_assets or any(place.lies_in(left_out) for left_out in scope.excluded_addresses):
        return False
    named = any(place.lies_in(container) for container in (*scope.sites, *scope.libraries))
    return named or (asset_id in scope.assets if asset_id else scope.unregistered)


def may_cover(scope: Scope, asset_id: str, records: Records) -> bool:
    """Whether anything of an asset may be in the scope: by its attributes, or because a site or library is named that is the asset's."""
    if asset_id in scope.excluded_assets:
        return False
    places = [
        *records.assets[asset_id].locations,
        *(row.location for row in records.site_map if row.asset_id == asset_id),
    ]
    if asset_id in scope.assets or any(covers(scope, place, asset_id) for place in places):
        return True
    lookup = RegisterLookup(records)
    named = (lookup.at(place).asset for place in (*scope.sites, *scope.libraries))
    return any(owner is not None and owner.id == asset_id for owner in named)
