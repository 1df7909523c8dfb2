"""In which roles the register names somebody for an asset, found by the object of the directory and not by the spelling. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from custos.notices.assignment import ROLE_WORDS, Directory, Role
from custos.records.model import Asset


def roles_on(asset: Asset, user_id: str, directory: Directory) -> tuple[Role, ...]:
    """The roles that the register gives to a person (object id) about an asset: owner, deputy, steward."""
    return tuple(named_as(asset, user_id, directory))


def named_as(asset: Asset, user_id: str, directory: Directory) -> Mapping[Role, str]:
    """Those roles, each with the sign-in name under which the register gives it."""
    named = ((Role.IAO, asset.iao), (Role.DEPUTY, asset.deputy), *((Role.STEWARD, upn) for upn in asset.stewards))
    return {role: upn for role, upn in named if user_id and _is(upn, user_id, directory)}


def _is(upn: str, user_id: str, directory: Directory) -> bool:
    found = directory.find(upn) if upn.strip() else None
    return found is not None and found.user_id.casefold() == user_id.casefold()


def role_words(roles: tuple[Role, ...]) -> str:
    """Them in words: "Information Asset Owner and data steward"."""
    return " and ".join(ROLE_WORDS[role] for role in roles)
