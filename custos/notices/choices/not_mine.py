"""Not mine: the register names the wrong person, or a steward gives it back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from custos.audit.events import What
from custos.notices.assignment import TO_THE_GROUP, Role
from custos.notices.choices.declaration import Choice, Given, Offer, keys
from custos.notices.model import NOBODY, Answer, Assignee, Case, Verb
from custos.notices.reassignment import reassigned
from custos.notices.wording import clean


def _offers(case: Case, asked: Assignee) -> Iterator[Offer]:
    elsewhere = case.asked_by is not None or asked.governance.user_id not in ("", asked.user_id)
    if asked.role in (Role.IAO, Role.DEPUTY, Role.STEWARD, Role.MANAGER) and elsewhere:
        yield Offer(verb=Verb.NOT_MINE, lines=keys(case))


def _answered(given: Given) -> tuple[Case, What]:
    case = given.case
    if case.asked_by is not None:
        back = replace(
            case.asked_by,
            steward=NOBODY,
            because=f"You are asked again: {case.assignee.who.name} gave it back. {case.asked_by.because}",
        )
        return reassigned(case, back, keep_deadline=True), What.CASE_REASSIGNED
    handed = reassigned(case, _register_keeper(case))
    return replace(handed, disputed_by=(*case.disputed_by, given.user_id)), What.CASE_REASSIGNED


def _register_keeper(case: Case) -> Assignee:
    """The owner after a steward whom the rule asked first; else whoever keeps the register."""
    asked = case.assignee
    if asked.role is Role.STEWARD:
        return Assignee(
            who=asked.governance,
            role=Role.IAO,
            because=f"{asked.who.name}, the data steward of {case.asset_name} ({case.asset_id}), gave it back to you.",
            next_words=TO_THE_GROUP,
        )
    what = f"{case.asset_name} ({case.asset_id})" if case.asset_id else "this"
    return Assignee(
        who=asked.governance,
        role=Role.GOVERNANCE,
        because=f"You keep the register. It names {asked.who.name} for {what}, who says that it is not theirs.",
        next_words=TO_THE_GROUP,
    )


def _button(case: Case, _offer: Offer) -> str:
    if case.assignee.role is not Role.STEWARD:
        return CHOICE.label
    behind = clean(case.asked_by.who.name if case.asked_by else case.assignee.governance.name, 40)
    return f"Give it back{f' to {behind}' if behind else ''}"


def _legend(case: Case) -> str:
    if case.assignee.role is Role.STEWARD:
        return ""
    return "**Not mine**: the clock stops and the head of information governance finds the right owner."


def _said(answer: Answer, who: str, when: str, _why: str) -> str:
    if answer.role is Role.STEWARD:
        return f"Given back by {who} {when}."
    return f"Reported as not theirs by {who} {when}." if who != "you" else f"You said {when} that it is not yours."


CHOICE = Choice(
    verb=Verb.NOT_MINE,
    label="Not mine",
    offers=_offers,
    answered=_answered,
    button=_button,
    legend=_legend,
    said=_said,
)
