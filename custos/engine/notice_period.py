"""When a notice has run out: the one rule, for the plan that acts and for the card that names the day. Pure.

A notice runs from the later of the first word to a person about a finding and of their decision about it: whoever agrees after
weeks has the same time to think again as whoever agrees at once.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from custos.model.duration import Duration


def runs_from(told_at: datetime | None, decided_at: datetime | None) -> datetime | None:
    """From when notices run; None while nobody was told."""
    if told_at is None:
        return None
    return told_at if decided_at is None else max(told_at, decided_at)


def due(
    notice: Duration, told_at: datetime | None, decided_at: datetime | None, holidays: Collection[date]
) -> datetime | None:
    """When a step that owes this notice may be taken; None while nobody was told."""
    begins = runs_from(told_at, decided_at)
    return notice.after(begins, holidays) if begins is not None else None
