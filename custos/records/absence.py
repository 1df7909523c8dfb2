"""Who is away for so long that somebody else is asked: by the register of people, and by what their mailboxes say. Pure.

A short absence changes nothing: ten working days to answer hold it. Whoever is away for three working days more, or for nobody knows
how long, is asked nothing: the deputy is, and has the full time. What is unknown is not away.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from custos.records.model import Post
from custos.records.vacancies import working_days_between
from custos.wording import day_words

LEAST_DAYS = 3
"""Working days from today on, today included."""


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody is away; `last_day` is the last day of it, None when nobody knows."""

    last_day: date | None

    def words(self, who: str) -> str:
        """As the end of a sentence: "Robin Ellis is away until 4 December 2026"."""
        return f"{who} is away{f' until {day_words(self.last_day)}' if self.last_day is not None else ''}"


def absence(
    upn: str, post: Post | None, away: Mapping[str, date | None], today: date, holidays: Collection[date]
) -> Absence | None:
    """The absence of somebody (sign-in name) that is long enough for somebody else to be asked; None for none.

    `away` is what mailboxes say: sign-in name in lower case ► the last day.
    """
    found = [Absence(away[name])] if (name := upn.strip().casefold()) in away else []
    if post is not None and post.is_away(today):
        found.append(Absence(post.away_until))
    lasting = [one for one in found if _is_long(one, today, holidays)]
    return max(lasting, key=lambda one: one.last_day or date.max, default=None)


def _is_long(one: Absence, today: date, holidays: Collection[date]) -> bool:
    if one.last_day is None:
        return True
    return working_days_between(today - timedelta(days=1), one.last_day, holidays) >= LEAST_DAYS
