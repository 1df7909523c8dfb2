"""Who may answer what: the one place that is asked, for the buttons of a card and for the press of one. Pure.

| answer | who may give it |
|---|---|
| agree | owner, deputy, manager, SIRO; a steward or the head of information governance to what can be undone alone |
| keep | everybody who is asked; a steward not where it accepts a risk: that cannot be lent |
| look again | as keep, of content that nobody works with |
| disposal review | owner, deputy, manager, SIRO, of content that nobody works with: disposal is never lent |
| ask the steward | everybody but the steward, where one holds a delegation for such decisions and has not given it back |
| not mine | owner, deputy, manager; a steward gives it back with it |
| take it back | who gave an answer, and whoever answers for the asset today, until it is done |

Each answer says so itself (`custos.notices.choices`), and each question which answers it takes (`custos.notices.questions`).
"""

from __future__ import annotations

from custos.notices.choices.declaration import Offer
from custos.notices.model import Assignee, Case, CaseState, Verb
from custos.notices.questions import question_of


def offers(case: Case, asked: Assignee | None = None) -> tuple[Offer, ...]:
    """The answers that whoever is asked may give, in the order of their buttons; `asked` instead of the case's own assignee."""
    given = asked or case.assignee
    return tuple(offer for choice in question_of(case).choices for offer in choice.offers(case, given))


def may_take_back(case: Case, user_id: str) -> bool:
    """Whether somebody may take the case's answer back: who gave it, or who is asked, until all that it leads to is done."""
    if not case.answers or user_id not in (case.answers[-1].who.user_id, case.assignee.user_id) or not user_id:
        return False
    further = case.decision is Verb.AGREE and any(len(line.steps) > 1 for line in case.lines)
    return case.state is CaseState.DECIDED or (case.state is CaseState.ACTED and further)
