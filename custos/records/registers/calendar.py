"""The calendar: one row a day on which nobody works."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from custos.dates import EARLIEST
from custos.errors import Mark
from custos.records.cells import RegisterRow
from custos.records.column import Holds, column
from custos.records.model import Records
from custos.records.register import Register
from custos.records.remark import Remark
from custos.wording import day_words


def _closed_day(row: RegisterRow) -> date:
    row.choice("kind")
    return row.day("date") or EARLIEST


def _remarks(records: Records, today: date, horizon: date) -> Iterator[Remark]:
    """A calendar that is empty or at its end: every weekday counts as a working day from there on."""
    last = max(records.holidays, default=None)
    if last is not None and last >= horizon:
        return
    known = f"ends on {day_words(last)}" if last else "is empty"
    yield Remark(
        matter="calendar at its end",
        reference=day_words(last) if last else "calendar",
        asset_id="",
        sentence=f"The calendar {known}: after that, bank holidays and closures count as working days.",
        mark=Mark("register/calendar.csv", 1),
        soon=last is not None and last >= today,
    )


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
    remarks=_remarks,
    key=lambda day: day.isoformat(),
    unique=False,
)  # fmt: skip
REGISTER = CALENDAR
