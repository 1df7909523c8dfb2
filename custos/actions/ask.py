"""Puts a finding before a person who must decide. Changes nothing in the tenant; the notices do it (`custos.notices`)."""

from __future__ import annotations

from custos.actions.arguments import Person
from custos.actions.declaration import Check, Declaration
from custos.actions.notice import at_least
from custos.actions.tell import before_somebody, recipient
from custos.model.action_kind import ActionKind, Reversibility
from custos.model.duration import Duration
from custos.model.policy import Step
from custos.model.refusal import Code
from custos.model.subject import Kind

SHORTEST_ANSWER = Duration(3, "working day")
SHORTEST_REMINDER = Duration(2, "working day")
"""Between a question, its reminders and each other."""
MOST_REMINDERS = 3


def _aloud(step: Step) -> str:
    said = f"ask {recipient(step)}" + (f", who has {step.within} to answer" if step.within else "")
    if not step.remind:
        return said
    *first, last = map(str, step.remind)
    return f"{said} and is reminded after {f'{", ".join(first)} and ' if first else ''}{last} working days"


def _check(check: Check) -> None:
    at_least(check, check.step.within, SHORTEST_ANSWER, "the time to answer")


DECLARATION = Declaration(
    kind=ActionKind.ASK,
    word="ask",
    about=tuple(Kind),
    argument=Person(answers=True),
    meaning="puts it before somebody who has the time `within` to decide",
    aloud=_aloud,
    change=before_somebody,
    units=0,
    reversibility=Reversibility.REVERSIBLE,
    way_back="nothing is changed",
    name="ask",
    check=_check,
    stopped_by=frozenset({Code.HOLD, Code.EXEMPT}),  # there is nothing to decide about what is held or exempt
)
