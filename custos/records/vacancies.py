"""How long an asset has had no valid Information Asset Owner, in working days. Pure.

The register says when somebody left a post; that an account was switched off is known from the day on which it was seen.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from custos.records.model import Records
from custos.records.roles import post_of
from custos.wording import many

_SATURDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Vacancy:
    """An asset without a valid owner: the last day that it had one (None: nobody knows), why, and who stands in ("" for nobody)."""

    asset_id: str
    last_day: date | None
    why: str
    stands_in: str = ""

    def words(self, today: date, holidays: Collection[date]) -> str:
        """As a sentence."""
        since = ""
        if self.last_day is not None:
            days = working_days_between(self.last_day, today, holidays)
            since = f" for {many(days, 'working day')}"
        stands_in = f"{self.stands_in} stands in" if self.stands_in else "nobody stands in"
        return f"{self.asset_id} has had no valid Information Asset Owner{since}: {self.why}; {stands_in}."


def last_day_of(records: Records, asset_id: str, today: date) -> date | None:
    """The last day on which the post of an asset's owner was held, when the register says that it has ended."""
    post = post_of(records, records.assets[asset_id].iao)
    return post.valid_to if post is not None and post.valid_to is not None and post.valid_to < today else None


def working_days_between(after: date, until: date, holidays: Collection[date]) -> int:
    """How many working days lie after a day, the last day included; 0 when there is none."""
    weeks, rest = divmod(max(0, (until - after).days), 7)
    weekdays = weeks * 5 + sum((after.weekday() + step) % 7 < _SATURDAY for step in range(1, rest + 1))
    return weekdays - sum(after < day <= until and day.weekday() < _SATURDAY for day in holidays)
