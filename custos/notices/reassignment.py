"""A case in somebody's hands: how it remembers who is asked, who that would be today, and what changes when it is somebody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from functools import partial

from custos.audit.events import What
from custos.notices.assignment import Accountability, Assignment, Person, Role, Silent
from custos.notices.case_store import new_nonce, note
from custos.notices.model import NOBODY, Assignee, Case, CaseState, Contact, Note, Unanswered, Unreached


def asked_today(case: Case, accountable: Accountability) -> Assignment:
    """Whom the registers and Entra name today for a question: what a case is handed on by, and a press is checked against.

    A steward whom the owner asked keeps it while they may, and so does whoever stands in for somebody who was away; who said that it is not
    theirs is not asked again, and where somebody did not answer in time whoever stands above them is asked.
    """
    kinds = frozenset(line.lent_as for line in case.lines)
    silent = tuple(_silent(one) for one in case.unanswered)
    away = {one.who.user_id: f"{one.who.name} could not be reached" for one in case.unreached}
    if case.asked_by is not None and case.assignee.user_id not in {one.user_id for one in silent}:
        asked = accountable.of(case.asset_id, ask=Role.STEWARD, kinds=kinds, excluding=case.disputed_by, away=away)
        if asked.role is Role.STEWARD and asked.person and asked.person.user_id == case.assignee.user_id:
            return replace(asked, because=case.assignee.because, next_words=case.assignee.next_words)
    first = Role.STEWARD if case.asked_by is None and {line.ask for line in case.lines} == {Role.STEWARD} else Role.IAO
    ask = partial(accountable.of, case.asset_id, ask=first, kinds=kinds, excluding=case.disputed_by, silent=silent)
    if case.assignee.stands_in_for:
        # Who is back finds their questions with whoever stood in: nobody is asked twice, and no day is lost.
        asked = ask(away={case.assignee.stands_in_for: "whoever comes first was away"} | away)
        if asked.stands_in_for and asked.person and asked.person.user_id == case.assignee.user_id:
            return replace(asked, because=case.assignee.because)
    return ask(away=away)


def passed_over(case: Case, on: date, how: str) -> Case:
    """The case once no channel reached whoever is asked: it goes on to who comes after them."""
    who = case.assignee.who
    if who.user_id in {one.who.user_id for one in case.unreached}:
        return case
    return replace(case, unreached=(*case.unreached, Unreached(who=who, on=on, how=how)))


def handed_on(
    case: Case, accountable: Accountability, now: datetime, why: str = "whoever had it does not answer for it now"
) -> tuple[Case, tuple[Note, ...]]:
    """The case with whoever the registers and Entra name today, and what to write down of it. While an account that comes first cannot
    be read, whoever has it keeps it."""
    asked = asked_today(case, accountable)
    if asked.in_doubt and case.assignee.user_id:
        return case, ()
    assignee = assignee_of(asked)
    if assignee.user_id == case.assignee.user_id:
        return replace(case, assignee=assignee), ()
    handed = reassigned(case, assignee)
    if case.state is CaseState.LISTED:
        handed = replace(handed, state=CaseState.LISTED)
    details = {"from": case.assignee.who.upn, "to": assignee.who.upn, "role": assignee.role.value, **moved_words(case)}
    return handed, (note(case, What.CASE_REASSIGNED, at=now, why=why, **details),)


def assignee_of(assignment: Assignment) -> Assignee:
    """As a case stores it."""
    return Assignee(
        who=_contact(assignment.person),
        role=assignment.role,
        because=assignment.because,
        next_words=assignment.next_words,
        steward=_contact(assignment.steward),
        governance=_contact(assignment.governance),
        stands_in_for=assignment.stands_in_for,
    )


def reassigned(case: Case, assignee: Assignee, *, keep_deadline: bool = False) -> Case:
    """The case in other hands: told anew, with a nonce of its own, and the clock set when that happens. What went up the line was told
    before, so that notices go on running."""
    return replace(
        case,
        assignee=assignee,
        state=untold_state(case, assignee),
        nonce=new_nonce(),
        shown="",
        told_at=case.told_at if case.unanswered else None,
        asked_at=None,
        deadline=case.deadline if keep_deadline else None,
        remind_on=case.remind_on if keep_deadline else (),
        asked_by=None,
    )


def untold_state(case: Case, assignee: Assignee) -> CaseState:
    """The state of a case of which its assignee has to be told."""
    if not case.unanswered:
        return CaseState.FOUND
    return CaseState.DUE if assignee.role is Role.SIRO else CaseState.ESCALATED


def moved_words(case: Case) -> dict[str, str]:
    """For the audit: the deadline that a case had, when it is set anew."""
    return {"deadline_was": case.deadline.isoformat()} if case.deadline is not None else {}


def _silent(one: Unanswered) -> Silent:
    return Silent(user_id=one.who.user_id, role=one.role)


def _contact(person: Person | None) -> Contact:
    if person is None:
        return NOBODY
    return Contact(user_id=person.user_id, upn=person.upn, name=person.name, mail=person.mail)
