"""Until when an answer can be taken back: said before it is given, by the days that the plan counts. Pure.

What is agreed to can be taken back until its last step is taken (`custos.notices.answer_rights.may_take_back`).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from zoneinfo import ZoneInfo

from custos.engine.notice_period import due
from custos.model.duration import duration_from
from custos.notices.choices.declaration import Offer
from custos.notices.model import KEEPS, Case, Verb
from custos.wording import day_words

_AT_ONCE = "until it is done, which may be within hours"


def take_back_words(case: Case, offer: Offer, now: datetime, zone: ZoneInfo, holidays: Collection[date]) -> str:
    """Until when an answer that is given now can be taken back, in a sentence; "" for one that only passes the question on."""
    if offer.verb in KEEPS:
        return "You can take this answer back at any time."
    if offer.verb is not Verb.AGREE:
        return ""
    lines = [line for line in case.lines if line.key in offer.lines and line.steps]
    last = max((_day(line.steps[-1].after, case, now, holidays) for line in lines), default=now)
    first = min((_day(line.steps[0].after, case, now, holidays) for line in lines), default=now)
    if last <= now:
        return f"You can take this answer back {_AT_ONCE}."
    begins = "; what needs no notice may be done within hours" if first <= now else ""
    return f"You can take this answer back until {day_words(last, zone)}{begins}."


def _day(after: str, case: Case, now: datetime, holidays: Collection[date]) -> datetime:
    """When a step that owes this notice may be taken; now where it owes none."""
    notice = duration_from(after)
    return (due(notice, case.told_at or now, now, holidays) if notice is not None else None) or now
