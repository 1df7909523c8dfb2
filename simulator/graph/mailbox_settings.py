"""A mailbox's settings: automatic replies, time zone, language. Read alone.

Who has no mailbox in the cloud, a guest or a leaver, is refused as Exchange does it. Moments are in UTC; a mailbox whose replies have
no plan tells dates all the same, as Graph does.
Sources: https://learn.microsoft.com/graph/api/user-get-mailboxsettings and
https://learn.microsoft.com/graph/api/resources/automaticrepliessetting
"""

from __future__ import annotations

from typing import Any

from simulator.graph import vocabulary
from simulator.graph.calls import Answer, Call, Operation, answer, chosen
from simulator.graph.options import EXPAND
from simulator.refusal import Refused
from simulator.tenant.clock import instant
from simulator.tenant.model import User

_ROLES = ("MailboxSettings.Read", "MailboxSettings.ReadWrite")
_DAY = 86_400


def _mailbox(call: Call) -> User:
    user = call.tenant.user(call["user"])
    if user.guest or not user.enabled:
        raise Refused(
            404,
            "MailboxNotEnabledForRESTAPI",
            "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
        )
    return user


def _replies(call: Call, user: User) -> dict[str, Any]:
    now = int(call.tenant.clock.seconds())
    scheduled = user.replies == "scheduled"
    return {
        "status": user.replies,
        "externalAudience": "all",
        "internalReplyMessage": "" if user.replies == "disabled" else "I am out of office.",
        "externalReplyMessage": "" if user.replies == "disabled" else "I am out of office.",
        "scheduledStartDateTime": _moment(user.away_from if scheduled else now),
        "scheduledEndDateTime": _moment(user.away_until if scheduled else now + _DAY),
    }


def _moment(seconds: int) -> dict[str, str]:
    return {"dateTime": f"{instant(seconds).removesuffix('Z')}.0000000", "timeZone": "UTC"}


def _automatic_replies(call: Call) -> Answer:
    return answer(chosen(_replies(call, _mailbox(call)), call.select()))


def _settings(call: Call) -> Answer:
    user = _mailbox(call)
    body = {
        "timeZone": "GMT Standard Time",
        "language": {"locale": "en-GB", "displayName": "English (United Kingdom)"},
        "automaticRepliesSetting": _replies(call, user),
    }
    return answer(chosen(body, call.select()))


_ONE = "users/{user}/mailboxSettings"
OPERATIONS = (
    Operation("GET", _ONE, _settings, _ROLES, 0, options=EXPAND - {"$expand"}, names=vocabulary.MAILBOX_SETTINGS),
    Operation(
        "GET",
        _ONE + "/automaticRepliesSetting",
        _automatic_replies,
        _ROLES,
        0,
        options=EXPAND - {"$expand"},
        names=vocabulary.AUTOMATIC_REPLIES,
    ),
)
