"""One press of a button becomes one decision: by the person who is asked, about what they were shown, and never twice.

Everything is looked up: the case by its opaque id, its present assignee, the nonce that belongs to them, the buttons
they were offered. The decision is stored by compare-and-set before anybody is told that it was taken.
"""

from __future__ import annotations

import hmac
import logging
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from custos.audit.events import Event, What
from custos.errors import RowChanged, StorageTrouble
from custos.notices.assignment import TO_THE_GROUP, Role
from custos.notices.cases import CaseBook, note
from custos.notices.handover import reassigned
from custos.notices.model import NOBODY, Answer, Assignee, Case, CaseState, KeepReason, Verb
from custos.policy.duration import Duration

KEEP_HOLDS = Duration(12, "month")
_TRIES = 4

_log = logging.getLogger(__name__)


class Outcome(StrEnum):
    """What came of a press."""

    DECIDED = "decided"
    PASSED_ON = "passed_on"  # to the steward, or to whoever finds the right owner
    ALREADY = "already"  # it was answered before, by this or another press
    NOT_YOURS = "not_yours"  # somebody else is asked
    OUTDATED = "outdated"  # the card is older than the question
    NOT_OFFERED = "not_offered"  # an answer that this person was not offered
    UNKNOWN = "unknown"  # no such question


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A button that was pressed: what the card carried, and who pressed it (object id) according to the token."""

    case_id: str
    nonce: str
    verb: str
    reason: str
    user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of a press, and the case as it stands now (None: unknown)."""

    outcome: Outcome
    case: Case | None


async def answer(press: Press, *, book: CaseBook, now: datetime) -> Verdict:
    """Take an answer, or say why not. Raises StorageTrouble when it could not be stored: then it was not taken."""
    for attempt in range(_TRIES):
        stored = await book.get(press.case_id) if press.case_id else None
        if stored is None:
            return Verdict(outcome=Outcome.UNKNOWN, case=None)
        refused = _refusal(press, stored.case)
        if refused is not None:
            await _record_refusal(press, refused, stored.case, book, now)
            return Verdict(outcome=refused, case=stored.case)
        verb = Verb(press.verb)
        fresh, what = _answered(press, verb, stored.case, now)
        details = {"verb": verb.value, "role": stored.case.assignee.role.value} | _why(fresh)
        written = note(fresh, what, at=now, by=stored.case.assignee.who.upn, **details)
        try:
            done = await book.put(stored, fresh, written)
        except RowChanged:
            if attempt == _TRIES - 1:
                raise
            continue
        try:
            await book.flush([done])
        except StorageTrouble as trouble:
            _log.warning("decision stored, its audit event waits in the case", extra={"error": str(trouble)})
        outcome = Outcome.DECIDED if done.case.state is CaseState.DECIDED else Outcome.PASSED_ON
        return Verdict(outcome=outcome, case=done.case)
    raise RowChanged(f"case {press.case_id} kept changing")


def _refusal(press: Press, case: Case) -> Outcome | None:
    """Why this press counts for nothing; None when it counts."""
    if not case.state.is_open:
        return Outcome.ALREADY
    if press.user_id != case.assignee.user_id or not press.user_id:
        return Outcome.NOT_YOURS
    if not hmac.compare_digest(press.nonce.encode("utf-8", "replace"), case.nonce.encode()) or not case.shown:
        return Outcome.OUTDATED
    if press.verb not in {verb.value for verb in case.buttons}:
        return Outcome.NOT_OFFERED
    return None


async def _record_refusal(press: Press, refused: Outcome, case: Case, book: CaseBook, now: datetime) -> None:
    """Who presses what is not theirs to press is written down; an honest second press is not."""
    if refused in (Outcome.NOT_YOURS, Outcome.NOT_OFFERED):
        details = {"case": case.id, "why": refused.value, "user": press.user_id}
        event = Event(
            what=What.ANSWER_REFUSED, at=now, asset_id=case.asset_id, subject=case.subject_key, details=details
        )
        await book.record([event])


def _answered(press: Press, verb: Verb, case: Case, now: datetime) -> tuple[Case, What]:
    """The case after the answer, and what to call it in the audit."""
    reason = press.reason if press.reason in {each.value for each in KeepReason} and verb is Verb.KEEP else ""
    taken = Answer(
        verb=verb,
        reason=reason,
        who=case.assignee.who,
        role=case.assignee.role,
        on_behalf_of=case.asked_by.who.upn if case.asked_by else "",
        shown={line.key: line.count for line in case.lines},
        members=case.shown,
        at=now,
    )
    fresh = replace(case, answers=(*case.answers, taken))
    match verb:
        case Verb.KEEP | Verb.AGREE:
            return replace(
                fresh,
                state=CaseState.DECIDED,
                decision=verb,
                decided_at=now,
                keep_until=KEEP_HOLDS.after(now) if verb is Verb.KEEP else None,
                nonce="",
            ), What.CASE_DECIDED
        case Verb.ASK_STEWARD:
            handed = reassigned(fresh, _steward(case.assignee), keep_deadline=True)
            return replace(handed, asked_by=case.assignee), What.CASE_REASSIGNED
        case Verb.NOT_MINE if case.asked_by is not None:
            back = replace(
                case.asked_by,
                steward=NOBODY,
                because=f"You are asked again: {case.assignee.who.name} says that it is not theirs. "
                f"{case.asked_by.because}",
            )
            return reassigned(fresh, back, keep_deadline=True), What.CASE_REASSIGNED
        case Verb.NOT_MINE:
            handed = reassigned(fresh, _register_keeper(case))
            return replace(handed, disputed_by=(*case.disputed_by, press.user_id)), What.CASE_REASSIGNED


def _steward(owner: Assignee) -> Assignee:
    return Assignee(
        who=owner.steward,
        role=Role.STEWARD,
        because=f"{owner.who.name} asks you, as data steward, to look first.",
        next_words=f"it goes back to {owner.who.name}",
        governance=owner.governance,
    )


def _register_keeper(case: Case) -> Assignee:
    """The owner after a steward whom the rule asked first; else whoever keeps the register."""
    asked = case.assignee
    if asked.role is Role.STEWARD:
        return Assignee(
            who=asked.governance,
            role=Role.IAO,
            because=f"{asked.who.name}, the data steward of {case.asset_name} ({case.asset_id}), says that it is not theirs.",
            next_words=TO_THE_GROUP,
        )
    what = f"{case.asset_name} ({case.asset_id})" if case.asset_id else "this"
    return Assignee(
        who=asked.governance,
        role=Role.GOVERNANCE,
        because=f"You keep the register: {asked.who.name}, whom it names for {what}, says that it is not theirs.",
        next_words="it stays with you",
    )


def _why(case: Case) -> dict[str, str]:
    last = case.answers[-1]
    behalf = {"on_behalf_of": last.on_behalf_of} if last.on_behalf_of else {}
    passed = {"to": case.assignee.who.upn} if case.state.is_open else {}
    return {"reason": last.reason} | behalf | passed if last.reason else behalf | passed
