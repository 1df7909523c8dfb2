"""Indicators of decisions and of what Custos does by itself."""

from __future__ import annotations

from collections.abc import Iterator

from custos.kpi.inputs import Inputs
from custos.kpi.model import Counted
from custos.model.subject import Kind
from custos.wording import day_words


def timeliness(inputs: Inputs) -> Iterator[Counted]:
    """A row a question whose answer was due in the quarter: whether it came in time. Undecided ones are late."""
    for case in inputs.cases:
        first = case.unanswered[0].due_on if case.unanswered else None
        due = first or (inputs.bundle.day(case.deadline) if case.deadline is not None else None)
        if due is None or not inputs.quarter <= due <= inputs.today:
            continue
        answered = inputs.bundle.day(case.decided_at) if case.decided_at is not None else None
        met = first is None and answered is not None and answered <= due
        said = f"answered on {day_words(answered)}" if answered else "not answered"
        yield Counted(
            subject=case.subject_name,
            asset_id=case.asset_id,
            url=case.subject_url,
            kind=Kind.LIBRARY,
            met=int(met),
            why=f"Due on {day_words(due)}, {said}.",
        )


def put_back(inputs: Inputs) -> Iterator[Counted]:
    """A row a run of the quarter: what it wrote, or what it put back."""
    for run in inputs.done:
        said = f"It put back {run.undone:,} writes." if run.undone else f"It wrote {run.written:,} times."
        yield Counted(subject=run.run, of=run.written, met=run.undone, why=said)
