"""Who of the people in the registers can be reached, and how: known before anybody asks them anything."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

from custos.jobs import named_accounts
from custos.notices.assignment import upns_named
from custos.records.model import Records

if TYPE_CHECKING:
    from custos.bootstrap import Custos


class Way(StrEnum):
    """How somebody is reached; the first that holds."""

    TEAMS = "in Teams"
    ONCE_INSTALLED = "in Teams once the app is installed for them, which Custos does"
    MAIL = "by mail alone"
    NO_WAY = "not at all: Teams does not have the app for them, and no mailbox is set"
    NO_ACCOUNT = "not at all: the directory has no such account, or it is switched off"
    UNKNOWN = "unknown: their account could not be read"


async def reachable_people(app: Custos, records: Records) -> Mapping[Way, tuple[str, ...]]:
    """Way ► sign-in names of those whom the registers name, in order. Raises a MicrosoftTrouble when Entra cannot be read."""
    directory = await named_accounts.accounts(app, records)
    met = {contact.user_id async for contact in app.people.all() if contact.installed}
    found: dict[Way, list[str]] = {}
    for upn in sorted(upns_named(records)):
        person = directory.find(upn)
        if directory.is_unread(upn):
            way = Way.UNKNOWN
        elif person is None or not person.enabled:
            way = Way.NO_ACCOUNT
        elif app.settings.bot_app_id and person.user_id in met:
            way = Way.TEAMS
        elif app.settings.bot_app_id and app.settings.teams_app_id:
            way = Way.ONCE_INSTALLED
        elif app.settings.mailbox and person.mail:
            way = Way.MAIL
        else:
            way = Way.NO_WAY
        found.setdefault(way, []).append(upn)
    return {way: tuple(found[way]) for way in Way if way in found}
