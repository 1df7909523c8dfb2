"""Reads `remind:` of a step: the working days after a question on which people are reminded of it."""

from __future__ import annotations

from custos.actions.ask import MOST_REMINDERS, SHORTEST_REMINDER
from custos.model.duration import Duration, duration_from
from custos.policy.yaml_section import Section


def read_reminders(section: Section, within: Duration | None, *, asks: bool) -> tuple[int, ...]:
    """The days, rising; () where the usual ones are meant. `within` is the time to answer; `asks`: the step asks for an answer."""
    if section.node("remind") is None:
        return ()
    problems = section.problems
    if not asks:
        what = "Only who is asked for an answer is reminded of it."
        problems.error(section.mark_of("remind"), what, "Write  remind  beside  ask.", code="reminder")
        return ()
    days: list[int] = []
    for written, mark in section.marked_texts("remind", required=True):
        span = duration_from(written)
        if span is None or span.unit != SHORTEST_REMINDER.unit:
            what, remedy = f'"{written}" is no day of a reminder.', 'Write working days: "5 working days".'
        elif span.amount < SHORTEST_REMINDER.amount + max(days, default=0):
            begins = f"reminder after {days[-1]} working days" if days else "question"
            what = f"A reminder after {span} comes too soon after the {begins}."
            remedy = f"Leave at least {SHORTEST_REMINDER} between them, the earliest first."
        elif within is not None and span.amount >= _working_days(within):
            what = f"A reminder after {span} comes when the answer is due: people have {within}."
            remedy = "Remind earlier, or leave more time."
        else:
            days.append(span.amount)
            continue
        problems.error(mark, what, remedy, code="reminder")
    if len(days) > MOST_REMINDERS:
        what = f"{len(days)} reminders of one question are more than anybody reads."
        problems.error(section.mark_of("remind"), what, f"Write at most {MOST_REMINDERS}.", code="reminder")
    return tuple(days)


def _working_days(span: Duration) -> float:
    """About how many working days a span has."""
    return span.amount if span.unit == SHORTEST_REMINDER.unit else span.shortest_days * 5 / 7
