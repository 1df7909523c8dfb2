"""The calendar: one row a day on which nobody works."""

from __future__ import annotations

from datetime import date

from custos.dates import EARLIEST
from custos.records.cells import RegisterRow
from custos.records.column import Holds, column
from custos.records.register import Register


def _closed_day(row: RegisterRow) -> date:
    row.choice("kind")
    return row.day("date") or EARLIEST


CALENDAR = Register(
    file="calendar.csv",
    noun="day",
    purpose="one row a day on which nobody works",
    table=(
        column("date*", Holds.DAY, called="day|holiday|closed on"),
        column("kind*", choices=("bank_holiday", "closure")),
        column("name"),
    ),
    make=_closed_day,
    rows=lambda records: sorted(records.holidays),
    key=lambda day: day.isoformat(),
    unique=False,
)  # fmt: skip
REGISTER = CALENDAR
