"""A case in somebody's hands: how it remembers who is asked, and what changes when that is somebody else."""

from __future__ import annotations

from dataclasses import replace

from custos.notices.assignment import Assignment, Person
from custos.notices.cases import new_nonce
from custos.notices.model import NOBODY, Assignee, Case, CaseState, Contact


def assignee_of(assignment: Assignment) -> Assignee:
    """As a case stores it."""
    return Assignee(
        who=_contact(assignment.person),
        role=assignment.role,
        because=assignment.because,
        next_words=assignment.next_words,
        steward=_contact(assignment.steward),
        governance=_contact(assignment.governance),
    )


def reassigned(case: Case, assignee: Assignee, *, keep_deadline: bool = False) -> Case:
    """The case in other hands: told anew, with a nonce of its own, and the clock set when that happens."""
    return replace(
        case,
        assignee=assignee,
        state=CaseState.FOUND,
        nonce=new_nonce(),
        shown="",
        told_at=None,
        deadline=case.deadline if keep_deadline else None,
        asked_by=None,
    )


def _contact(person: Person | None) -> Contact:
    if person is None:
        return NOBODY
    return Contact(user_id=person.user_id, upn=person.upn, name=person.name, mail=person.mail)
