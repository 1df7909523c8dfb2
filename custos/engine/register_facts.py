"""What registers and settings say of one place, as facts of the catalogue: asset, class, schedule entry."""

from __future__ import annotations

from collections.abc import Mapping

from custos.model.policy import Bundle, SharingClass
from custos.records.address import Address
from custos.records.register_lookup import RegisterEntry, RegisterLookup


def facts_of_site(bundle: Bundle, lookup: RegisterLookup, site: Address) -> Mapping[str, str | bool]:
    """The facts of a site. Its own sharing level must allow what its most open library may."""
    loosest = bundle.settings.classes[lookup.loosest_posture(site)]
    return {**_facts(bundle, lookup.at(site)), "site_sharing_allowed": loosest.site_sharing}


def facts_of_library(bundle: Bundle, lookup: RegisterLookup, library: Address) -> Mapping[str, str | bool]:
    """The facts of a library, and of everything in it."""
    place = lookup.at(library)
    entry = place.entry
    return {
        **_facts(bundle, place),
        "scheduled_entry": entry.id if entry else "",
        "scheduled_label": entry.label if entry else "",
        "scheduled_label_is_record": entry.is_record if entry else False,
    }


def _facts(bundle: Bundle, place: RegisterEntry) -> Mapping[str, str | bool]:
    asset, posture = place.asset, place.posture
    allowed: SharingClass = bundle.settings.classes[posture]
    return {
        "asset": asset.id if asset else "",
        "asset_department": asset.department if asset else "",
        "asset_classification": asset.classification if asset else "",
        "asset_personal_data": asset.personal_data if asset else "",
        "asset_status": asset.status if asset else "",
        "asset_vital": asset.vital if asset else False,
        "registered": asset is not None,
        "posture": posture.value if posture else "unregistered",
        "anyone_links_allowed": allowed.anyone_links,
        "organisation_links_allowed": allowed.organisation_links,
        "guests_allowed": allowed.guests,
        "public_team_allowed": allowed.public_teams,
        "site_sharing_allowed": allowed.site_sharing,
    }
