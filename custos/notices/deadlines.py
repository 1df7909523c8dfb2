"""When an answer is due and when people are reminded of it: set once, at the moment when they were told. Pure.

A rule says how long people have (`within`) and may say on which working days they are reminded (`remind`). Where it does not, they are
reminded half-way and after four fifths of the working days: on the fifth and the eighth of ten. Ten working days, then directors, is
what the first council does with requests for information (https://ico.org.uk/for-organisations/foi/case-studies/leicester-city-council).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from custos.dates import moved_working_days
from custos.model.duration import Duration, duration_from
from custos.notices.council_hours import deadline_after
from custos.notices.model import Case, CaseState, Line
from custos.records.vacancies import working_days_between

DEFAULT_WITHIN = Duration(10, "working day")
UNDO_WINDOW = Duration(10, "working day")
"""How long a case stays with those who agreed, after they were told that it is done: in it they say whether it is to be put back."""
_LEAST_APART = 2  # working days between two reminders
_LAST_REMINDER = 2
"""Working days before a day that was moved on."""
_REMINDED_AFTER = (1 / 2, 4 / 5)  # of the working days to answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """Until when an answer is awaited, and the days on which people are reminded of it."""

    deadline: datetime
    remind_on: tuple[date, ...]


def dates_for(lines: Iterable[Line], told: datetime, zone: ZoneInfo, holidays: Collection[date]) -> Dates | None:
    """The dates of a question that somebody is told at a moment, by the line that is due first; None when no line asks for an answer."""
    found = [_dates(line, told, zone, holidays) for line in lines if line.asks]
    return min(found, key=lambda dates: (dates.deadline, dates.remind_on), default=None)


def moved_to(case: Case, due: datetime, today: date, zone: ZoneInfo, holidays: Collection[date]) -> Case:
    """The case with another day for the answer; they are reminded once more, two working days before it."""
    ahead = tuple(day for day in case.remind_on if day <= today)
    last = moved_working_days(due.astimezone(zone), -_LAST_REMINDER, holidays).date()
    return replace(case, deadline=due, remind_on=(*ahead, last) if last > today else ahead)


def is_reminder_due(case: Case, today: date, zone: ZoneInfo) -> bool:
    """Whether a day for a reminder has come since whoever is asked was told or reminded last. Days that nobody was reminded on, because
    nothing ran, make one reminder; after the deadline there is none."""
    if not case.state.is_open or case.mended or case.asked_at is None or case.deadline is None:
        return False
    if today > case.deadline.astimezone(zone).date():
        return False
    last = max(moment.astimezone(zone).date() for moment in (case.asked_at, case.reminded_at) if moment is not None)
    return any(last < day <= today for day in case.remind_on)


def has_passed(case: Case, now: datetime) -> bool:
    """Whether whoever is asked was told and has let the deadline pass, also where they are still to be told of what was found since: a
    question that grows every day goes up on its day all the same."""
    asked = case.asked_at is not None or has_grown(case)
    return case.state.is_open and asked and case.deadline is not None and case.deadline < now


def has_grown(case: Case) -> bool:
    """Whether whoever is asked was told of it, and has to be told again because more was found."""
    was_told = case.told_at is not None and case.deadline is not None and case.asked_by is None
    return case.asked_at is None and was_told


def is_overdue(case: Case, now: datetime) -> bool:
    """Whether somebody let a deadline pass and the question still stands, whoever has it by now."""
    late = bool(case.unanswered) or case.state is CaseState.DUE or has_passed(case, now)
    return case.state.is_open and not case.mended and late


def _apart(days: Iterable[int]) -> list[int]:
    """The days that are far enough from the one before: nobody is reminded on two days running."""
    kept: list[int] = []
    for number in days:
        if not kept or number - kept[-1] >= _LEAST_APART:
            kept.append(number)
    return kept


def _dates(line: Line, told: datetime, zone: ZoneInfo, holidays: Collection[date]) -> Dates:
    deadline = deadline_after(told, duration_from(line.within) or DEFAULT_WITHIN, zone, holidays)
    begins, ends = told.astimezone(zone).date(), deadline.astimezone(zone).date()
    whole = working_days_between(begins, ends, holidays)
    usual = (math.ceil(whole * part) for part in _REMINDED_AFTER)
    days = list(line.remind) or _apart(usual)
    days = [number for number in days if 0 < number < whole]
    noon = datetime.combine(begins, time(12), zone)
    return Dates(
        deadline=deadline, remind_on=tuple(moved_working_days(noon, number, holidays).date() for number in days)
    )
