"""Who is away: the automatic replies of a mailbox, which people set when they leave for longer.

Outlook calls them "out of office". Graph tells `scheduled` with the first and the last moment, in UTC unless somebody asks for another
zone, and `alwaysEnabled` without an end. What cannot be read is unknown, and unknown is not away.
Source: https://learn.microsoft.com/graph/api/user-get-mailboxsettings and
https://learn.microsoft.com/graph/api/resources/automaticrepliessetting
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from custos.m365.batch import BatchRequest
from custos.m365.errors import Forbidden, Malformed, NotFound
from custos.m365.graph import segment
from custos.m365.timestamps import moment

if TYPE_CHECKING:
    from custos.m365.graph import Graph

ROLE = "MailboxSettings.Read"


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomaticReplies:
    """Whether a mailbox answers by itself, and when: `ends` None has no end that is known. Not `on`: nobody is away."""

    on: bool
    begins: datetime | None = None
    ends: datetime | None = None

    def at(self, now: datetime) -> bool:
        """Whether it answers by itself at a moment."""
        return self.on and (self.begins is None or self.begins <= now) and (self.ends is None or now <= self.ends)


class _Moment(msgspec.Struct):
    at: str = msgspec.field(name="dateTime", default="")
    zone: str = msgspec.field(name="timeZone", default="")


class _Setting(msgspec.Struct):
    status: str
    begins: _Moment | None = msgspec.field(name="scheduledStartDateTime", default=None)
    ends: _Moment | None = msgspec.field(name="scheduledEndDateTime", default=None)


async def automatic_replies(graph: Graph, user_ids: Sequence[str]) -> dict[str, AutomaticReplies | None]:
    """The automatic replies of each of these people (object ids); None where nobody can tell: no right to look, no mailbox in the cloud,
    an answer that cannot be understood.

    One request for each in batches of 20. Raises Throttled or Unavailable. Permission: MailboxSettings.Read.
    """
    asked = list(dict.fromkeys(user_ids))
    requests = [
        BatchRequest(id=str(number), path=f"/users/{segment(one)}/mailboxSettings/automaticRepliesSetting", units=0)
        for number, one in enumerate(asked)
    ]
    answers = await graph.batch(requests) if requests else {}
    found: dict[str, AutomaticReplies | None] = {}
    for number, one in enumerate(asked):
        try:
            found[one] = _replies(answers[str(number)].read())
        except (Forbidden, NotFound, Malformed):
            found[one] = None
    return found


def _replies(raw: bytes) -> AutomaticReplies | None:
    try:
        setting = msgspec.json.decode(raw, type=_Setting)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    match setting.status.casefold():
        case "disabled":
            return AutomaticReplies(on=False)
        case "alwaysenabled":
            return AutomaticReplies(on=True)
        case "scheduled":
            begins, ends = _utc(setting.begins), _utc(setting.ends)
            return AutomaticReplies(on=True, begins=begins, ends=ends) if begins and ends else None
    return None


def _utc(told: _Moment | None) -> datetime | None:
    """A moment that was told in UTC; None for any other zone, whose names are Windows' own."""
    if told is None or told.zone.casefold() not in ("utc", "etc/utc", "etc/gmt"):
        return None
    found = moment(told.at if told.at.endswith("Z") else f"{told.at}Z")
    return found.astimezone(UTC) if found is not None else None
