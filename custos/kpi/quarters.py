"""Calendar quarters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = 3


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A calendar quarter. `number`: 1 to 4."""

    year: int
    number: int

    @property
    def name(self) -> str:
        """2026-Q3."""
        return f"{self.year}-Q{self.number}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, (self.number - 1) * _MONTHS + 1, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.after(1).first - timedelta(days=1)

    def after(self, quarters: int) -> Quarter:
        """The quarter so many later; before, with a negative number."""
        years, place = divmod(self.number - 1 + quarters, 4)
        return Quarter(self.year + years, place + 1)


def quarter_of(day: date) -> Quarter:
    """The quarter in which a day lies."""
    return Quarter(day.year, (day.month - 1) // _MONTHS + 1)
