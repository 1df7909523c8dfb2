"""Indicators of decisions and of what Custos does by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from custos.kpi.inputs import Inputs
from custos.kpi.model import Counted
from custos.model.policy import Family
from custos.model.subject import Kind
from custos.notices.model import TAKEN_BACK, Case, CaseState
from custos.records.vacancies import working_days_between
from custos.wording import day_words, many

REPAIR_DAYS = 5
"""Working days within which a finding of sharing should end: 40 working hours."""


def timeliness(inputs: Inputs) -> Iterator[Counted]:
    """A row a question whose answer was due in the quarter: whether all of it was answered in time. Without an answer it is late, unless
    nothing was left to ask before the day was over."""
    by_id = {case.id: case for case in inputs.cases}
    parts = {part for case in inputs.cases for part in case.parts}
    for case in inputs.cases:
        if case.id in parts:
            continue
        asked = [case, *(by_id[part] for part in case.parts if part in by_id)]
        due = _due(asked, inputs)
        answered = [inputs.bundle.day(one.decided_at) for one in asked if one.decided_at is not None]
        open_parts = [one for one in asked if one.decided_at is None and not _fell_away(one, due, inputs)]
        if due is None or not inputs.quarter <= due <= inputs.today or not (answered or open_parts):
            continue
        if open_parts and due == inputs.today:
            continue  # the day is not over
        met = not open_parts and not case.unanswered and max(answered) <= due
        said = f"answered on {day_words(max(answered))}" if answered and not open_parts else "not answered"
        yield Counted(
            subject=case.subject_name,
            asset_id=case.asset_id,
            url=case.subject_url,
            kind=Kind.LIBRARY,
            met=int(met),
            why=f"Due on {day_words(due)}, {said}.",
        )


def _due(asked: Sequence[Case], inputs: Inputs) -> date | None:
    """The day that was told first; None when nobody was told of one."""
    first = [one.unanswered[0].due_on for one in asked if one.unanswered]
    days = first or [inputs.bundle.day(one.deadline) for one in asked if one.deadline is not None]
    return min(days, default=None)


def _fell_away(case: Case, due: date | None, inputs: Inputs) -> bool:
    """Whether nothing was left to ask by the day on which the answer was due."""
    return case.released_at is not None and due is not None and inputs.bundle.day(case.released_at) <= due


def repair_time(inputs: Inputs) -> Iterator[Counted]:
    """A row a question about sharing that ended this quarter, or has been open for longer than it may: whether it ended in time. It ends
    when nothing is left to ask, however that came about; one that has been open for a shorter time is no row yet."""
    for case in inputs.cases:
        about = any(line.family == Family.SHARING for line in case.lines)
        if not about or case.state is CaseState.LISTED or case.released_why == TAKEN_BACK:
            continue
        ended = inputs.bundle.day(case.released_at) if case.released_at else None
        if ended is not None and ended < inputs.quarter:
            continue
        days = working_days_between(inputs.bundle.day(case.opened_at), ended or inputs.today, inputs.records.holidays)
        if ended is None and days <= REPAIR_DAYS:
            continue
        since = f"Found on {day_words(case.opened_at)}, "
        yield Counted(
            subject=case.subject_name,
            asset_id=case.asset_id,
            url=case.subject_url,
            kind=case.subject_kind,
            met=int(ended is not None and days <= REPAIR_DAYS),
            why=since
            + (f"ended after {many(days, 'working day')}." if ended else f"open for {many(days, 'working day')}."),
        )


def put_back(inputs: Inputs) -> Iterator[Counted]:
    """A row a run of the quarter: what it wrote, or what it put back."""
    for run in inputs.done:
        said = f"It put back {run.undone:,} writes." if run.undone else f"It wrote {run.written:,} times."
        yield Counted(subject=run.run, of=run.written, met=run.undone, why=said)
