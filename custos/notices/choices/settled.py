"""The case whose question is answered: nothing more can be pressed but taking it back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from custos.audit.events import What
from custos.model.duration import Duration
from custos.notices.case_store import new_nonce
from custos.notices.choices.declaration import Given
from custos.notices.model import Case, CaseState


def settled(given: Given, *, keep_until: datetime | None = None) -> tuple[Case, What]:
    """Decided by the answer that was given; `keep_until` is when it is asked again."""
    case = given.case
    decided = replace(
        case,
        state=CaseState.DECIDED,
        decision=case.answers[-1].verb,
        decided_at=given.now,
        keep_until=keep_until,
        grounds=given.rests_on,
        nonce=new_nonce(),
        used=(*case.used, case.nonce),
    )
    return decided, What.CASE_DECIDED


def kept(given: Given, holds: Duration) -> tuple[Case, What]:
    """Left as it is for so long, or to the end of the last day of what the answer rests on."""
    ends = [_end_of(ground.until, given.zone) for ground in given.rests_on if ground.until is not None]
    return settled(given, keep_until=min([holds.after(given.now), *(end for end in ends if end > given.now)]))


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    return (
        datetime.combine(day + timedelta(days=1), time(), zone) if day < date.max else datetime.max.replace(tzinfo=zone)
    )
