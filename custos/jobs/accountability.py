"""Who answers for what today, for the work of timers: the registers, Entra, and who of those that are asked is away.

Whether somebody is away their mailbox says, where the observer may look (`MailboxSettings.Read`); else the register of people does, and
it counts in any case. What cannot be read is unknown, and unknown is not away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from custos.jobs import named_accounts
from custos.m365.automatic_replies import ROLE, AutomaticReplies, automatic_replies
from custos.m365.credentials import graph_audience
from custos.m365.errors import MicrosoftTrouble
from custos.m365.token_roles import roles_held
from custos.notices.assignment import Accountability, Directory, upns_of
from custos.policy import Bundle
from custos.telemetry import logger

if TYPE_CHECKING:
    from custos.bootstrap import Custos

_KEPT_SECONDS = 3600.0
_HALF_A_DAY = timedelta(hours=12)

_log = logger(__name__)

type Read = tuple[float, AutomaticReplies | None]
"""When a mailbox was read, in epoch seconds of the product's clock, and what it said; None for unknown."""


async def accountable_today(app: Custos, bundle: Bundle) -> Accountability:
    """Who answers today. Raises a MicrosoftTrouble when Entra cannot be read: then nothing changes hands."""
    people = await named_accounts.accounts(app, bundle.records, also=bundle.settings.not_people)
    today = bundle.day(app.clock.now())
    away = await _away(app, bundle, people, today)
    return Accountability(records=bundle.records, directory=replace(people, away=away), today=today)


async def _away(app: Custos, bundle: Bundle, people: Directory, today: date) -> Mapping[str, date | None]:
    """Whose mailbox answers by itself now: sign-in name in lower case ► the last day, None for no end; of those who may be asked."""
    asked = frozenset().union(*(upns_of(bundle.records, asset, today) for asset in ("", *bundle.records.assets)))
    ids = {upn: person.user_id for upn in sorted(asked) if (person := people.find(upn)) and person.enabled}
    now, kept = app.clock.now(), app.replies
    stale = [one for one in ids.values() if one not in kept or not _is_fresh(kept[one], now)]
    try:
        held = await roles_held(app.m365.identities.observer, graph_audience(app.settings.graph_url)) if stale else ()
        if ROLE not in held:
            stale = []
        for user_id, replies in (await automatic_replies(app.m365.observer, stale)).items():
            kept[user_id] = (now.timestamp(), replies)
    except MicrosoftTrouble as trouble:
        _log.warning("who is away could not be read", extra={"fault": type(trouble).__name__})
    return who_is_away(ids, kept, now, app.zone)


def who_is_away(
    ids: Mapping[str, str], kept: Mapping[str, Read], now: datetime, zone: ZoneInfo
) -> dict[str, date | None]:
    """Of these people (sign-in name ► object id) whoever is away, by what was read of late: what was read long ago is unknown."""
    found: dict[str, date | None] = {}
    for upn, user_id in ids.items():
        replies = kept[user_id][1] if user_id in kept and _is_fresh(kept[user_id], now) else None
        if replies is not None and replies.at(now):
            # Whoever is back in the morning is away until the day before.
            found[upn] = (replies.ends.astimezone(zone) - _HALF_A_DAY).date() if replies.ends else None
    return found


def _is_fresh(read: Read, now: datetime) -> bool:
    return 0 <= now.timestamp() - read[0] <= _KEPT_SECONDS
