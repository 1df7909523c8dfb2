"""Ask my steward: the data steward looks first; the question stays the owner's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from custos.audit.events import What
from custos.notices.assignment import Role
from custos.notices.choices.declaration import Choice, Given, Offer, keys
from custos.notices.model import Assignee, Case, Verb
from custos.notices.reassignment import reassigned
from custos.notices.wording import clean


def _offers(case: Case, asked: Assignee) -> Iterator[Offer]:
    """Where a steward holds a delegation for such decisions, and has not given it back."""
    given_back = any(answer.verb is Verb.NOT_MINE and answer.role is Role.STEWARD for answer in case.answers)
    if asked.steward.user_id and asked.role is not Role.STEWARD and not given_back:
        yield Offer(verb=Verb.ASK_STEWARD, lines=keys(case))


def _answered(given: Given) -> tuple[Case, What]:
    owner = given.case.assignee
    steward = Assignee(
        who=owner.steward,
        role=Role.STEWARD,
        because=f"{owner.who.name} asks you, as data steward, to look first.",
        next_words=f"it goes back to {owner.who.name}",
        governance=owner.governance,
    )
    return replace(reassigned(given.case, steward, keep_deadline=True), asked_by=owner), What.CASE_REASSIGNED


CHOICE = Choice(
    verb=Verb.ASK_STEWARD,
    label="Ask my steward",
    offers=_offers,
    answered=_answered,
    button=lambda case, _: f"Ask {clean(case.assignee.steward.name, 40) or 'my steward'}",
    legend=lambda _: "**Ask …**: your data steward looks first; the question stays yours.",
    said=lambda _answer, who, when, _why: f"Asked by {who} {when}.",
)
