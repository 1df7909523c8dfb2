"""A case in somebody's hands: how it remembers who is asked, who that would be today, and what changes when it is somebody else."""

from __future__ import annotations

from dataclasses import replace

from custos.notices.assignment import Accountability, Assignment, Person, Role
from custos.notices.case_store import new_nonce
from custos.notices.model import NOBODY, Assignee, Case, CaseState, Contact


def asked_today(case: Case, accountable: Accountability) -> Assignment:
    """Whom the registers and Entra name today for a question: what a case is handed on by, and a press is checked against.

    A steward whom the owner asked keeps it while they may; who said that it is not theirs is not asked again.
    """
    kinds = frozenset(line.lent_as for line in case.lines)
    if case.asked_by is not None:
        asked = accountable.of(case.asset_id, ask=Role.STEWARD, kinds=kinds, excluding=case.disputed_by)
        if asked.role is Role.STEWARD and asked.person and asked.person.user_id == case.assignee.user_id:
            return replace(asked, because=case.assignee.because, next_words=case.assignee.next_words)
        return accountable.of(case.asset_id, kinds=kinds, excluding=case.disputed_by)
    ask = Role.STEWARD if {line.ask for line in case.lines} == {Role.STEWARD} else Role.IAO
    return accountable.of(case.asset_id, ask=ask, kinds=kinds, excluding=case.disputed_by)


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
